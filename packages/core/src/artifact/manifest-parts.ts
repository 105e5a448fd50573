// The parts of a manifest that more than one version of its schema has.
import * as z from 'zod/mini';

/** Who runs models: the runtime and the device, or the provider of ONNX Runtime in a page. */
export const MODEL_RUNTIMES = [
  'node-cpu',
  'node-cuda',
  'node-webgpu',
  'web-wasm',
  'web-webgpu',
] as const;

export type ModelRuntime = (typeof MODEL_RUNTIMES)[number];

/** The most numbers of state of one sequence: 16 MiB, 256 times that of 4 layers of 2,048. A runtime makes an array of
 *  this size before it has seen a graph. */
export const MOST_STATE = 2 ** 22;

/** Schema of a SHA-256. */
export const sha256Schema = z
  .string()
  .check(z.regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits'));
const fileName = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a plain file name without folders'));

/** Schema of `FileEntry`. */
export const fileEntrySchema = z.object({
  file: fileName,
  bytes: z.int().check(z.positive()),
  sha256: sha256Schema,
});

export const lstmArchitectureSchema = z.object({
  kind: z.literal('lstm'),
  vocabularySize: z.int().check(z.gte(2)),
  embeddingSize: z.int().check(z.positive()),
  hiddenSize: z.int().check(z.positive()),
  layers: z.int().check(z.positive()),
  tiedOutput: z.boolean(),
});

/** Schema of `Architecture`: what a person wants to know of the network. Runtimes need its vocabulary alone. */
export const architectureSchema = z.discriminatedUnion('kind', [
  lstmArchitectureSchema,
  z.object({
    kind: z.literal('layers'),
    vocabularySize: z.int().check(z.gte(2)),
    /** Class names of the layers of a converted model, in order. */
    layers: z.array(z.string()),
  }),
]);

/** Schema of `RecommendedSampling`. */
export const recommendedSamplingSchema = z.object({
  temperature: z.number().check(z.gte(0.01), z.lte(100)),
  topP: z.number().check(z.gt(0), z.lte(1)),
  minP: z.number().check(z.gte(0), z.lt(1)),
});

/** Ranges as in `SamplingParameters`. */
export type RecommendedSampling = z.infer<typeof recommendedSamplingSchema>;

/** What every version says beside network and graphs. */
export const metadataSchema = z.object({
  name: z.string().check(z.minLength(1)),
  description: z.string(),
  licence: z.string().check(z.minLength(1)),
  /** Whom to credit. */
  attribution: z.exactOptional(z.string()),
  tokenizer: fileEntrySchema,
  golden: fileEntrySchema,
  card: fileEntrySchema,
  /** How to draw from this model where a caller has no opinion: spread it into the options of `generate`. */
  sampling: recommendedSamplingSchema,
  training: z.object({
    data: z.string(),
    steps: z.int().check(z.nonnegative()),
    tokens: z.int().check(z.nonnegative()),
    metrics: z.record(z.string(), z.number()),
    hardware: z.exactOptional(z.string()),
  }),
  producer: z.string(),
});
