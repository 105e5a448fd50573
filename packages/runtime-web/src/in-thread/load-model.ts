// From a model's files to a model that runs in this thread: for servers that are not Node, and wherever there are no workers.
import {
  ArtifactError,
  fetchArtifact,
  type Golden,
  type GraphEntry,
  type Manifest,
  MANIFEST_FILE,
  type ModelPrecision,
  type NextTokenModel,
  parseManifest,
  type Tokenizer,
  type VerifiedArtifact,
  verifyArtifact,
} from '@ostinato/core';
import { inspectModel } from '@ostinato/graph';
import { chooseGraphs } from '@ostinato/runtime';
import { hashContent } from '../hash-content.js';
import { startModel } from './start-model.js';
import type { RuntimeWasm } from './start-runtime.js';

/** The address of a model's folder on the web, or what reads a file of it by its name. */
export type ModelSource = string | URL | ((file: string) => Promise<Uint8Array>);

export interface InThreadOptions {
  readonly wasm: RuntimeWasm;
  /** How the weights are stored, where the model has several forms. Default: its first. */
  readonly precision?: ModelPrecision;
  /** Aborting stops the start and throws the signal's reason. Afterwards it does nothing. */
  readonly signal?: AbortSignal;
}

export interface LoadedModel extends AsyncDisposable {
  /** Calls may overlap; they are served one by one, and between two of them this thread does whatever else waits for it. */
  readonly model: NextTokenModel;
  readonly tokenizer: Tokenizer;
  readonly manifest: Manifest;
  /** What `checkGolden` compares a runtime with. */
  readonly golden: Golden;
}

/** Loads a model. Of its files only those are read that composing needs, and all are checked before the runtime sees a byte;
 *  the step graph comes when somebody asks for logits.
 *  @throws {ModelSourceError} if it cannot be had
 *  @throws {ArtifactError} if it is not a whole and safe artifact, has not the asked form, or `wasm` is not what this
 *    package was built for
 *  @throws {DeviceError} if ONNX Runtime does not start or refuses the model
 *  @throws what reading throws; the reason of `signal`
 *  @example
 *  const wasm = await readFile(new URL(import.meta.resolve('@ostinato/web/files/ort-wasm-simd-threaded.wasm')));
 *  const served = await loadModel((file) => readFile(`models/musicnet/${file}`), { wasm });
 *  const app = createApp({ models: { musicnet: served } }); */
export async function loadModel(
  source: ModelSource,
  { wasm, precision, signal }: InThreadOptions,
): Promise<LoadedModel> {
  const graphsOf = (manifest: Manifest) => chooseGraphs(manifest, 'web-wasm', precision);
  const first = await openArtifact(source, signal, (manifest) => {
    const { step, chunk } = graphsOf(manifest);
    return chunk ?? step;
  });
  const { manifest, tokenizer, golden } = first;
  const [{ kind, content }] = first.graphs;
  const later = async (): Promise<Uint8Array> => {
    const { graphs } = await openArtifact(source, undefined, (found) => {
      if (found.sha256 === manifest.sha256) return graphsOf(found).step;
      const problem = 'another model is there by now; load it again';
      throw new ArtifactError('wrong-hash', `${MANIFEST_FILE}: ${problem}`);
    });
    return graphs[0].content;
  };
  signal?.throwIfAborted();
  const graphs = kind === 'chunk' ? { chunk: content, step: later } : { step: content };
  const parts = { graphs, grammar: tokenizer.grammar, stateSize: manifest.stateSize };
  const model = await startModel(parts, { wasm });
  return { model, tokenizer, manifest, golden, [Symbol.asyncDispose]: () => model.dispose() };
}

/** Reads the manifest, the tokenizer, the golden file and one graph, and checks them. */
async function openArtifact(
  source: ModelSource,
  signal: AbortSignal | undefined,
  choose: (manifest: Manifest) => GraphEntry,
): Promise<VerifiedArtifact> {
  if (typeof source !== 'function') {
    const address = typeof source === 'string' ? source : source.href;
    const options = {
      choose: (manifest: Manifest) => [choose(manifest)],
      signal,
      hash: hashContent,
    };
    const fetched = await fetchArtifact(address, options);
    return verifyArtifact(fetched.files, inspectModel, fetched);
  }
  const read = async (file: string): Promise<Uint8Array> => {
    signal?.throwIfAborted();
    return source(file);
  };
  const text = await read(MANIFEST_FILE);
  const manifest = parseManifest(new TextDecoder().decode(text));
  const graph = choose(manifest);
  const files = new Map([[MANIFEST_FILE, text]]);
  const hashes = new Map<Uint8Array, string>();
  for (const { file } of [manifest.tokenizer, manifest.golden, graph]) {
    const content = await read(file);
    files.set(file, content);
    hashes.set(content, await hashContent(content));
  }
  const hash = (content: Uint8Array): string => hashes.get(content)!;
  return verifyArtifact(files, inspectModel, { graphs: [graph], hash });
}
