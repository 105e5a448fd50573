// TF.js itself: the reference that every conversion is held against. It is loaded when it is needed, and computes on its
// backend in plain JavaScript, which has every operation and needs no files.
import type * as TfCore from '@tensorflow/tfjs-core';
import type * as TfLayers from '@tensorflow/tfjs-layers';
import { ExportError } from '../errors.js';
import type { LayersModel } from './types.js';

export interface Tfjs {
  readonly tf: typeof TfCore;
  readonly layers: typeof TfLayers;
}

const BACKEND = 'cpu';

/** Runs something with TF.js on its JavaScript backend. The backend is that of the whole process, and is put back. */
export async function withTfjs<Result>(run: (tfjs: Tfjs) => Promise<Result>): Promise<Result> {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  const layers = await import('@tensorflow/tfjs-layers');
  const before = tf.engine().backendName as string | undefined;
  const isQuiet = tf.env().getBool('PROD');
  // TF.js advises the package with native code at the first operation.
  tf.env().set('PROD', true);
  await tf.setBackend(BACKEND);
  try {
    return await run({ tf, layers });
  } finally {
    tf.env().set('PROD', isQuiet);
    if (before && before !== BACKEND) await tf.setBackend(before);
  }
}

/** Loads a model as TF.js does, from what its file says; TF.js checks it again in its own way.
 *  @param weightNames TF.js's name of every weight, by its name in the file
 *  @returns a model to be disposed of
 *  @throws {ExportError} `tfjs` if TF.js cannot load it */
export async function loadInTfjs(
  { layers }: Tfjs,
  { source, where }: LayersModel,
  weightNames: ReadonlyMap<string, string>,
): Promise<TfLayers.LayersModel> {
  const specs = source.specs.map((spec) => ({
    ...spec,
    name: weightNames.get(spec.name) ?? spec.name,
  }));
  // TF.js changes the description while it reads it.
  const modelTopology = structuredClone(source.topology);
  try {
    return await layers.loadLayersModel({
      load: async () => ({
        modelTopology,
        weightSpecs: specs as unknown as TfCore.io.WeightsManifestEntry[],
        weightData: source.bytes.buffer,
      }),
    });
  } catch (cause) {
    throw new ExportError('tfjs', `${where}: TF.js cannot load it: ${firstLine(cause)}`, { cause });
  }
}

/** Frees a model with the states that its layers keep, which TF.js forgets. */
export function disposeInTfjs(model: TfLayers.LayersModel): void {
  disposeStates(model as StateHolder);
  model.dispose();
}

/** Where layers of TF.js keep their states: a recurrent layer, the two of a Bidirectional, those of a model. */
interface StateHolder {
  readonly states?: (TfCore.Tensor | null)[];
  readonly forwardLayer?: StateHolder;
  readonly backwardLayer?: StateHolder;
  readonly layers?: readonly StateHolder[];
}

function disposeStates(layer: StateHolder): void {
  const { states, forwardLayer, backwardLayer, layers = [] } = layer;
  for (const state of states ?? []) state?.dispose();
  for (const inner of [forwardLayer, backwardLayer, ...layers]) {
    if (inner) disposeStates(inner);
  }
}

export function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split('\n')[0].slice(0, 300);
}
