// `state.json` of a checkpoint: everything that is not a tensor.
import * as z from 'zod';
import { parseStored } from './stored-json.js';

/** Version of the schema of `state.json`. */
export const CHECKPOINT_SCHEMA_VERSION = 1;

/** The tensor files of a checkpoint. The exporter reads `parameters`; the other two matter for going on only. */
export const TENSOR_FILES = {
  parameters: 'parameters.safetensors',
  moments: 'moments.safetensors',
  carried: 'carried.safetensors',
} as const;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
const fileEntry = z.strictObject({ bytes: z.int().positive(), sha256 });

/** Schema of a network's configuration, as checkpoints and runs store it. */
export const lstmConfigSchema = z.strictObject({
  kind: z.literal('lstm'),
  vocabularySize: z.int(),
  embeddingSize: z.int(),
  hiddenSize: z.int(),
  layers: z.int(),
  dropout: z.number(),
  tiedOutput: z.boolean(),
});

const scoreSchema = z.strictObject({
  step: z.int().nonnegative(),
  /** Validation loss at that step, nats per token. */
  loss: z.number(),
});

const scheduleStateSchema = z.strictObject({
  /** Evaluations since the best one. */
  sinceBest: z.int().nonnegative(),
  /** Evaluations since the best one or since the learning rate was cut, whichever was later. */
  sinceCut: z.int().nonnegative(),
  /** How often the learning rate was cut. */
  cuts: z.int().nonnegative(),
});

/** What a plateau and early stopping remember of the evaluations so far. */
export type ScheduleState = z.infer<typeof scheduleStateSchema>;

const checkpointStateSchema = z.strictObject({
  schemaVersion: z.literal(CHECKPOINT_SCHEMA_VERSION),
  /** Optimizer steps taken. */
  step: z.int().nonnegative(),
  /** Passes over the training data; 2.25 is a quarter into the third. */
  epoch: z.number().nonnegative(),
  /** Training targets consumed. */
  tokens: z.int().nonnegative(),
  config: lstmConfigSchema,
  tokenizerHash: z.string().min(1),
  corpusHash: z.string().min(1),
  /** Where the batch stream goes on; only the stream reads it. */
  cursor: z.json(),
  /** The best evaluation so far; its step has a checkpoint of its own. Null before the first evaluation. */
  best: scoreSchema.nullable(),
  /** Left out by first releases, which had no plateau and no early stopping. */
  schedule: scheduleStateSchema.optional(),
  /** Figures of the last evaluation. */
  metrics: z.record(z.string(), z.number()),
  /** The trainer's options, seed included. */
  options: z.record(z.string(), z.json()),
  files: z.strictObject({ parameters: fileEntry, moments: fileEntry, carried: fileEntry }),
});

export type CheckpointState = z.infer<typeof checkpointStateSchema>;

/** Parses `state.json`.
 *  @param where names the file in messages
 *  @throws {CheckpointError} naming the first field that is wrong */
export function parseCheckpointState(text: string, where: string): CheckpointState {
  return parseStored(checkpointStateSchema, CHECKPOINT_SCHEMA_VERSION, text, where);
}
