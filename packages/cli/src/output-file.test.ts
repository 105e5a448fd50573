import { execFileSync } from 'node:child_process';
import {
  lstat,
  mkdtemp,
  mkdir,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
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

it.skipIf(process.platform === 'win32')('refuses a pipe, and leaves it there', async () => {
  const pipe = join(folder, 'pipe.mid');
  execFileSync('mkfifo', [pipe]);
  await expect(checkOutputFile(pipe)).rejects.toThrow(OutputError);
  expect((await stat(pipe)).isFIFO()).toBe(true);
});

it('writes where a link leads, and keeps the link', async () => {
  const link = join(folder, 'link.mid');
  await writeFile(join(folder, 'a.mid'), 'old');
  await symlink('a.mid', link);
  await writeOutputFile(link, 'new');
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect(await readFile(join(folder, 'a.mid'), 'utf8')).toBe('new');
});

it('writes a name as long as the system takes, and names the file if it is longer', async () => {
  await writeOutputFile(join(folder, `${'a'.repeat(251)}.mid`), 'x');
  const long = join(folder, `${'a'.repeat(252)}.mid`);
  await expect(writeOutputFile(long, 'x')).rejects.toThrow(`${long}: cannot be written`);
});
