// From what a person calls a model to a running one.
import type { Golden, Manifest, Tokenizer } from '@ostinato/core';
import { type NodeModel, type RuntimeOptions, startModel } from './node-model.js';
import { openParts, type PrecisionOptions } from './source/open-parts.js';
import type { ModelSource, SourceOptions } from './source/open-artifact.js';

export interface LoadOptions extends RuntimeOptions, SourceOptions, PrecisionOptions {}

export interface LoadedModel extends AsyncDisposable {
  /** Dispose of it when done: it owns a process. */
  readonly model: NodeModel;
  readonly tokenizer: Tokenizer;
  readonly manifest: Manifest;
  /** What `checkGolden` compares a runtime with; it belongs to the reproducible form. */
  readonly golden: Golden;
}

/** Loads a model. Everything is checked before the runtime sees a byte.
 *  @param source the folder of an artifact, such as `models/musicnet`; the address of one,
 *    `https://example.org/models/mine/`, of which only what this device needs is downloaded, and kept; or the name of one,
 *    looked up in the folders of `OSTINATO_MODELS`, in `models` here, and among those that come with Ostinato
 *  @throws {ModelSourceError} if it cannot be had
 *  @throws {ArtifactError} if it is not a whole and safe artifact, or has not the asked form
 *  @throws the reason of `signal`
 *  @throws {DeviceError} if the device is not there or refuses the model
 *  @throws {RangeError} if an option is outside its range
 *  @example
 *  const { model, tokenizer } = await loadModel('models/musicnet');
 *  const piece = await compose(model, tokenizer, { seed: 1, seconds: 60 });
 *  await model.dispose(); */
export async function loadModel(
  source: ModelSource,
  options: LoadOptions = {},
): Promise<LoadedModel> {
  const { parts, ...described } = await openParts(source, options.device ?? 'cpu', options);
  const model = await startModel(parts, options);
  return { model, ...described, [Symbol.asyncDispose]: () => model.dispose() };
}
