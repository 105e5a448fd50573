// `ostinato export model.json`: plain ONNX without a tokenizer, a model that composes with one.
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRandom,
  createTokenizer,
  POSITIONS_PER_QUARTER,
  TOKENIZER_VERSION,
  type TokenizerConfig,
  tokenizerToJson,
} from '@ostinato/core';
import { initializeParameters, type LstmConfig } from '@ostinato/model';
import { saveLayersModel } from '@ostinato/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runJson, runOstinato } from './testing/run-ostinato.js';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ostinato-export-layers-'));
  const settings: Omit<TokenizerConfig, 'pitchRange'> = {
    version: TOKENIZER_VERSION,
    positionsPerQuarter: POSITIONS_PER_QUARTER,
    instruments: [0],
    percussionKeys: null,
    timeSignatures: [{ numerator: 4, denominator: 4 }],
    tempo: { lowestBpm: 60, highestBpm: 180, bins: 4 },
    velocityBins: 0,
    labels: {},
  };
  const tokenizer = createTokenizer({ ...settings, pitchRange: [60, 72] });
  const larger = createTokenizer({ ...settings, pitchRange: [60, 73] });
  await writeFile(join(cwd, 'tokenizer.json'), tokenizerToJson(tokenizer));
  await writeFile(join(cwd, 'larger.json'), tokenizerToJson(larger));
  const config: LstmConfig = {
    kind: 'lstm',
    vocabularySize: tokenizer.vocabularySize,
    embeddingSize: 8,
    hiddenSize: 16,
    layers: 2,
    dropout: 0.1,
    tiedOutput: false,
  };
  const numbers = createRandom(1);
  let next = 0;
  const random = () => numbers.uniformAt(next++);
  await saveLayersModel(join(cwd, 'web'), {
    config,
    parameters: initializeParameters(config, random),
  });
  await cp(join(cwd, 'web'), join(cwd, 'both'), { recursive: true });
  await writeFile(join(cwd, 'both', 'manifest.json'), '{}');
  await mkdir(join(cwd, 'run'));
  await writeFile(join(cwd, 'run', 'run.json'), '{}');
});
afterAll(async () => {
  await rm(cwd, { recursive: true });
});

describe('a model.json', () => {
  it('becomes plain ONNX, which verify finds to be the same', async () => {
    const data = await runJson('export web/model.json --out onnx', { cwd });
    expect(data).toMatchObject({ out: 'onnx', states: [], parity: { inputsTried: 3 } });
    expect((await readdir(join(cwd, 'onnx'))).toSorted()).toEqual([
      'README.md',
      'conversion.json',
      'model.onnx',
    ]);
    const verified = await runJson('verify web onnx/model.onnx --runs 1', { cwd });
    expect(verified).toMatchObject({ format: 'TF.js LayersModel', agrees: true });
    // A second export takes the place of the first.
    expect((await runOstinato('export web --out onnx', { cwd })).code).toBe(0);
  });

  it('becomes with its tokenizer a model that composes', async () => {
    const command = 'export web/model.json --tokenizer tokenizer.json --out model';
    const data = await runJson(command, { cwd });
    expect(data).toMatchObject({
      architecture: {
        kind: 'layers',
        layers: ['Embedding', 'LSTM', 'Dropout', 'LSTM', 'Dropout', 'Dense'],
      },
      forms: [{ precision: 'f32', parity: { draws: { different: 0 } } }],
    });
    const piece = await runJson('generate --model model --bars 2 --out piece.mid', { cwd });
    expect(piece['notes']).toBeGreaterThan(0);
  });

  it.each([
    ['export web --tokenizer larger.json --out x', 'tokenizer.json: vocabulary is'],
    ['export web --precision int8 --out x', 'option --precision: web is converted as f32 alone'],
    ['export web --data corpus --out x', 'option --data: is for a model that composes'],
    [
      'export both --out x',
      'both: has manifest.json and model.json, so it could be more than one thing',
    ],
    [
      'export run --tokenizer tokenizer.json --out x',
      'option --tokenizer: run is a run and has its own',
    ],
    ['export tokenizer.json --out x', 'tokenizer.json'],
  ])('%s is refused', async (command, message) => {
    const { code, stderr } = await runOstinato(command, { cwd });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^ostinato: [^\n]+\n$/m);
    expect(code).toBe(1);
    expect(await readdir(cwd)).not.toContain('x');
  });
});
