// The programs in this folder run, and the one in the README is the first of them.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readMidi } from '@ostinato/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeSmallPieces } from '../packages/cli/src/testing/small-pieces.js';

const examples = dirname(fileURLToPath(import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-examples-'));
  await writeSmallPieces(join(folder, 'midi'), 12);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function runExample(name: string, ...args: string[]): Promise<string> {
  const program = join(examples, name);
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
  return stdout;
}

it('train.mjs makes a model', async () => {
  const output = await runExample('train.mjs', join(folder, 'midi'), join(folder, 'work'), '10');
  expect(output).toContain('10 steps');
});

it('compose.mjs writes a piece', async () => {
  const file = join(folder, 'piece.mid');
  await runExample('compose.mjs', join(folder, 'work', 'model'), file);
  const { score, warnings } = readMidi(await readFile(file));
  expect(warnings).toEqual([]);
  expect(score.tracks.flatMap((track) => track.notes).length).toBeGreaterThan(0);
});

it('continue.mjs prints new notes', async () => {
  const theme = join(folder, 'midi', 'piece-0.mid');
  const output = await runExample('continue.mjs', theme, join(folder, 'work', 'model'));
  for (const line of output.trimEnd().split('\n'))
    expect(line).toMatch(/^[\d.]+ s {2}[\w ]+ {2}\d+$/);
});

it('from-tfjs.mjs makes a model of a TF.js network, and composes with it', async () => {
  const tokenizer = join(folder, 'work', 'model', 'tokenizer.json');
  const file = join(folder, 'from-tfjs.mid');
  const output = await runExample('from-tfjs.mjs', tokenizer, join(folder, 'tfjs'), file);
  expect(output).toMatch(/^within \d\.\de-\d+ of TF\.js$/m);
  const { score } = readMidi(await readFile(file));
  expect(score.tracks.flatMap((track) => track.notes).length).toBeGreaterThan(0);
});

it('the README shows what compose.mjs does', async () => {
  const readme = await readFile(join(examples, '..', 'README.md'), 'utf8');
  const shown = /```ts\n(.*?)```/s.exec(readme)?.[1]?.trim().split('\n') ?? [];
  const program = await readFile(join(examples, 'compose.mjs'), 'utf8');
  // The README names the folder and the file where the program takes them from its arguments.
  const spelledOut = program
    .replace('loadModel(folder)', "loadModel('models/musicnet')")
    .replace('writeFile(file,', "writeFile('piece.mid',")
    .split('\n');
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.filter((line) => !spelledOut.includes(line))).toEqual([]);
});
