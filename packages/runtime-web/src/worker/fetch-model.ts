// A model in its worker: fetched, checked, and kept there, so that its page never holds its bytes.
import {
  type Fetch,
  fetchArtifact,
  type FetchedManifest,
  fetchFiles,
  fetchManifest,
  type FetchOptions,
  type Golden,
  type GraphEntry,
  type Grammar,
  type Manifest,
  verifyArtifact,
  verifyModel,
  type VerifiedModel,
} from '@ostinato/core';
import { inspectModel } from '@ostinato/graph';
import { chooseGraphs, type GraphKind, type GraphSource } from '@ostinato/runtime';
import type { LoadProgress } from '../load-meter.js';
import { hashContent } from '../hash-content.js';
import type { LateCache } from './late-cache.js';
import type {
  ComputeDevice,
  EarlyFile,
  ModelFacts,
  ModelRequest,
  SourceRequest,
} from './messages.js';

/** What sessions are made of. */
interface RunnableModel {
  readonly graphs: { readonly [Kind in GraphKind]?: GraphSource };
  readonly grammar: Grammar;
}

export class ModelFetcher {
  readonly #device: ComputeDevice;
  readonly #cache: LateCache;
  readonly #signal: AbortSignal;
  #model: RunnableModel | undefined;

  /** @param signal stops every download */
  constructor(device: ComputeDevice, cache: LateCache, signal: AbortSignal) {
    this.#device = device;
    this.#cache = cache;
    this.#signal = signal;
  }

  async fetchManifest(request: SourceRequest): Promise<Manifest> {
    const { manifest } = await fetchManifest(request.address, this.#optionsOf(request));
    await this.#cache.settled(); // this worker ends with its answer
    return manifest;
  }

  /** Fetches the graph that decodes on this device, and checks it. The other one comes when somebody asks for logits. */
  async fetchModel(
    request: ModelRequest,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<ModelFacts> {
    const options = this.#optionsOf(request);
    const fetched = await fetchManifest(request.address, options);
    const { manifest } = fetched;
    const { step, chunk } = chooseGraphs(manifest, request.runtime, request.precision);
    const first = this.#device === 'wasm' && chunk ? chunk : step;
    const { tokenizer, graphs } = await fetchGraph(fetched, first, {
      ...options,
      onProgress: ({ file, bytesDone, bytesTotal }) => onProgress({ file, bytesDone, bytesTotal }),
    });
    const later = async (): Promise<Uint8Array> =>
      (await fetchGraph(fetched, step, options)).graphs[0].content;
    this.#model = {
      graphs: { step: later, [first.kind]: graphs[0].content },
      grammar: tokenizer.grammar,
    };
    return { manifest, tokenizer: { config: tokenizer.config, hash: tokenizer.hash } };
  }

  async fetchGolden(request: SourceRequest): Promise<Golden> {
    const options = { ...this.#optionsOf(request), choose: () => [] };
    const { files, hash } = await fetchArtifact(request.address, options);
    await this.#cache.settled();
    return verifyArtifact(files, inspectModel, { graphs: [], hash }).golden;
  }

  /** The fetched model, once: its bytes are given away. */
  take(): RunnableModel {
    const model = this.#model;
    if (!model) throw new Error('internal: no model was fetched');
    this.#model = undefined;
    return model;
  }

  #optionsOf({ allowHttp, offline, cache, early }: SourceRequest): FetchOptions {
    const signal = this.#signal;
    const options = { allowHttp, offline, cache: this.#cache.open(cache), signal };
    return { ...options, hash: hashContent, ...(early && { fetch: fetchBeside(early) }) };
  }
}

/** The platform's `fetch`, for all but a file that is there. */
function fetchBeside({ url, content }: EarlyFile): Fetch {
  return async (asked, init) => (asked === url ? new Response(content) : fetch(asked, init));
}

async function fetchGraph(
  fetched: FetchedManifest,
  graph: GraphEntry,
  options: FetchOptions,
): Promise<VerifiedModel> {
  const entries = [fetched.manifest.tokenizer, graph];
  const { files, hash } = await fetchFiles(fetched, entries, options);
  return verifyModel(files, inspectModel, { graphs: [graph], hash });
}
