import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeSafetensors,
  lstmParameters,
  type LstmConfig,
  type NamedTensor,
} from '@ostinato/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineState } from '../engines/engine.js';
import { type CheckpointFacts, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { CheckpointError } from './checkpoint-error.js';
import { type WriteFile, writeFileDurably } from './durable.js';
import {
  bestCheckpoint,
  checkpointFolder,
  latestCheckpoint,
  listCheckpoints,
  pruneCheckpoints,
  sweepLeftovers,
} from './run-folder.js';

const config: LstmConfig = {
  kind: 'lstm',
  vocabularySize: 5,
  embeddingSize: 3,
  hiddenSize: 2,
  layers: 1,
  dropout: 0.1,
  tiedOutput: false,
};

const facts: CheckpointFacts = {
  epoch: 1,
  tokens: 640,
  config,
  tokenizerHash: 'aa',
  corpusHash: 'bb',
  cursor: { piece: 3, offsets: [1, 2] },
  best: { step: 10, loss: 1.5 },
  metrics: { loss: 1.5 },
  options: { seed: 1, transpose: true },
};

function engineState(step: number): EngineState {
  const fill = (shape: readonly number[], value: number): NamedTensor => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
  });
  const specs = lstmParameters(config);
  return {
    step,
    parameters: new Map(specs.map(({ name, shape }) => [name, fill(shape, step)])),
    moments: new Map(
      ['first', 'second'].flatMap((kind) =>
        specs.map(({ name, shape }): [string, NamedTensor] => [
          `${kind}.${name}`,
          fill(shape, 0.5),
        ]),
      ),
    ),
    carried: new Map([['hidden.0', fill([2, 4], 0.25)]]),
  };
}

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'ostinato-checkpoint-'));
});
afterEach(async () => rm(run, { recursive: true, force: true }));

async function write(step: number, best = facts.best): Promise<string> {
  const folder = checkpointFolder(run, step);
  await writeCheckpoint(folder, { ...facts, best }, engineState(step));
  return folder;
}

async function refusal(work: Promise<unknown>): Promise<CheckpointError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CheckpointError);
  return error as CheckpointError;
}

describe('a checkpoint', () => {
  it('gives back what was written', async () => {
    const { state, engine } = await readCheckpoint(await write(10));
    expect(engine).toEqual(engineState(10));
    expect(state).toMatchObject({ ...facts, step: 10 });
  });

  it('is read without a checksum of its state, as the first releases wrote it', async () => {
    const folder = await write(10);
    const path = join(folder, 'state.json');
    const text = await readFile(path, 'utf8');
    expect(withoutChecksum(text)).not.toBe(text);
    await writeFile(path, withoutChecksum(text));
    expect((await readCheckpoint(folder)).state).toMatchObject({ ...facts, step: 10 });
  });

  it('has parameters that other programs can read: safetensors with the configuration', async () => {
    const folder = await write(10);
    const file = decodeSafetensors(await readFile(join(folder, 'parameters.safetensors')));
    expect(JSON.parse(file.metadata['config'] ?? '')).toEqual(config);
    expect([...file.tensors.keys()]).toEqual(lstmParameters(config).map(({ name }) => name));
  });

  it('is refused without one of its files', async () => {
    const folder = await write(10);
    await rm(join(folder, 'moments.safetensors'));
    expect((await refusal(readCheckpoint(folder))).code).toBe('missing');
  });

  it('names a file that was cut', async () => {
    const folder = await write(10);
    await truncate(join(folder, 'moments.safetensors'), 100);
    const error = await refusal(readCheckpoint(folder));
    expect(error.code).toBe('damaged');
    expect(error.message).toMatch(/^step-10\/moments\.safetensors: \d+ bytes were written, 100/);
  });

  it('notices a changed byte', async () => {
    const folder = await write(10);
    const path = join(folder, 'carried.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 1] ^= 1;
    await writeFile(path, bytes);
    const error = await refusal(readCheckpoint(folder));
    expect(error.message).toMatch(/carried\.safetensors: its SHA-256/);
  });

  it.each([
    ['cut', (text: string) => text.slice(0, 40), 'damaged', /state\.json: not JSON/],
    ['of a later version', bump, 'schema-version', /version 2, this release reads 1/],
    ['without a step', (text: string) => text.replace('"step"', '"stop"'), 'damaged', /step/],
    ['of an impossible network', zeroLayers, 'damaged', /layers must be/],
    [
      'changed in a digit',
      (text: string) => text.replace('"tokens": 640', '"tokens": 641'),
      'damaged',
      /checksum/,
    ],
  ])('refuses a state that is %s', async (_what, change, code, message) => {
    const folder = await write(10);
    const path = join(folder, 'state.json');
    await writeFile(path, change(await readFile(path, 'utf8')));
    const error = await refusal(readCheckpoint(folder));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it.each<[string, (state: EngineState) => Map<string, NamedTensor>, string]>([
    ['an unknown', (s) => new Map([...s.parameters, ['x', tensorOf(1)]]), 'unknown-tensor'],
    ['a missing', (s) => new Map([...s.parameters].slice(1)), 'missing-tensor'],
    [
      'a misshapen',
      (s) => new Map([...s.parameters, ['output.bias', tensorOf(4)]]),
      'tensor-shape',
    ],
  ])('refuses %s tensor by name', async (_what, change, code) => {
    const folder = checkpointFolder(run, 1);
    const state = engineState(1);
    await writeCheckpoint(folder, facts, { ...state, parameters: change(state) });
    expect((await refusal(readCheckpoint(folder))).code).toBe(code);
  });
});

describe('a disk that fills up', () => {
  it.each([1, 2, 3, 4])('leaves the last checkpoint when write %i fails', async (failing) => {
    const before = await write(10);
    let writes = 0;
    const writeFile: WriteFile = async (path, bytes) => {
      if (++writes === failing) {
        await writeFileDurably(path, bytes.subarray(0, 10));
        throw new Error('ENOSPC: no space left on device');
      }
      await writeFileDurably(path, bytes);
    };
    const folder = checkpointFolder(run, 20);
    const error = await refusal(writeCheckpoint(folder, facts, engineState(20), { writeFile }));
    expect(error.code).toBe('write-failed');
    expect(error.message).toMatch(/step-20.*ENOSPC/);
    expect(await readdir(join(run, 'checkpoints'))).toEqual(['step-10']);
    expect(await latestCheckpoint(run)).toBe(before);
    await readCheckpoint(before);
  });
});

describe('the checkpoints of a run', () => {
  it('are ordered by number; anything else there is not one', async () => {
    for (const step of [9, 100, 20]) await write(step);
    await mkdir(join(run, 'checkpoints', '.tmp-step-200'));
    await mkdir(join(run, 'checkpoints', 'step-07'));
    expect(await listCheckpoints(run)).toEqual([9, 20, 100]);
    expect(await latestCheckpoint(run)).toBe(checkpointFolder(run, 100));
  });

  it('are none where there is no folder', async () => {
    expect(await listCheckpoints(join(run, 'nowhere'))).toEqual([]);
    expect(await latestCheckpoint(join(run, 'nowhere'))).toBeUndefined();
  });

  it('are pruned to the newest and the best', async () => {
    for (const step of [10, 20, 30, 40, 50]) await write(step, { step: 20, loss: 1.5 });
    await pruneCheckpoints(run, { keep: 2, best: 20 });
    expect(await listCheckpoints(run)).toEqual([20, 40, 50]);
    expect(await readdir(join(run, 'checkpoints'))).toHaveLength(3);
  });

  it('keep the best that each of them names, so that the one before the newest is whole', async () => {
    for (const step of [10, 20, 30]) await write(step, { step: 10, loss: 2 });
    await write(40, { step: 40, loss: 1 });
    await pruneCheckpoints(run, { keep: 2, best: 40 });
    expect(await listCheckpoints(run)).toEqual([10, 30, 40]);
    await rm(checkpointFolder(run, 40), { recursive: true });
    expect(await bestCheckpoint(run)).toBe(checkpointFolder(run, 10));
  });

  it('know the best one', async () => {
    await write(10, { step: 10, loss: 1 });
    await write(20, { step: 10, loss: 1 });
    expect(await bestCheckpoint(run)).toBe(checkpointFolder(run, 10));
    await rm(checkpointFolder(run, 10), { recursive: true });
    expect((await refusal(bestCheckpoint(run))).message).toMatch(/names step 10 as the best/);
  });

  it('count the newest as the best before the first evaluation', async () => {
    expect(await bestCheckpoint(run)).toBeUndefined();
    const newest = await write(10, null);
    expect(await bestCheckpoint(run)).toBe(newest);
  });

  it('are swept of what an interrupted write left', async () => {
    await write(10);
    await mkdir(join(run, 'checkpoints', '.tmp-step-20'));
    await writeFile(join(run, 'checkpoints', '.tmp-step-20', 'parameters.safetensors'), 'half');
    await sweepLeftovers(run);
    expect(await readdir(join(run, 'checkpoints'))).toEqual(['step-10']);
  });
});

function tensorOf(length: number): NamedTensor {
  return { shape: [length], data: new Float32Array(length) };
}

function bump(text: string): string {
  return text.replace('"schemaVersion": 1', '"schemaVersion": 2');
}

function zeroLayers(text: string): string {
  return withoutChecksum(text.replace('"layers": 1', '"layers": 0'));
}

/** As the first releases wrote it. */
function withoutChecksum(text: string): string {
  return text.replace(/,\s*"checksum": "[^"]*"/, '');
}
