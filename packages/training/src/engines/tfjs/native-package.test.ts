import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadBackend } from './load-backend.js';
import { loadNativePackage, tryPackages } from './native-package.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-native-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Puts a package into the folder's node_modules. */
async function install(name: string, source: string): Promise<void> {
  const home = join(folder, 'node_modules/@tensorflow', name);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
  await writeFile(join(home, 'index.js'), source);
}

const load = () => tryPackages([pathToFileURL(join(folder, 'package.json')).href]);

it('says that nothing is installed', async () => {
  expect(await load()).toEqual({ reason: 'it is not installed' });
});

it('prefers the package for GPUs', async () => {
  await install('tfjs-node', 'exports.which = "cpu"');
  await install('tfjs-node-gpu', 'exports.which = "gpu"');
  expect(await load()).toMatchObject({ name: '@tensorflow/tfjs-node-gpu', tf: { which: 'gpu' } });
});

it('takes the other one where the first does not load', async () => {
  await install('tfjs-node-gpu', 'throw new Error("no library")');
  await install('tfjs-node', 'exports.which = "cpu"');
  expect(await load()).toMatchObject({ name: '@tensorflow/tfjs-node' });
});

it('gives the reason in one line where none loads', async () => {
  await install('tfjs-node', 'throw new Error("no library \\nat that\\nplace")');
  const { reason } = (await load()) as { reason: string };
  expect(reason).toBe('@tensorflow/tfjs-node is installed but does not load (no library)');
});

const native = await loadNativePackage();

it.skipIf(native.tf)(
  'refuses the backend tensorflow where it is absent, with the remedy',
  async () => {
    await expect(loadBackend('tensorflow')).rejects.toMatchObject({
      code: 'device',
      message: expect.stringMatching(/^[^\n]+not installed; install @tensorflow[^\n]+$/),
    });
  },
);

it('takes with auto what is there', async () => {
  const { name, description } = await loadBackend('auto');
  expect(name).toBe(native.tf ? 'tensorflow' : 'wasm');
  expect(description).toMatch(/^tfjs 4\.22\.0, (tensorflow \d|wasm, 1 thread)/);
});
