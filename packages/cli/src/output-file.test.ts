import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkOutputFile, OutputError, writeOutputFile } from './output-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-output-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('writes a file and leaves nothing beside it', async () => {
  await writeOutputFile(join(folder, 'a.mid'), Uint8Array.of(1, 2, 3));
  expect([...(await readFile(join(folder, 'a.mid')))]).toEqual([1, 2, 3]);
  expect(await readdir(folder)).toEqual(['a.mid']);
});

it('replaces a file', async () => {
  await writeFile(join(folder, 'a.svg'), 'old');
  await writeOutputFile(join(folder, 'a.svg'), 'new');
  expect(await readFile(join(folder, 'a.svg'), 'utf8')).toBe('new');
});

it('makes the folder of a file', async () => {
  const file = join(folder, 'deep', 'er', 'a.mid');
  await checkOutputFile(file);
  await writeOutputFile(file, 'x');
  expect(await readFile(file, 'utf8')).toBe('x');
});

it('refuses a folder as a file', async () => {
  await mkdir(join(folder, 'taken.mid'));
  await expect(checkOutputFile(join(folder, 'taken.mid'))).rejects.toThrow(OutputError);
});

it('refuses a place below a file', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(checkOutputFile(join(folder, 'file', 'a.mid'))).rejects.toThrow(OutputError);
});

it('leaves nothing beside a place that cannot be written', async () => {
  await mkdir(join(folder, 'taken.mid'));
  await expect(writeOutputFile(join(folder, 'taken.mid'), 'x')).rejects.toThrow(OutputError);
  expect(await readdir(folder)).toEqual(['taken.mid']);
});
