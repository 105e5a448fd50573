// A checkpoint as the exporter needs it: parameters, their network, its tokenizer, and how it was trained. Training
// writes the files (packages/training/src/checkpoint); the two packages meet here and nowhere else.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseTokenizer, type Tokenizer } from '@ostinato/core';
import { decodeSafetensors, type LstmConfig, type NamedTensors } from '@ostinato/model';
import * as z from 'zod';
import { ExportError } from './errors.js';

const STATE_FILE = 'state.json';
const PARAMETERS_FILE = 'parameters.safetensors';
const TOKENIZER_FILE = 'tokenizer.json';
const CHECKPOINTS_FOLDER = 'checkpoints';
const STEP_FOLDER = /^step-(\d+)$/;

/** The part of `state.json` that matters here; other fields are training's own. */
const stateSchema = z.object({
  schemaVersion: z.literal(1),
  step: z.int().nonnegative(),
  tokens: z.int().nonnegative(),
  config: z.object({
    kind: z.literal('lstm'),
    vocabularySize: z.int(),
    embeddingSize: z.int(),
    hiddenSize: z.int(),
    layers: z.int(),
    dropout: z.number(),
    tiedOutput: z.boolean(),
  }),
  tokenizerHash: z.string(),
  best: z.object({ step: z.int().nonnegative(), loss: z.number() }).nullable(),
  metrics: z.record(z.string(), z.number()),
  files: z.object({ parameters: z.object({ bytes: z.int(), sha256: z.string() }) }),
});
type State = z.infer<typeof stateSchema>;

export interface TrainedCheckpoint {
  readonly folder: string;
  readonly parameters: NamedTensors;
  readonly config: LstmConfig;
  readonly tokenizer: Tokenizer;
  readonly step: number;
  readonly tokens: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Reads a checkpoint.
 *  @param folder of a checkpoint (`<run>/checkpoints/step-N`), or of a run: then its best one
 *  @throws {ExportError} `missing-checkpoint`, `damaged-checkpoint`, or `vocabulary-mismatch` if the run's tokenizer is
 *    not the one it was trained with
 *  @throws {TokenizerError} if `tokenizer.json` is not well formed */
export async function readCheckpoint(folder: string): Promise<TrainedCheckpoint> {
  const checkpoint = await resolveCheckpoint(resolve(folder));
  const state = await readState(checkpoint);
  const bytes = await readPart(join(checkpoint, PARAMETERS_FILE));
  checkHash(bytes, state, `${basename(checkpoint)}/${PARAMETERS_FILE}`);
  const runFolder = dirname(dirname(checkpoint));
  const tokenizer = parseTokenizer((await readPart(join(runFolder, TOKENIZER_FILE))).toString());
  if (tokenizer.hash !== state.tokenizerHash) {
    throw new ExportError(
      'vocabulary-mismatch',
      `${TOKENIZER_FILE}: not the tokenizer that ${basename(checkpoint)} was trained with; restore the run's own`,
    );
  }
  const { config, step, tokens, metrics } = state;
  const { tensors: parameters } = decodeSafetensors(bytes);
  return { folder: checkpoint, parameters, config, tokenizer, step, tokens, metrics };
}

/** The folder itself if it is a checkpoint, else the best checkpoint of the run in it: the one that the newest names,
 *  or the newest where nothing was evaluated yet. */
async function resolveCheckpoint(folder: string): Promise<string> {
  if (STEP_FOLDER.test(basename(folder))) return folder;
  const checkpoints = join(folder, CHECKPOINTS_FOLDER);
  const names = await readdir(checkpoints).catch(() => []);
  const steps = names.map((name) => Number(STEP_FOLDER.exec(name)?.[1])).filter(Number.isInteger);
  if (steps.length === 0) {
    throw new ExportError(
      'missing-checkpoint',
      `${folder}: expected a run or a checkpoint, found no ${CHECKPOINTS_FOLDER}/step-N; train first`,
    );
  }
  const newest = Math.max(...steps);
  const { best } = await readState(join(checkpoints, `step-${newest}`));
  return join(checkpoints, `step-${best?.step ?? newest}`);
}

async function readState(checkpoint: string): Promise<State> {
  const text = (await readPart(join(checkpoint, STATE_FILE))).toString();
  const where = `${basename(checkpoint)}/${STATE_FILE}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ExportError('damaged-checkpoint', `${where}: expected JSON; was it cut?`, { cause });
  }
  const result = stateSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ExportError(
    'damaged-checkpoint',
    `${where} at ${issue?.path.join('.')}: ${issue?.message}; was it written by this release?`,
    { cause: result.error },
  );
}

async function readPart(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ExportError('missing-checkpoint', `${path}: cannot be read (${reason})`, { cause });
  }
}

function checkHash(bytes: Uint8Array, { files }: State, where: string): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 === files.parameters.sha256) return;
  throw new ExportError(
    'damaged-checkpoint',
    `${where}: its SHA-256 is not the one in ${STATE_FILE}; export another checkpoint`,
  );
}
