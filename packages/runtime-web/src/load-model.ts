// From the address of a model to a running one.
import {
  ArtifactError,
  type Golden,
  type Manifest,
  type ModelPrecision,
  restoreTokenizer,
  type Tokenizer,
} from '@ostinato/core';
import { type Starter, startWhereAsked } from './auto/start-where-asked.js';
import { fetchManifestEarly } from './fetch-early.js';
import { LoadMeter } from './load-meter.js';
import { baseAddress, DEVICE_FILES } from './runtime-files.js';
import type { RuntimeOptions } from './runtime-options.js';
import { startEngine, withEngine } from './start-engine.js';
import { stopTogether } from './stop-together.js';
import type { WebModel } from './web-model.js';
import type { EngineClient } from './worker/client.js';
import type { LoadingCalls, ModelRequest, SourceRequest } from './worker/messages.js';

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
  /** Fetches what `checkGolden` compares a runtime with.
   *  @throws as `loadModel` does */
  golden(): Promise<Golden>;
}

/** Loads a model, and ONNX Runtime at the same time; when one fails the other is stopped. Of the model's files only those
 *  come that its device needs, once: they are kept in the browser's cache by their hash. The worker fetches them and checks
 *  everything before the runtime sees a byte; the page gets what it needs to compose.
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

async function load(address: string | URL, options: LoadOptions): Promise<LoadedModel> {
  const { device, precision, offline = false, cache = {} } = options;
  const request: ModelRequest = {
    address: new URL(address, baseAddress()).href,
    allowHttp: location.protocol === 'http:', // whoever can change the model on its way can change such a page
    offline,
    cache,
    runtime: device === 'webgpu' ? 'web-webgpu' : 'web-wasm',
    precision,
  };
  const coming = fetchManifestEarly(request);
  const meter = new LoadMeter(options.onProgress);
  let first: { readonly manifest: Manifest; readonly tokenizer: Tokenizer } | undefined;

  /** Has the worker fetch the model; every time it must be the same. */
  const fetchIn = async (client: EngineClient): Promise<NonNullable<typeof first>> => {
    const onNotice = first ? undefined : meter.model.bind(meter);
    const asked = first ? request : { ...request, early: await coming };
    const { manifest, tokenizer } = await client.call('fetchModel', asked, undefined, onNotice);
    first ??= { manifest, tokenizer: restoreTokenizer(tokenizer) };
    if (manifest.sha256 !== first.manifest.sha256) throw changedMeanwhile();
    return first;
  };
  const { signal: _, ...lasting } = options; // it is for the start
  const starter: Starter = {
    start: async (place, options) => {
      const { file, bytes } = DEVICE_FILES[place.device].wasm;
      meter.expectRuntime(file, bytes);
      const metered = { ...options, onProgress: meter.runtime.bind(meter) };
      const port = await startEngine(place, metered, async (client) => {
        await fetchIn(client);
        return undefined;
      });
      return { port, grammar: first!.tokenizer.grammar, stateSize: first!.manifest.stateSize };
    },
    hash: async () => {
      const asked = { ...request, early: await coming };
      return (await ask('fetchManifest', asked, options)).sha256;
    },
  };
  const model = await startWhereAsked(starter, options);
  return {
    model,
    ...first!,
    golden: () => ask('fetchGolden', request, lasting),
    [Symbol.asyncDispose]: () => model.dispose(),
  };
}

/** Asks a worker that ends with its answer. */
function ask<Name extends 'fetchGolden' | 'fetchManifest'>(
  name: Name,
  request: SourceRequest,
  options: RuntimeOptions,
): Promise<LoadingCalls[Name]['reply']> {
  return withEngine('wasm', options, async (client) => {
    const answer = await client.call(name, request);
    await client.close();
    return answer;
  });
}

function changedMeanwhile(): ArtifactError {
  return new ArtifactError(
    'wrong-hash',
    'manifest.json: another model is at this address by now; load it again',
  );
}
