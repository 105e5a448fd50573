// The manifest of a model artifact: what a folder `models/<name>/` says of itself.
import * as z from 'zod';
import { ArtifactError, parseJsonFile } from './artifact-error.js';

/** Version of the manifest's schema. */
export const MANIFEST_SCHEMA_VERSION = 1;

/** The file that every artifact begins with. */
export const MANIFEST_FILE = 'manifest.json';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
const fileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a plain file name without folders');
const fileEntry = z.object({
  file: fileName,
  bytes: z.int().positive(),
  sha256,
});

const graphEntry = fileEntry.extend({
  /** `step` consumes tokens and gives logits; `chunk` draws many tokens in one run. */
  kind: z.enum(['step', 'chunk']),
  /** How the weights are stored. All three compute in float32 after loading. */
  precision: z.enum(['f32', 'f16', 'int8']),
  opset: z.int().positive(),
});

/** Schema of `RecommendedSampling`. */
export const recommendedSamplingSchema = z.object({
  temperature: z.number().min(0.01).max(100),
  topP: z.number().gt(0).max(1),
  minP: z.number().min(0).lt(1),
});

/** Schema of `manifest.json`. */
export const manifestSchema = z.object({
  schemaVersion: z.literal(MANIFEST_SCHEMA_VERSION),
  name: z.string().min(1),
  description: z.string(),
  licence: z.string().min(1),
  architecture: z.object({
    kind: z.literal('lstm'),
    vocabularySize: z.int().min(2),
    embeddingSize: z.int().positive(),
    hiddenSize: z.int().positive(),
    layers: z.int().positive(),
    tiedOutput: z.boolean(),
  }),
  graphs: z.array(graphEntry).min(1),
  tokenizer: fileEntry,
  golden: fileEntry,
  card: fileEntry,
  /** How to draw from this model where a caller has no opinion: spread it into the options of `generate`. */
  sampling: recommendedSamplingSchema,
  training: z.object({
    data: z.string(),
    steps: z.int().nonnegative(),
    tokens: z.int().nonnegative(),
    metrics: z.record(z.string(), z.number()),
  }),
  producer: z.string(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type GraphEntry = z.infer<typeof graphEntry>;
export type FileEntry = z.infer<typeof fileEntry>;
/** Ranges as in `SamplingParameters`. */
export type RecommendedSampling = z.infer<typeof recommendedSamplingSchema>;

/** @throws {ArtifactError} `not-json` or `invalid-schema`, naming the place */
export function parseManifest(text: string): Manifest {
  return parseJsonFile(MANIFEST_FILE, text, manifestSchema);
}

/** Every file that a manifest names, in its order.
 *  @throws {ArtifactError} `duplicate-file` if two entries name the same file, or one names the manifest */
export function manifestFiles(manifest: Manifest): FileEntry[] {
  const entries = [...manifest.graphs, manifest.tokenizer, manifest.golden, manifest.card];
  const names = new Set([MANIFEST_FILE]);
  for (const { file } of entries) {
    if (names.has(file)) {
      throw new ArtifactError(
        'duplicate-file',
        `${MANIFEST_FILE}: ${file} is named twice; export again`,
      );
    }
    names.add(file);
  }
  return entries;
}
