// From a run's folder, as training writes it, to an artifact.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTokenizer, tokenizerToJson } from '@ostinato/core';
import { tinyTokenizerConfig } from '@ostinato/core/testing';
import { encodeSafetensors } from '@ostinato/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportCheckpoint } from './export-checkpoint.js';
import { readCheckpoint } from './read-checkpoint.js';
import { randomParameters, tinyConfig } from './testing/random-network.js';

const tokenizer = createTokenizer(tinyTokenizerConfig);
const config = { ...tinyConfig, vocabularySize: tokenizer.vocabularySize };

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'ostinato-run-'));
  await writeFile(join(run, 'tokenizer.json'), tokenizerToJson(tokenizer));
  for (const step of [10, 20, 30]) await writeStep(step, { best: { step: 20, loss: 2.5 } });
});
afterEach(async () => {
  await rm(run, { recursive: true });
});

async function writeStep(step: number, changes: Record<string, unknown> = {}): Promise<string> {
  const folder = join(run, 'checkpoints', `step-${step}`);
  await mkdir(folder, { recursive: true });
  const bytes = encodeSafetensors(randomParameters(config, step), {});
  await writeFile(join(folder, 'parameters.safetensors'), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const state = {
    schemaVersion: 1,
    step,
    epoch: 1,
    tokens: step * 100,
    config,
    tokenizerHash: tokenizer.hash,
    best: null,
    metrics: { validationLoss: 2.5 },
    files: { parameters: { bytes: bytes.length, sha256 } },
    ...changes,
  };
  await writeFile(join(folder, 'state.json'), JSON.stringify(state));
  return folder;
}

describe('readCheckpoint', () => {
  it('takes the best checkpoint of a run, or the one that is named', async () => {
    expect((await readCheckpoint(run)).step).toBe(20);
    expect((await readCheckpoint(join(run, 'checkpoints', 'step-10'))).step).toBe(10);
  });

  it('takes the newest where nothing was evaluated', async () => {
    await writeStep(40);
    expect((await readCheckpoint(run)).step).toBe(40);
  });

  it('refuses a folder without checkpoints, a cut state and changed parameters', async () => {
    await expect(readCheckpoint(tmpdir())).rejects.toMatchObject({ code: 'missing-checkpoint' });
    const damaged = { code: 'damaged-checkpoint' };
    const folder = await writeStep(50);
    await writeFile(join(folder, 'parameters.safetensors'), 'other');
    await expect(readCheckpoint(run)).rejects.toMatchObject(damaged);
    await writeFile(join(folder, 'state.json'), '{"schemaVersion": 1, "st');
    await expect(readCheckpoint(run)).rejects.toMatchObject(damaged);
  });

  it('refuses a tokenizer that the run was not trained with', async () => {
    const other = createTokenizer({ ...tinyTokenizerConfig, labels: {} });
    await writeFile(join(run, 'tokenizer.json'), tokenizerToJson(other));
    await expect(readCheckpoint(run)).rejects.toMatchObject({ code: 'vocabulary-mismatch' });
  });
});

describe('exportCheckpoint', () => {
  it('writes an artifact that says what it was trained on', async () => {
    const sampling = { temperature: 0.9, topP: 0.95, minP: 0 };
    const about = { licence: 'CC-BY-4.0', data: 'MusicNet', sampling };
    const exported = await exportCheckpoint(run, join(run, 'my-model'), { about });
    expect(exported.step).toBe(20);
    expect(exported.manifest).toMatchObject({
      name: 'my-model',
      licence: 'CC-BY-4.0',
      sampling,
      training: { data: 'MusicNet', steps: 20, tokens: 2000, metrics: { validationLoss: 2.5 } },
    });
  });

  it('draws from the whole distribution where nothing else is recommended', async () => {
    const { manifest } = await exportCheckpoint(run, join(run, 'my-model'));
    expect(manifest.sampling).toEqual({ temperature: 1, topP: 1, minP: 0 });
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const folder = join(run, 'my-model');
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(exportCheckpoint(run, folder, { signal })).rejects.toThrow('stop');
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });
});
