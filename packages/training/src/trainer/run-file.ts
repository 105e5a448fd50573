// `run.json`: what a run is. Written whenever a session of it starts; everything that changes meanwhile is in its
// checkpoints.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { lstmConfigSchema, parseStored } from '../checkpoint/checkpoint-state.js';
import { replaceFile } from '../checkpoint/durable.js';
import { trainOptionsSchema } from './train-options.js';

const RUN_FILE = 'run.json';
/** The tokenizer's file, beside `run.json`. */
export const RUN_TOKENIZER_FILE = 'tokenizer.json';
/** Version of the schema of `run.json`. */
const RUN_SCHEMA_VERSION = 1;

const runSchema = z.strictObject({
  schemaVersion: z.literal(RUN_SCHEMA_VERSION),
  config: lstmConfigSchema,
  tokenizerHash: z.string().min(1),
  corpusHash: z.string().min(1),
  /** Complete, defaults included, as the newest session has them. */
  options: trainOptionsSchema,
  /** Of the newest session, in the engine's own words: kind, provider, threads. */
  engine: z.string(),
});

export type Run = Omit<z.infer<typeof runSchema>, 'schemaVersion'>;

/** Writes or replaces `run.json`. */
export async function writeRun(runFolder: string, run: Run): Promise<void> {
  const text = JSON.stringify({ schemaVersion: RUN_SCHEMA_VERSION, ...run }, null, 2);
  await replaceFile(join(runFolder, RUN_FILE), new TextEncoder().encode(`${text}\n`));
}

/** Reads what a run is; undefined if there is no run in the folder.
 *  @throws {CheckpointError} `damaged` or `schema-version` */
export async function readRun(runFolder: string): Promise<Run | undefined> {
  let text: string;
  try {
    text = await readFile(join(runFolder, RUN_FILE), 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CheckpointError('missing', `${RUN_FILE}: cannot be read`, { cause });
  }
  const { schemaVersion: _, ...run } = parseStored(runSchema, RUN_SCHEMA_VERSION, text, RUN_FILE);
  return run;
}
