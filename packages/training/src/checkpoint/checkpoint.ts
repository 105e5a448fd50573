// One checkpoint: a folder with the network, what the optimizer and the streams remember, and `state.json`.
// Written beside under a temporary name, synced, then renamed, so a folder called `step-N` is always whole.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  decodeSafetensors,
  encodeSafetensors,
  type LstmConfig,
  ModelError,
  type NamedTensors,
  validateLstmConfig,
} from '@ostinato/model';
import type { EngineState } from '../engines/engine.js';
import { momentShapes, parameterShapes } from '../engines/state-tensors.js';
import { checkTensors } from './check-tensors.js';
import { CheckpointError } from './checkpoint-error.js';
import {
  CHECKPOINT_SCHEMA_VERSION,
  type CheckpointState,
  parseCheckpointState,
  TENSOR_FILES,
} from './checkpoint-state.js';
import { syncFolder, TEMPORARY_PREFIX, type WriteFile, writeFileDurably } from './durable.js';

const STATE_FILE = 'state.json';
type TensorPart = keyof typeof TENSOR_FILES;
const TENSOR_PARTS: readonly TensorPart[] = ['parameters', 'moments', 'carried'];

/** What the trainer puts into a checkpoint beside the engine's state. */
export type CheckpointFacts = Omit<CheckpointState, 'schemaVersion' | 'step' | 'files'>;

export interface Checkpoint {
  readonly state: CheckpointState;
  readonly engine: EngineState;
}

/** Writes a checkpoint of the engine's step.
 *  @param folder where it will be: `<run>/checkpoints/step-N`; must not be there yet
 *  @throws {CheckpointError} `write-failed` if the disk refuses; other checkpoints stay as they are */
export async function writeCheckpoint(
  folder: string,
  facts: CheckpointFacts,
  engine: EngineState,
  { writeFile = writeFileDurably }: { writeFile?: WriteFile } = {},
): Promise<void> {
  const temporary = join(dirname(folder), TEMPORARY_PREFIX + basename(folder));
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    const metadata = { config: JSON.stringify(facts.config), step: String(engine.step) };
    const files: Partial<Record<TensorPart, { bytes: number; sha256: string }>> = {};
    for (const part of TENSOR_PARTS) {
      const bytes = encodeSafetensors(engine[part], metadata);
      await writeFile(join(temporary, TENSOR_FILES[part]), bytes);
      files[part] = { bytes: bytes.length, sha256: sha256(bytes) };
    }
    const head = { schemaVersion: CHECKPOINT_SCHEMA_VERSION, step: engine.step };
    const state = JSON.stringify({ ...head, ...facts, files }, null, 2);
    await writeFile(join(temporary, STATE_FILE), new TextEncoder().encode(`${state}\n`));
    await syncFolder(temporary);
    await rename(temporary, folder);
    await syncFolder(dirname(folder));
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(
      'write-failed',
      `${basename(folder)}: the checkpoint could not be written (${reason}); earlier ones are untouched`,
      { cause },
    );
  }
}

/** Reads a whole checkpoint and checks it: sizes, hashes, and that the tensors are those of its network.
 *  @throws {CheckpointError} naming the file and what is wrong with it */
export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const where = `${basename(folder)}/${STATE_FILE}`;
  const state = parseCheckpointState((await readPart(folder, STATE_FILE)).toString('utf8'), where);
  checkConfig(state.config, where);
  const parameters = await readTensors(folder, 'parameters', state);
  const shapes = parameterShapes(state.config);
  checkTensors(parameters, shapes, `${basename(folder)}/${TENSOR_FILES.parameters}`);
  const moments = await readTensors(folder, 'moments', state);
  checkTensors(moments, momentShapes(state.config), `${basename(folder)}/${TENSOR_FILES.moments}`);
  const carried = await readTensors(folder, 'carried', state);
  return { state, engine: { step: state.step, parameters, moments, carried } };
}

async function readPart(folder: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (cause) {
    throw new CheckpointError(
      'missing',
      `${basename(folder)}/${file}: cannot be read (${(cause as Error).message}); a checkpoint is a folder with ${STATE_FILE} and ${Object.values(TENSOR_FILES).join(', ')}`,
      { cause },
    );
  }
}

async function readTensors(
  folder: string,
  part: TensorPart,
  state: CheckpointState,
): Promise<NamedTensors> {
  const where = `${basename(folder)}/${TENSOR_FILES[part]}`;
  const bytes = await readPart(folder, TENSOR_FILES[part]);
  const expected = state.files[part];
  if (bytes.length !== expected.bytes) {
    throw new CheckpointError(
      'damaged',
      `${where}: ${expected.bytes} bytes were written, ${bytes.length} are there; go on from an earlier checkpoint`,
    );
  }
  if (sha256(bytes) !== expected.sha256) {
    throw new CheckpointError(
      'damaged',
      `${where}: its SHA-256 is not the one in ${STATE_FILE}; go on from an earlier checkpoint`,
    );
  }
  try {
    return decodeSafetensors(bytes).tensors;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError('damaged', `${where}: ${reason}`, { cause });
  }
}

function checkConfig(config: LstmConfig, where: string): void {
  try {
    validateLstmConfig(config);
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause;
    throw new CheckpointError('damaged', `${where}: ${cause.message}`, { cause });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
