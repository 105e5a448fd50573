// What a model is started from, out of a verified artifact.
import type { Golden, GraphEntry, Manifest, ModelPrecision, Tokenizer } from '@ostinato/core';
import { chooseGraphs } from '@ostinato/runtime';
import type { ModelParts } from '../node-model.js';
import type { Device } from '../process/protocol.js';
import { type ModelSource, openArtifact, type SourceOptions } from './open-artifact.js';

export interface PrecisionOptions {
  /** The form of the weights and of the arithmetic, where the artifact has several. Default: its first reproducible one.
   *  `int8-dynamic` (on the CPU) draws faster, and other notes: hidden units are rounded, and its products are integers.
   *  It is for `decode`; `consume` and `score` stay with the reproducible form where the artifact has no other. */
  readonly precision?: ModelPrecision;
}

interface OpenedModel {
  readonly parts: ModelParts;
  readonly tokenizer: Tokenizer;
  readonly manifest: Manifest;
  readonly golden: Golden;
}

/** Opens an artifact, checks it, and chooses the graphs for a device.
 *  @throws as `loadModel` does, but for the device's errors */
export async function openParts(
  source: ModelSource,
  device: Device,
  { precision, ...options }: SourceOptions & PrecisionOptions,
): Promise<OpenedModel> {
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
  return { parts, tokenizer, manifest, golden };
}
