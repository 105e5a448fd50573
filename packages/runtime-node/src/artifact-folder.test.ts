import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArtifactFolder } from './artifact-folder.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-folder-'));
  await writeFile(join(folder, 'manifest.json'), '{}');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('readArtifactFolder', () => {
  it('reads every file but those that begin with a dot', async () => {
    await writeFile(join(folder, 'step.onnx'), Uint8Array.of(1, 2, 3));
    await writeFile(join(folder, '.DS_Store'), 'x');
    const files = await readArtifactFolder(folder);
    expect([...files.keys()].sort()).toEqual(['manifest.json', 'step.onnx']);
    expect([...files.get('step.onnx')!]).toEqual([1, 2, 3]);
  });

  it('refuses links and folders by name', async () => {
    await symlink(join(folder, 'manifest.json'), join(folder, 'link.json'));
    await expect(readArtifactFolder(folder)).rejects.toMatchObject({
      code: 'linked-file',
      message: expect.stringMatching(/^link.json: .* symbolic link/) as string,
    });
    await rm(join(folder, 'link.json'));
    await mkdir(join(folder, 'sub'));
    await expect(readArtifactFolder(folder)).rejects.toThrow(/^sub: /);
  });

  it('refuses a file that has another name somewhere else, through which it could be changed', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'ostinato-outside-'));
    await link(join(folder, 'manifest.json'), join(outside, 'other-name.json'));
    await expect(readArtifactFolder(folder)).rejects.toMatchObject({
      code: 'linked-file',
      message: expect.stringMatching(/^manifest.json: .*hard links/) as string,
    });
    // The models of an installed package: package managers link files from their store.
    const installed = readArtifactFolder(folder, { hardLinks: true });
    await expect(installed).resolves.toHaveProperty('size', 1);
    await rm(outside, { recursive: true });
    await expect(readArtifactFolder(folder)).resolves.toHaveProperty('size', 1);
  });

  it('refuses a folder of too many files, and one that is not there', async () => {
    for (let i = 0; i < 64; i++) await writeFile(join(folder, `file-${i}`), '');
    await expect(readArtifactFolder(folder)).rejects.toMatchObject({ code: 'extra-file' });
    const missing = readArtifactFolder(join(folder, 'missing'));
    await expect(missing).rejects.toMatchObject({ code: 'missing-file' });
  });
});
