// From what a person calls a model to an engine that runs it.
import type { Golden, Manifest, Tokenizer } from '@ostinato/core';
import type { ModelSource, SourceOptions } from '../source/open-artifact.js';
import { openParts, type PrecisionOptions } from '../source/open-parts.js';
import { type EngineModel, type EngineOptions, startEngine } from './engine-model.js';

export interface LoadEngineOptions extends EngineOptions, SourceOptions, PrecisionOptions {}

export interface LoadedEngine extends AsyncDisposable {
  /** Dispose of it when done: it owns processes. */
  readonly model: EngineModel;
  readonly tokenizer: Tokenizer;
  readonly manifest: Manifest;
  /** What `checkGolden` compares a runtime with; it belongs to the reproducible form. */
  readonly golden: Golden;
}

/** Loads a model that serves many callers at the same time, on the CPU. Takes and throws what `loadModel` does.
 *  @example
 *  const { model, tokenizer } = await loadEngine('models/musicnet');
 *  const seeds = Array.from({ length: 100 }, (_, i) => i + 1);
 *  const pieces = await Promise.all(seeds.map((seed) => compose(model, tokenizer, { seed, bars: 16 })));
 *  await model.dispose(); */
export async function loadEngine(
  source: ModelSource,
  options: LoadEngineOptions = {},
): Promise<LoadedEngine> {
  const { parts, ...described } = await openParts(source, 'cpu', options);
  const model = await startEngine(parts, options);
  return { model, ...described, [Symbol.asyncDispose]: () => model.dispose() };
}
