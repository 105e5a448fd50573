// The whole way: parameters to a folder, the folder to a running model.
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Tokenizer, checkGolden, createTokenizer } from '@ostinato/core';
import { loadModel } from '@ostinato/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportArtifact, type TrainedModel } from './export-artifact.js';
import { randomParameters, tinyConfig } from './testing/random-network.js';
import { tinyTokenizerConfig } from './testing/tiny-tokenizer.js';

const tokenizer: Tokenizer = createTokenizer(tinyTokenizerConfig);
const config = { ...tinyConfig, vocabularySize: tokenizer.vocabularySize };
const trained: TrainedModel = {
  parameters: randomParameters(config, 7),
  config,
  tokenizer,
  about: {
    name: 'random',
    description: 'Random parameters | of a tiny network.',
    licence: 'CC0-1.0',
    attribution: 'Nobody.',
    training: { data: 'none', steps: 12, tokens: 3456, metrics: { validationLoss: 1.23456789 } },
    commands: ['ostinato export runs/random --out models/random'],
  },
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ostinato-export-'));
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

describe.each(['int8', 'f16', 'f32'] as const)(
  'an artifact with weights stored as %s',
  (precision) => {
    it('agrees with the trained network, loads, and gives its golden tokens', async () => {
      const folder = join(root, precision);
      const { manifest, parity, bytes } = await exportArtifact(trained, folder, { precision });
      expect(parity.draws).toMatchObject({ tokens: 3000, different: 0 });
      expect(parity.trainedToStep).toBeLessThan(1e-5);
      if (precision === 'f32') expect(parity.storage.largest).toBe(0);
      else expect(parity.storage.largest).toBeLessThan(precision === 'f16' ? 5e-3 : 0.1);
      expect(manifest.graphs.map(({ kind }) => kind)).toEqual(['step', 'chunk']);
      expect(bytes).toBeGreaterThan(10_000);

      await using loaded = await loadModel(folder, { threads: 2 });
      await checkGolden(loaded.model, loaded.golden);
      expect(loaded.manifest).toEqual(manifest);
      expect(loaded.tokenizer.hash).toBe(tokenizer.hash);
    });
  },
);

describe('exporting into a folder', () => {
  it('gives the same bytes for the same parameters, and replaces an artifact', async () => {
    const folder = join(root, 'again');
    const first = await exportArtifact(trained, folder);
    const second = await exportArtifact(trained, folder);
    expect(second.manifest).toEqual(first.manifest);
    expect((await readdir(root)).filter((name) => name.startsWith('.tmp'))).toEqual([]);
  });

  it('refuses a folder that holds something else, and leaves it alone', async () => {
    const folder = await mkdtemp(join(root, 'taken-'));
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await expect(exportArtifact(trained, folder)).rejects.toMatchObject({ code: 'folder-taken' });
    expect(await readdir(folder)).toEqual(['notes.txt']);
  });

  it('refuses a folder with a manifest.json and other files, such as a web page', async () => {
    const folder = await mkdtemp(join(root, 'page-'));
    const files = ['index.html', 'manifest.json'];
    for (const file of files) await writeFile(join(folder, file), 'mine');
    await expect(exportArtifact(trained, folder)).rejects.toMatchObject({
      code: 'folder-taken',
      message: expect.stringContaining('index.html') as string,
    });
    expect(await readdir(folder)).toEqual(files);
  });

  it('refuses parameters that are missing, misshapen or not finite', async () => {
    const broken = (
      change: (tensors: Map<string, { shape: number[]; data: Float32Array }>) => void,
    ) => {
      const parameters = new Map(
        [...trained.parameters].map(([name, { shape, data }]) => [
          name,
          { shape: [...shape], data: data.slice() },
        ]),
      );
      change(parameters);
      return exportArtifact({ ...trained, parameters }, join(root, 'broken'));
    };
    const refusal = { code: 'bad-parameters' };
    await expect(broken((tensors) => tensors.delete('lstm.1.bias'))).rejects.toMatchObject(refusal);
    await expect(
      broken((tensors) => tensors.get('output.bias')!.shape.push(1)),
    ).rejects.toMatchObject(refusal);
    await expect(
      broken((tensors) => tensors.get('output.bias')!.data.fill(NaN, 3, 4)),
    ).rejects.toMatchObject(refusal);
    await expect(readdir(join(root, 'broken'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('loading a folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = join(root, 'tampered');
    await exportArtifact(trained, folder);
  });

  it('refuses a changed file before the runtime sees it', async () => {
    const file = join(folder, 'chunk.onnx');
    const original = await readFile(file);
    const changed = Uint8Array.from(original);
    changed[changed.length >> 1] ^= 1;
    await writeFile(file, changed);
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'wrong-hash' });
    await writeFile(file, original.subarray(0, -1));
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'wrong-size' });
    await writeFile(file, original);
  });

  it('refuses links, strange files and folders that are no model', async () => {
    await symlink(join(folder, 'manifest.json'), join(folder, 'link'));
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'extra-file' });
    await rm(join(folder, 'link'));
    await writeFile(join(folder, 'extra.txt'), 'x');
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'extra-file' });
    await rm(join(folder, 'extra.txt'));
    await expect(loadModel(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'missing-file' });
  });
});
