// From the address of a model to a running one.
import {
  ArtifactError,
  fetchArtifact,
  type Golden,
  type GraphEntry,
  type Manifest,
  type ModelPrecision,
  type Tokenizer,
  type VerifiedArtifact,
  verifyArtifact,
} from '@ostinato/core';
import { inspectModel } from '@ostinato/graph';
import { chooseGraphs, type GraphKind } from '@ostinato/runtime';
import { findAdapter } from './auto/adapter.js';
import { createChoiceMemory } from './auto/choice-memory.js';
import { hashContent } from './hash-content.js';
import { LoadMeter } from './load-meter.js';
import { baseAddress, DEVICE_FILES } from './runtime-files.js';
import { cacheOf, type RuntimeOptions } from './runtime-options.js';
import { type GraphSource, type ModelParts, startComingModel } from './start-model.js';
import { stopTogether } from './stop-together.js';
import type { WebModel } from './web-model.js';
import type { ComputeDevice } from './worker/messages.js';

export interface LoadOptions extends RuntimeOptions {
  /** How the weights are stored, where the model has several forms. Default: its first. */
  readonly precision?: ModelPrecision;
  /** Use no network for the model: what was downloaded before, or an error. Default false. */
  readonly offline?: boolean;
}

export interface LoadedModel extends AsyncDisposable {
  /** Dispose of it when done: it owns a worker. */
  readonly model: WebModel;
  readonly tokenizer: Tokenizer;
  readonly manifest: Manifest;
  /** What `checkGolden` compares a runtime with. */
  readonly golden: Golden;
}

/** Loads a model, and ONNX Runtime at the same time; when one fails the other is stopped. Of the model's files only those
 *  come that its device needs, once: they are kept in the browser's cache by their hash. Everything is checked before the
 *  runtime sees a byte.
 *  @param address of the model's folder, such as `/models/musicnet/`; relative ones are relative to the page
 *  @throws {ModelSourceError} if it cannot be had
 *  @throws {ArtifactError} if it is not a whole and safe artifact, or has not the asked form
 *  @throws as `startModel` does
 *  @example
 *  const { model, tokenizer, manifest } = await loadModel('/models/musicnet/');
 *  for await (const note of generate(model, tokenizer, { ...manifest.sampling, seed: 7 })) play(note);
 *  await model.dispose(); */
export async function loadModel(
  address: string | URL,
  options: LoadOptions = {},
): Promise<LoadedModel> {
  return stopTogether(options.signal, (signal) => load(address, { ...options, signal }));
}

async function load(
  address: string | URL,
  options: LoadOptions & { readonly signal: AbortSignal },
): Promise<LoadedModel> {
  const { device = 'wasm', precision } = options;
  const adapter = device === 'auto' ? await findAdapter() : undefined;
  const firstDevice = ({ sha256 }: Manifest): ComputeDevice => {
    if (device !== 'auto') return device;
    if (adapter === undefined) return 'wasm';
    return createChoiceMemory(sha256, () => localStorage).recall(adapter) ?? 'wasm';
  };
  const graphsOf = (manifest: Manifest): ReturnType<typeof chooseGraphs> =>
    chooseGraphs(manifest, device === 'webgpu' ? 'web-webgpu' : 'web-wasm', precision);
  const meter = new LoadMeter(options.onProgress);

  let tellHash: (hash: string) => void;
  const hashCame = new Promise<string>((resolve) => (tellHash = resolve));
  const reading = readArtifact(address, { ...options, meter }, (manifest) => {
    const { step, chunk } = graphsOf(manifest);
    const first = firstDevice(manifest);
    const { file, bytes } = DEVICE_FILES[first].wasm;
    meter.expectRuntime(file, bytes);
    tellHash(manifest.sha256);
    return first === 'wasm' && chunk ? chunk : step;
  });

  const partsOf = ({ manifest, tokenizer, graphs }: VerifiedArtifact): ModelParts => {
    // The graph that came is given away with the first start; what is needed later comes then, from the cache where it is.
    const come = new Map(graphs.map(({ kind, content }) => [kind, content]));
    const sourceOf =
      (kind: GraphKind): GraphSource =>
      async (signal) => {
        const content = come.get(kind);
        come.delete(kind);
        if (content) return content as Uint8Array<ArrayBuffer>;
        const later = await readArtifact(address, { ...options, signal }, (found) => {
          if (found.sha256 !== manifest.sha256) throw changedMeanwhile();
          return graphsOf(found)[kind]!;
        });
        return later.graphs[0].content as Uint8Array<ArrayBuffer>;
      };
    const hasChunk = graphsOf(manifest).chunk !== undefined;
    return {
      graphs: { step: sourceOf('step'), ...(hasChunk && { chunk: sourceOf('chunk') }) },
      grammar: tokenizer.grammar,
      stateSize: manifest.stateSize,
      hash: manifest.sha256,
    };
  };
  const parts = reading.then(partsOf);
  const hash = Promise.race([hashCame, parts.then((come) => come.hash)]); // the second one for its failure
  for (const promise of [parts, hash]) promise.catch(() => undefined); // not everybody waits for both
  const model = await startComingModel(
    { parts, hash },
    { ...options, onProgress: (progress) => meter.runtime(progress) },
  );
  const { manifest, tokenizer, golden } = await reading;
  return { model, tokenizer, manifest, golden, [Symbol.asyncDispose]: () => model.dispose() };
}

/** Fetches the manifest, the tokenizer, the golden file and one graph, and checks them. */
async function readArtifact(
  address: string | URL,
  options: LoadOptions & { readonly meter?: LoadMeter },
  choose: (manifest: Manifest) => GraphEntry,
): Promise<VerifiedArtifact> {
  const { signal, offline = false, meter } = options;
  const fetched = await fetchArtifact(new URL(address, baseAddress()).href, {
    choose: (manifest) => [choose(manifest)],
    cache: cacheOf(options),
    signal,
    offline,
    allowHttp: location.protocol === 'http:', // whoever can change the model on its way can change such a page
    hash: hashContent,
    onProgress: (progress) => meter?.model(progress),
  });
  return verifyArtifact(fetched.files, inspectModel, fetched);
}

function changedMeanwhile(): ArtifactError {
  return new ArtifactError(
    'wrong-hash',
    'manifest.json: another model is at this address by now; load it again',
  );
}
