// `run.json`: what a run is. Written whenever a session of it starts; everything that changes meanwhile is in its
// checkpoints.
import { join } from 'node:path';
import * as z from 'zod';
import { lstmConfigSchema } from '../checkpoint/checkpoint-state.js';
import { replaceFile } from '../checkpoint/durable.js';
import { readStoredFile } from '../checkpoint/read-stored-file.js';
import { formatStored, MAX_JSON_BYTES, parseStored } from '../checkpoint/stored-json.js';
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

/** Writes or replaces `run.json`.
 *  @throws {CheckpointError} `write-failed` if the disk refuses */
export async function writeRun(runFolder: string, run: Run): Promise<void> {
  const bytes = formatStored({ schemaVersion: RUN_SCHEMA_VERSION, ...run });
  await replaceFile(join(runFolder, RUN_FILE), bytes);
}

/** Reads what a run is; undefined if there is no `run.json` in the folder.
 *  @throws {CheckpointError} `missing`, `unreadable`, `damaged` or `schema-version` */
export async function readRun(runFolder: string): Promise<Run | undefined> {
  const options = { where: RUN_FILE, limit: MAX_JSON_BYTES };
  const bytes = await readStoredFile(join(runFolder, RUN_FILE), options).catch((error: Error) => {
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  const text = bytes.toString('utf8');
  const { schemaVersion: _, ...run } = parseStored(runSchema, RUN_SCHEMA_VERSION, text, RUN_FILE);
  return run;
}
