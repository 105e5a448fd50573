// From the folder of an artifact to a running model.
import {
  ArtifactError,
  type Golden,
  type Manifest,
  type Tokenizer,
  type VerifiedArtifact,
  verifyArtifact,
} from '@ostinato/core';
import { readArtifactFolder } from './artifact-folder.js';
import { type NodeModel, type RuntimeOptions, startModel } from './node-model.js';

export interface LoadedModel extends AsyncDisposable {
  /** Dispose of it when done: it owns a process. */
  readonly model: NodeModel;
  readonly tokenizer: Tokenizer;
  readonly manifest: Manifest;
  /** What `checkGolden` compares a runtime with. */
  readonly golden: Golden;
}

/** Loads a model. Sizes, hashes and vocabulary are checked before the runtime sees a byte.
 *  @param folder of an artifact, such as `models/musicnet`
 *  @throws {ArtifactError} if the folder is not a whole artifact
 *  @throws {DeviceError} if the device is not there or refuses the model
 *  @throws {RangeError} if an option is outside its range
 *  @example
 *  const { model, tokenizer } = await loadModel('models/musicnet');
 *  const piece = await compose(model, tokenizer, { seed: 1, seconds: 60 });
 *  await model.dispose(); */
export async function loadModel(
  folder: string,
  options: RuntimeOptions = {},
): Promise<LoadedModel> {
  const artifact = verifyArtifact(await readArtifactFolder(folder));
  const { manifest, tokenizer, golden } = artifact;
  const { layers, hiddenSize } = manifest.architecture;
  const parts = {
    graphs: graphsOf(artifact),
    grammar: tokenizer.grammar,
    stateSize: 2 * layers * hiddenSize,
  };
  const model = await startModel(parts, options);
  return { model, tokenizer, manifest, golden, [Symbol.asyncDispose]: () => model.dispose() };
}

function graphsOf({ graphs }: VerifiedArtifact): { step: Uint8Array; chunk?: Uint8Array } {
  const step = graphs.find(({ kind }) => kind === 'step')?.content;
  const chunk = graphs.find(({ kind }) => kind === 'chunk')?.content;
  if (!step) {
    throw new ArtifactError(
      'missing-file',
      'manifest.json: expected a graph of kind "step", found none; export again',
    );
  }
  return chunk ? { step, chunk } : { step };
}
