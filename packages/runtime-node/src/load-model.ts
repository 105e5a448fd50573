// From what a person calls a model to a running one.
import type { Golden, GraphEntry, Manifest, ModelPrecision, Tokenizer } from '@ostinato/core';
import { chooseGraphs } from '@ostinato/runtime';
import { type NodeModel, type RuntimeOptions, startModel } from './node-model.js';
import { type ModelSource, openArtifact, type SourceOptions } from './source/open-artifact.js';

export interface LoadOptions extends RuntimeOptions, SourceOptions {
  /** The form of the weights and of the arithmetic, where the artifact has several. Default: its first reproducible one.
   *  `int8-dynamic` (on the CPU) draws faster, and other notes: hidden units are rounded, and its products are integers.
   *  It is for `decode`; `consume` and `score` stay with the reproducible form where the artifact has no other. */
  readonly precision?: ModelPrecision;
}

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
  { precision, ...options }: LoadOptions = {},
): Promise<LoadedModel> {
  const { device = 'cpu' } = options;
  const choose = (manifest: Manifest): GraphEntry[] =>
    Object.values(chooseGraphs(manifest, `node-${device}`, precision));
  const artifact = await openArtifact(source, choose, options);
  const { manifest, tokenizer, golden } = artifact;
  const { step, chunk } = chooseGraphs(artifact, `node-${device}`, precision);
  const parts = {
    graphs: { step: step.content, ...(chunk && { chunk: chunk.content }) },
    grammar: tokenizer.grammar,
    stateSize: manifest.stateSize,
  };
  const model = await startModel(parts, options);
  return { model, tokenizer, manifest, golden, [Symbol.asyncDispose]: () => model.dispose() };
}
