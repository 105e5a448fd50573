// One checkpoint: a folder with the network, what the optimizer and the streams remember, and `state.json`.
// Written beside under a temporary name, synced, then renamed, so a folder called `step-N` is always whole.
import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
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
import { momentShapes, parameterShapes, type TensorShapes } from '../engines/state-tensors.js';
import { checkTensors } from './check-tensors.js';
import { CheckpointError } from './checkpoint-error.js';
import {
  CHECKPOINT_SCHEMA_VERSION,
  type CheckpointState,
  parseCheckpointState,
  TENSOR_FILES,
} from './checkpoint-state.js';
import { syncFolder, temporaryPath, type WriteFile, writeFileDurably } from './durable.js';
import { readStoredFile } from './read-stored-file.js';
import { formatStored, MAX_JSON_BYTES } from './stored-json.js';
import { writeFailed } from './write-failed.js';

const STATE_FILE = 'state.json';
/** Tensor files hold the numbers and a header, which safetensors limits to 8 MiB. */
const MAX_HEADER_BYTES = 8 + 2 ** 23;
/** What the streams carry, 2 x layers x hidden x batch numbers, is not known from the network alone. */
const MAX_CARRIED_BYTES = 2 ** 30;
const STEP_NAME = /^step-(\d+)$/;
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
  const temporary = temporaryPath(folder);
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
    await writeFile(join(temporary, STATE_FILE), formatStored({ ...head, ...facts, files }));
    await syncFolder(temporary);
    await rename(temporary, folder);
    await syncFolder(dirname(folder));
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw writeFailed(dirname(folder), basename(folder), cause);
  }
}

/** Reads a whole checkpoint and checks it: sizes, hashes, and that the tensors are those of its network.
 *  @throws {CheckpointError} naming the file and what is wrong with it */
export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const state = await readCheckpointState(folder);
  const shapes = { parameters: parameterShapes(state.config), moments: momentShapes(state.config) };
  const parameters = await readTensors(folder, 'parameters', state, bytesOf(shapes.parameters));
  checkTensors(parameters, shapes.parameters, whereIs(folder, TENSOR_FILES.parameters));
  const moments = await readTensors(folder, 'moments', state, bytesOf(shapes.moments));
  checkTensors(moments, shapes.moments, whereIs(folder, TENSOR_FILES.moments));
  const carried = await readTensors(folder, 'carried', state, MAX_CARRIED_BYTES);
  return { state, engine: { step: state.step, parameters, moments, carried } };
}

/** Reads `state.json` of a checkpoint alone.
 *  @throws {CheckpointError} naming what is wrong with it */
export async function readCheckpointState(folder: string): Promise<CheckpointState> {
  const where = whereIs(folder, STATE_FILE);
  const bytes = await readStoredFile(join(folder, STATE_FILE), { where, limit: MAX_JSON_BYTES });
  const state = parseCheckpointState(bytes.toString('utf8'), where);
  checkConfig(state.config, where);
  const [, named = state.step] = STEP_NAME.exec(basename(folder)) ?? [];
  if (Number(named) !== state.step) {
    throw new CheckpointError(
      'damaged',
      `${where}: it is of step ${state.step}; was the folder renamed?`,
    );
  }
  return state;
}

async function readTensors(
  folder: string,
  part: TensorPart,
  state: CheckpointState,
  dataBytes: number,
): Promise<NamedTensors> {
  const where = whereIs(folder, TENSOR_FILES[part]);
  const limit = dataBytes + MAX_HEADER_BYTES;
  const bytes = await readStoredFile(join(folder, TENSOR_FILES[part]), { where, limit });
  const expected = state.files[part];
  if (bytes.length !== expected.bytes) {
    throw new CheckpointError(
      'damaged',
      `${where}: ${expected.bytes} bytes were written, ${bytes.length} are there`,
    );
  }
  if (sha256(bytes) !== expected.sha256) {
    throw new CheckpointError('damaged', `${where}: its SHA-256 is not the one in ${STATE_FILE}`);
  }
  try {
    return decodeSafetensors(bytes).tensors;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError('damaged', `${where}: ${reason}`, { cause });
  }
}

function whereIs(folder: string, file: string): string {
  return `${basename(folder)}/${file}`;
}

function bytesOf(shapes: TensorShapes): number {
  const sizes = [...shapes.values()].map((shape) => shape.reduce((a, b) => a * b, 1));
  return Float32Array.BYTES_PER_ELEMENT * sizes.reduce((a, b) => a + b, 0);
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
