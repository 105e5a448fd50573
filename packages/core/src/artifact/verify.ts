// Checks a model artifact before a runtime sees a byte of it: files against manifest, sizes, hashes, graphs, vocabulary.
import { parseTokenizer } from '../tokenizer/read-tokenizer.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { ArtifactError } from './artifact-error.js';
import { isReproducible } from './choose-graph.js';
import { parseGolden, type Golden } from './golden.js';
import { graphSignature, type GraphSignature } from './graph-signature.js';
import { type AsyncHashFunction, hashInJavaScript, type HashFunction } from './hash.js';
import {
  manifestFiles,
  parseManifest,
  type FileEntry,
  type GraphEntry,
  type Manifest,
} from './manifest.js';
import { MANIFEST_FILE } from './manifest-file.js';

/** What a runtime needs of an artifact, whose parts fit together. */
export interface VerifiedModel {
  readonly manifest: Manifest;
  readonly tokenizer: Tokenizer;
  /** The graphs, in the manifest's order, or those that were asked for; the bytes are views of the given files. */
  readonly graphs: readonly VerifiedGraph[];
}

/** An artifact whose parts fit together. */
export interface VerifiedArtifact extends VerifiedModel {
  readonly golden: Golden;
  /** The model card, Markdown. Not there if only some graphs were asked for. */
  readonly card?: string;
}

export interface VerifiedGraph extends GraphEntry {
  readonly content: Uint8Array;
}

/** What an ONNX file of an artifact has to be. */
export interface GraphExpectation extends GraphSignature {
  /** Whether it may multiply integers; reproducible forms may not. */
  readonly integerProducts: boolean;
}

/** Looks into the bytes of an ONNX file and throws what is wrong with it: `inspectModel` of `@ostinato/graph`. It is an
 *  argument because core imports nothing of ours. */
export type InspectGraph = (
  content: Uint8Array,
  expected: GraphExpectation,
) => { readonly opset: number; readonly metadata: ReadonlyMap<string, string> };

/** Checks a file against its entry in the manifest.
 *  @param hash a faster one than JavaScript's, where the platform has it
 *  @throws {ArtifactError} `wrong-size` or `wrong-hash` */
export function verifyFile(
  entry: FileEntry,
  content: Uint8Array,
  hash: HashFunction = hashInJavaScript,
): void {
  checkSize(entry, content);
  checkHash(entry, hash(content));
}

/** `verifyFile` with a hash that takes its time.
 *  @throws {ArtifactError} `wrong-size` or `wrong-hash` */
export async function verifyFileWith(
  hash: AsyncHashFunction,
  entry: FileEntry,
  content: Uint8Array,
): Promise<void> {
  checkSize(entry, content);
  checkHash(entry, await hash(content));
}

function checkSize({ file, bytes }: FileEntry, content: Uint8Array): void {
  if (content.length !== bytes) {
    const found = `expected ${bytes} bytes, found ${content.length}`;
    throw new ArtifactError('wrong-size', `${file}: ${found}; fetch the artifact again`);
  }
}

function checkHash({ file, sha256 }: FileEntry, digits: string): void {
  if (digits !== sha256) {
    const found = `expected SHA-256 ${sha256}, found ${digits}`;
    throw new ArtifactError('wrong-hash', `${file}: ${found}; fetch the artifact again`);
  }
}

export interface VerifyOptions {
  /** The entries of the graphs that are needed: then the files are the manifest, the tokenizer, the golden file and these
   *  graphs, and nothing else. Default: all that the manifest names. */
  readonly graphs?: readonly GraphEntry[];
  /** As of `verifyFile`. */
  readonly hash?: HashFunction;
}

/** Checks that the files are those of the manifest, whole, safe to run and of one vocabulary.
 *  @param files every file of the artifact's folder by name, `manifest.json` among them
 *  @param inspectGraph `inspectModel` of `@ostinato/graph`
 *  @throws {ArtifactError} naming the file, what was expected and what was found
 *  @throws {TokenizerError} if `tokenizer.json` is not well formed */
export function verifyArtifact(
  files: ReadonlyMap<string, Uint8Array>,
  inspectGraph: InspectGraph,
  { graphs: needed, hash }: VerifyOptions = {},
): VerifiedArtifact {
  const manifest = parseManifest(textOf(files, MANIFEST_FILE));
  const all = manifestFiles(manifest);
  const entries = needed ? [manifest.tokenizer, manifest.golden, ...needed] : all;
  checkFiles(files, entries, hash);
  const golden = parseGolden(textOf(files, manifest.golden.file));
  const model = modelOf(manifest, files, needed ?? manifest.graphs, inspectGraph);
  checkGoldenVocabulary(manifest, golden);
  const card = needed ? {} : { card: textOf(files, manifest.card.file) };
  return { ...model, golden, ...card };
}

/** `verifyArtifact` for who only runs the model: without the golden file.
 *  @param files the manifest, the tokenizer and the asked graphs
 *  @throws as `verifyArtifact` does */
export function verifyModel(
  files: ReadonlyMap<string, Uint8Array>,
  inspectGraph: InspectGraph,
  { graphs, hash }: VerifyOptions & { readonly graphs: readonly GraphEntry[] },
): VerifiedModel {
  const manifest = parseManifest(textOf(files, MANIFEST_FILE));
  checkFiles(files, [manifest.tokenizer, ...graphs], hash);
  return modelOf(manifest, files, graphs, inspectGraph);
}

function checkFiles(
  files: ReadonlyMap<string, Uint8Array>,
  entries: readonly FileEntry[],
  hash: HashFunction | undefined,
): void {
  checkNames(files, entries);
  for (const entry of entries) verifyFile(entry, contentOf(files, entry.file), hash);
}

/** The model in files that are those of the manifest. */
function modelOf(
  manifest: Manifest,
  files: ReadonlyMap<string, Uint8Array>,
  entries: readonly GraphEntry[],
  inspectGraph: InspectGraph,
): VerifiedModel {
  const tokenizer = parseTokenizer(textOf(files, manifest.tokenizer.file));
  const { vocabularySize } = tokenizer;
  if (vocabularySize !== manifest.architecture.vocabularySize) {
    throw otherVocabulary(manifest, manifest.tokenizer.file, `vocabulary is ${vocabularySize}`);
  }
  const graphs = entries.map((entry) => ({ ...entry, content: contentOf(files, entry.file) }));
  for (const graph of graphs) verifyGraph(graph, { manifest, tokenizer }, inspectGraph);
  return { manifest, tokenizer, graphs };
}

/** Checks what an ONNX file is and does: for runtimes that fetch graphs one by one, after `verifyFile`.
 *  @param artifact the manifest and the tokenizer that the graph came with
 *  @param inspectGraph `inspectModel` of `@ostinato/graph`
 *  @throws {ArtifactError} `unsafe-graph` or `vocabulary-mismatch` */
export function verifyGraph(
  graph: VerifiedGraph,
  { manifest, tokenizer }: Pick<VerifiedModel, 'manifest' | 'tokenizer'>,
  inspectGraph: InspectGraph,
): void {
  const { file, kind, precision, opset, content } = graph;
  const { vocabularySize } = manifest.architecture;
  const { stateSize } = manifest;
  const signature = graphSignature(kind, { vocabularySize, stateSize });
  const expected = { ...signature, integerProducts: !isReproducible(precision) };
  let found: ReturnType<InspectGraph>;
  try {
    found = inspectGraph(content, expected);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ArtifactError('unsafe-graph', `${file}: ${reason}`, { cause });
  }
  if (found.opset !== opset) {
    const problem = `operator set ${found.opset}, ${MANIFEST_FILE} says ${opset}`;
    throw new ArtifactError('unsafe-graph', `${file}: ${problem}; export them together`);
  }
  const hash = found.metadata.get('tokenizer_hash');
  if (hash !== undefined && hash !== tokenizer.hash) {
    const problem = `made for another ${manifest.tokenizer.file}`;
    throw new ArtifactError('vocabulary-mismatch', `${file}: ${problem}; export them together`);
  }
}

function checkNames(files: ReadonlyMap<string, Uint8Array>, entries: readonly FileEntry[]): void {
  const named = new Set([MANIFEST_FILE, ...entries.map(({ file }) => file)]);
  const missing = [...named].filter((file) => !files.has(file));
  if (missing.length > 0) {
    const list = missing.join(', ');
    throw new ArtifactError(
      'missing-file',
      `${MANIFEST_FILE}: names ${list}, not found; fetch the artifact again`,
    );
  }
  const extra = [...files.keys()].filter((file) => !named.has(file));
  if (extra.length > 0) {
    const list = extra.join(', ');
    throw new ArtifactError(
      'extra-file',
      `${list}: not named in ${MANIFEST_FILE}; remove it, or export again`,
    );
  }
}

function checkGoldenVocabulary(manifest: Manifest, golden: Golden): void {
  const expected = manifest.architecture.vocabularySize;
  const { file } = manifest.golden;
  if (golden.logits.length !== expected) {
    throw otherVocabulary(manifest, file, `vocabulary is ${golden.logits.length}`);
  }
  const ids = [golden.primer, ...golden.compositions.map(({ tokens }) => tokens)].flat();
  const outside = ids.find((id) => id >= expected);
  if (outside !== undefined) throw otherVocabulary(manifest, file, `has token ${outside}`);
}

function otherVocabulary({ architecture }: Manifest, file: string, found: string): ArtifactError {
  const expected = `${MANIFEST_FILE} says ${architecture.vocabularySize}`;
  const message = `${file}: ${found}, ${expected}; export them together`;
  return new ArtifactError('vocabulary-mismatch', message);
}

function contentOf(files: ReadonlyMap<string, Uint8Array>, file: string): Uint8Array {
  const content = files.get(file);
  if (content) return content;
  throw new ArtifactError('missing-file', `${file}: not found; is this a model's folder?`);
}

function textOf(files: ReadonlyMap<string, Uint8Array>, file: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(contentOf(files, file));
}
