// Checkpoints that are not what was written: whatever stands in the folder, the answer is a CheckpointError that names
// the file, at once.
import { execFileSync } from 'node:child_process';
import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lstmParameters, type LstmConfig, type NamedTensor } from '@ostinato/model';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { CheckpointError } from './checkpoint-error.js';

const FILES = [
  'state.json',
  'parameters.safetensors',
  'moments.safetensors',
  'carried.safetensors',
] as const;

const config: LstmConfig = {
  kind: 'lstm',
  vocabularySize: 5,
  embeddingSize: 3,
  hiddenSize: 2,
  layers: 1,
  dropout: 0.1,
  tiedOutput: false,
};

/** Checkpoints of two steps, made once. */
let originals: string;
/** Where a test damages copies of them. */
let folder: string;
let whole: Checkpoint;

beforeAll(async () => {
  originals = await mkdtemp(join(tmpdir(), 'ostinato-whole-'));
  for (const step of [10, 20]) await writeStep(step);
  whole = await readCheckpoint(join(originals, 'step-10'));
});
afterAll(async () => rm(originals, { recursive: true, force: true }));
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'ostinato-damaged-')), 'step-10');
  await cp(join(originals, 'step-10'), folder, { recursive: true });
});
afterEach(async () => rm(join(folder, '..'), { recursive: true, force: true }));

async function writeStep(step: number): Promise<void> {
  const specs = lstmParameters(config);
  const fill = (shape: readonly number[]): NamedTensor => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(step / 7),
  });
  const named = (prefix: string): [string, NamedTensor][] =>
    specs.map(({ name, shape }) => [prefix + name, fill(shape)]);
  const facts = {
    epoch: step / 9,
    tokens: 64 * step,
    config,
    tokenizerHash: 'aa',
    corpusHash: 'bb',
    cursor: { taken: 4, streams: [[3, step], null] },
    best: { step: 10, loss: 1.5 },
    metrics: { loss: 1.5 },
    options: { seed: 1, transpose: true },
  };
  await writeCheckpoint(join(originals, `step-${step}`), facts, {
    step,
    parameters: new Map(named('')),
    moments: new Map([...named('first.'), ...named('second.')]),
    carried: new Map([['hidden.0', fill([2, 4])]]),
  });
}

async function refusal(): Promise<CheckpointError> {
  const error: unknown = await readCheckpoint(folder).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CheckpointError);
  expect((error as Error).message).not.toContain('\n');
  return error as CheckpointError;
}

/** Bytes in place of others: a flipped bit, a cut, an insertion, or zeros as after a power cut. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('flip'), at: fc.nat(), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut'), at: fc.nat(), bit: fc.constant(0) }),
  fc.record({ kind: fc.constant('insert'), at: fc.nat(), bit: fc.nat(255) }),
  fc.record({ kind: fc.constant('zeros'), at: fc.nat(), bit: fc.constant(0) }),
);

function damaged(bytes: Buffer, { kind, at, bit }: { kind: string; at: number; bit: number }) {
  const where = at % bytes.length;
  if (kind === 'cut') return bytes.subarray(0, where);
  if (kind === 'zeros')
    return Buffer.concat([bytes.subarray(0, where), Buffer.alloc(bytes.length - where)]);
  if (kind === 'insert') {
    return Buffer.concat([bytes.subarray(0, where), Buffer.of(bit), bytes.subarray(where)]);
  }
  const copy = Buffer.from(bytes);
  copy[where] ^= 1 << bit;
  return copy;
}

describe('a damaged checkpoint', () => {
  it.each(FILES)('is never taken for a whole one: %s', async (file) => {
    const original = await readFile(join(originals, 'step-10', file));
    await fc.assert(
      fc.asyncProperty(damage, async (change) => {
        const bytes = damaged(original, change);
        if (bytes.equals(original)) return;
        await writeFile(join(folder, file), bytes);
        // Blanks between the fields of a state may change: nothing else, as its checksum tells.
        const read = await readCheckpoint(folder).catch((error: unknown) => error);
        if (read instanceof CheckpointError) expect(read.message).toMatch(`step-10/${file}: `);
        else expect([file, read]).toEqual(['state.json', whole]);
      }),
      { numRuns: 120, seed: 7 },
    );
  });

  it.each(FILES)('is refused without %s', async (file) => {
    await rm(join(folder, file));
    const error = await refusal();
    expect(error.code).toBe('missing');
    expect(error.message).toBe(`step-10/${file}: there is no such file`);
  });

  it.each(FILES)('is refused with a folder in the place of %s', async (file) => {
    await rm(join(folder, file));
    await mkdir(join(folder, file));
    expect((await refusal()).message).toMatch(`step-10/${file}: not a file`);
  });

  it.each(FILES)('is refused with a link to itself in the place of %s', async (file) => {
    await rm(join(folder, file));
    await symlink(file, join(folder, file));
    expect((await refusal()).message).toMatch(`step-10/${file}: not a file (ELOOP)`);
  });

  it.each(FILES)('is refused at once with a pipe in the place of %s', async (file) => {
    if (process.platform === 'win32') return; // no such pipes there
    await rm(join(folder, file));
    execFileSync('mkfifo', [join(folder, file)]);
    expect((await refusal()).message).toBe(`step-10/${file}: not a file`);
  });

  it.each(FILES)('is refused unread with terabytes in the place of %s', async (file) => {
    await truncate(join(folder, file), 2 ** 41);
    const error = await refusal();
    expect(error.code).toBe('damaged');
    expect(error.message).toMatch(/expected at most \d+ bytes, found 2199023255552$/);
  });

  it.each(FILES)('is refused with %s of another checkpoint', async (file) => {
    await copyFile(join(originals, 'step-20', file), join(folder, file));
    expect((await refusal()).code).toBe('damaged');
  });

  it('is refused under the name of another step', async () => {
    const renamed = join(folder, '..', 'step-30');
    await rename(folder, renamed);
    folder = renamed;
    expect((await refusal()).message).toMatch(
      /step-30\/state\.json: it is of step 10; was the folder renamed/,
    );
  });

  it('is whole with a file that is not of it', async () => {
    await writeFile(join(folder, 'notes.txt'), 'mine');
    expect(await readCheckpoint(folder)).toEqual(whole);
  });
});

describe('a state that somebody wrote', () => {
  /** Without its checksum, so that only what it says decides. */
  async function rewrite(change: (text: string) => string): Promise<CheckpointError> {
    const path = join(folder, 'state.json');
    const text = (await readFile(path, 'utf8')).replace(/,\s*"checksum": "[^"]*"/, '');
    expect(change(text)).not.toBe(text);
    await writeFile(path, change(text));
    return refusal();
  }
  const into = (field: string, entry: string) => (text: string) =>
    text.replace(`"${field}": {`, `"${field}": {${entry},`);
  const put = (field: string, value: string) => (text: string) =>
    text.replace(new RegExp(`"${field}": [^,{[]+(,)`), `"${field}": ${value}$1`);

  it.each<[string, (text: string) => string, RegExp]>([
    ['a prototype', (text) => text.replace('{', '{"__proto__":{"step":1},'), /__proto__/],
    ['a prototype among the figures', into('metrics', '"__proto__": {"a": 1}'), /__proto__/],
    ['a figure that is a prototype', into('metrics', '"__proto__": 1'), /__proto__/],
    ['a prototype among the options', into('options', '"__proto__": {"a": 1}'), /__proto__/],
    ['an infinite step', put('step', '1e999'), /step/],
    ['a step beyond whole numbers', put('step', '1e300'), /step/],
    ['a negative step', put('step', '-10'), /step/],
    ['half a step', put('step', '10.5'), /step/],
    ['NaN', put('tokens', 'NaN'), /not JSON/],
    ['a text for a number', put('tokens', '"640"'), /tokens/],
    ['null', () => 'null', /schema version/],
    ['a list', () => '[]', /schema version/],
    ['a version that is a list', put('schemaVersion', '[1]'), /schema version \[1\]/],
    [
      'a million brackets',
      (text) => text.replace('"taken": 4', `"taken": ${'['.repeat(1e6)}${']'.repeat(1e6)}`),
      /more than 32 levels/,
    ],
    ['an enormous network', put('hiddenSize', '65536'), /parameters\.safetensors/],
    ['a network beyond measure', put('hiddenSize', '1e15'), /hiddenSize/],
  ])('is refused with %s', async (_what, change, message) => {
    expect((await rewrite(change)).message).toMatch(message);
  });
});
