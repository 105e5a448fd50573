// The network of Basic Pitch, on the WebAssembly backend of TF.js: 28 times as fast as the one in plain JavaScript.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import { importOptional } from '../optional-package.js';
import { TranscriptionError } from '../transcription-error.js';
import { CORE_FRAMES, EDGE_FRAMES, PITCHES, WINDOW_FRAMES, WINDOW_SAMPLES } from './grid.js';

/** What the network says about the frames of one window, each [CORE_FRAMES, PITCHES], 0..1, new. */
export interface WindowNotes {
  /** How surely a pitch sounds. */
  readonly frames: Float32Array;
  /** How surely a note starts on it. */
  readonly onsets: Float32Array;
}

export interface NoteModel {
  /** Listens to one window. Computes on the caller's thread, for about a tenth of the window's length.
   *  @param samples [WINDOW_SAMPLES] */
  listen(samples: Float32Array): Promise<WindowNotes>;
  [Symbol.dispose](): void;
}

const PACKAGE = '@spotify/basic-pitch';
const NEEDS = [
  `${PACKAGE}@1.0.1`,
  '@tensorflow/tfjs-core@4.22.0',
  '@tensorflow/tfjs-converter@4.22.0',
  '@tensorflow/tfjs-backend-wasm@4.22.0',
];
/** The names of the network's outputs, as @spotify/basic-pitch has them. */
const OUTPUTS = { frames: 'Identity_1', onsets: 'Identity_2' };

interface ModelFile {
  modelTopology: io.ModelJSON['modelTopology'];
  weightsManifest: io.WeightsManifestConfig;
}

/** Loads the network from the package that brings it.
 *  @throws {TranscriptionError} `missing-package` */
export async function loadNoteModel(): Promise<NoteModel> {
  const folder = await importOptional(PACKAGE, NEEDS, () =>
    join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), 'model'),
  );
  const [tf, { loadGraphModel }] = await importOptional('TF.js', NEEDS, () =>
    Promise.all([
      import('@tensorflow/tfjs-core'),
      import('@tensorflow/tfjs-converter'),
      import('@tensorflow/tfjs-backend-wasm'),
    ]),
  );
  await tf.setBackend('wasm');
  const artifacts = await readModel(folder);
  const model = await loadGraphModel({ load: () => Promise.resolve(artifacts) });

  return {
    listen: async (samples) => {
      const outputs = tf.tidy(() => {
        const input = tf.tensor3d(samples, [1, WINDOW_SAMPLES, 1]);
        const found = model.execute(input, [OUTPUTS.frames, OUTPUTS.onsets]);
        return Array.isArray(found) ? found : [found];
      });
      const [frames, onsets] = await Promise.all(outputs.map((output) => output.data()));
      tf.dispose(outputs);
      return { frames: coreOf(frames), onsets: coreOf(onsets) };
    },
    [Symbol.dispose]: () => model.dispose(),
  };
}

/** @param values [WINDOW_FRAMES, PITCHES] */
function coreOf(values: ArrayLike<number>): Float32Array {
  if (values.length !== WINDOW_FRAMES * PITCHES) {
    throw damaged(`an output of ${values.length} numbers, expected ${WINDOW_FRAMES * PITCHES}`);
  }
  const start = EDGE_FRAMES * PITCHES;
  return Float32Array.from(values).slice(start, start + CORE_FRAMES * PITCHES);
}

async function readModel(folder: string): Promise<io.ModelArtifacts> {
  try {
    const text = await readFile(join(folder, 'model.json'), 'utf8');
    const { modelTopology, weightsManifest } = JSON.parse(text) as ModelFile;
    const paths = weightsManifest.flatMap((group) => group.paths);
    const parts = await Promise.all(paths.map((path) => readFile(join(folder, path))));
    const weightData = Uint8Array.from(Buffer.concat(parts)).buffer;
    const weightSpecs = weightsManifest.flatMap((group) => group.weights);
    return { modelTopology, weightSpecs, weightData };
  } catch (cause) {
    throw damaged((cause as Error).message, cause);
  }
}

function damaged(reason: string, cause?: unknown): TranscriptionError {
  const message = `${PACKAGE}: its model cannot be used (${reason}); run npm install ${NEEDS.join(' ')}`;
  return new TranscriptionError('missing-package', message, { cause });
}
