// From the folder of an artifact to a running model.
import {
  ArtifactError,
  chooseGraph,
  type Golden,
  type Manifest,
  type ModelPrecision,
  type Tokenizer,
  verifyArtifact,
  type VerifiedArtifact,
} from '@ostinato/core';
import { inspectModel } from '@ostinato/graph';
import { readArtifactFolder } from './artifact-folder.js';
import { type NodeModel, type RuntimeOptions, startModel } from './node-model.js';
import type { Device } from './process/protocol.js';

export interface LoadOptions extends RuntimeOptions {
  /** The form of the weights and of the arithmetic, where the artifact has several. Default: its first reproducible one.
   *  `int8-dynamic` (on the CPU) draws faster, and other notes: products of integers are not the same on every processor.
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

/** Reads the folder of an artifact and checks it: sizes, hashes, graphs, vocabulary. Nothing is run.
 *  @throws {ArtifactError} if the folder is not a whole and safe artifact */
export async function readArtifact(folder: string): Promise<VerifiedArtifact> {
  return verifyArtifact(await readArtifactFolder(folder), inspectModel);
}

/** Loads a model. Everything is checked before the runtime sees a byte.
 *  @param folder of an artifact, such as `models/musicnet`
 *  @throws {ArtifactError} if the folder is not a whole and safe artifact, or has not the asked form
 *  @throws {DeviceError} if the device is not there or refuses the model
 *  @throws {RangeError} if an option is outside its range
 *  @example
 *  const { model, tokenizer } = await loadModel('models/musicnet');
 *  const piece = await compose(model, tokenizer, { seed: 1, seconds: 60 });
 *  await model.dispose(); */
export async function loadModel(
  folder: string,
  { precision, ...options }: LoadOptions = {},
): Promise<LoadedModel> {
  const artifact = await readArtifact(folder);
  const { manifest, tokenizer, golden } = artifact;
  const parts = {
    graphs: graphsFor(artifact, options.device ?? 'cpu', precision),
    grammar: tokenizer.grammar,
    stateSize: manifest.stateSize,
  };
  const model = await startModel(parts, options);
  return { model, tokenizer, manifest, golden, [Symbol.asyncDispose]: () => model.dispose() };
}

function graphsFor(
  artifact: VerifiedArtifact,
  device: Device,
  precision: ModelPrecision | undefined,
): { step: Uint8Array; chunk?: Uint8Array } {
  const runtime = `node-${device}` as const;
  const request = { runtime, ...(precision && { precision }) };
  const asked = {
    step: chooseGraph(artifact, { kind: 'step', ...request }),
    chunk: chooseGraph(artifact, { kind: 'chunk', ...request }),
  };
  if (precision !== undefined && !asked.step && !asked.chunk) {
    const forms = artifact.graphs
      .filter(({ runtimes }) => runtimes.includes(runtime))
      .map((graph) => graph.precision);
    const known = [...new Set(forms)].join(', ') || 'none';
    throw new ArtifactError(
      'missing-graph',
      `manifest.json: expected a graph of precision ${precision} for ${runtime}, found ${known}; choose one of these, or export that form`,
    );
  }
  const step = asked.step ?? chooseGraph(artifact, { kind: 'step', runtime });
  if (!step) {
    throw new ArtifactError(
      'missing-graph',
      `manifest.json: expected a graph of kind "step" for ${runtime}, found none; export again`,
    );
  }
  return {
    step: step.content,
    ...(asked.chunk && { chunk: asked.chunk.content }),
  };
}
