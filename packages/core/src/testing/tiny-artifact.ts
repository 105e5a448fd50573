// The files of a model that fit together, for tests of what happens before a runtime sees its graphs.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Golden } from '../artifact/golden.js';
import { type Manifest, sealManifest } from '../artifact/manifest.js';
import { MODEL_RUNTIMES } from '../artifact/manifest-parts.js';
import { createTokenizer, tokenizerToJson } from '../tokenizer/read-tokenizer.js';
import { tinyTokenizerConfig } from './tiny-tokenizer-config.js';

/** A manifest without its seal. */
export type ManifestFacts = Omit<Manifest, 'sha256'>;

export interface TinyArtifactOptions {
  /** The bytes of the graphs, of any meaning. Default: a step graph of three bytes. */
  readonly graphs?: Readonly<Partial<Record<'step' | 'chunk', Uint8Array>>>;
  /** Default: `tinyGolden`. */
  readonly golden?: Golden;
  /** Spoils the manifest after its hashes are in. */
  readonly change?: (manifest: ManifestFacts) => void;
  /** Makes the text of the manifest. Default: `sealManifest`. */
  readonly seal?: (manifest: ManifestFacts) => string;
}

export const tinyTokenizer = createTokenizer(tinyTokenizerConfig);
const V = tinyTokenizer.vocabularySize;

/** Of the right form; no network composes it. */
export const tinyGolden: Golden = {
  schemaVersion: 1,
  primer: [0],
  logits: Array.from({ length: V }, () => 0),
  compositions: [{ seed: 1, temperature: 1, topK: V, topP: 1, minP: 0, tokens: [1] }],
};

/** The files of an artifact by their names, `manifest.json` last. */
export function tinyArtifact({
  graphs = { step: Uint8Array.of(1, 2, 3) },
  golden = tinyGolden,
  change = () => undefined,
  seal = (manifest) => sealManifest(manifest).text,
}: TinyArtifactOptions = {}): Map<string, Uint8Array> {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  const files = new Map<string, Uint8Array>([
    ['tokenizer.json', bytesOf(tokenizerToJson(tinyTokenizer))],
    ['golden.json', bytesOf(JSON.stringify(golden))],
    ['README.md', bytesOf('# Card')],
  ]);
  for (const [kind, content] of Object.entries(graphs)) files.set(`${kind}.onnx`, content);
  const entry = (file: string): { file: string; bytes: number; sha256: string } => {
    const content = files.get(file)!;
    return { file, bytes: content.length, sha256: bytesToHex(sha256(content)) };
  };
  const manifest: ManifestFacts = {
    schemaVersion: 2,
    name: 'tiny',
    description: '',
    licence: 'CC0-1.0',
    architecture: {
      kind: 'lstm',
      vocabularySize: V,
      embeddingSize: 4,
      hiddenSize: 4,
      layers: 1,
      tiedOutput: false,
    },
    stateSize: 8,
    graphs: (Object.keys(graphs) as (keyof typeof graphs)[]).map((kind) => ({
      ...entry(`${kind}.onnx`),
      kind,
      precision: 'f32',
      opset: 21,
      runtimes: [...MODEL_RUNTIMES],
    })),
    tokenizer: entry('tokenizer.json'),
    golden: entry('golden.json'),
    card: entry('README.md'),
    sampling: { temperature: 1, topP: 1, minP: 0 },
    training: { data: '', steps: 1, tokens: 1, metrics: {} },
    producer: 'test',
  };
  change(manifest);
  files.set('manifest.json', bytesOf(seal(manifest)));
  return files;
}
