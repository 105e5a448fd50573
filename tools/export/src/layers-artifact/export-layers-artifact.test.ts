// From a model of TF.js to a folder that composes.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkGolden, compose, createTokenizer } from '@ostinato/core';
import {
  createFakeGrammar,
  nextTokenModelContract,
  tinyTokenizerConfig,
} from '@ostinato/core/testing';
import { loadModel, startModel } from '@ostinato/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeModel } from '../about.js';
import { encodeGraph } from '../graphs/encode-graphs.js';
import { startTfjs } from '../layers-model/testing/saved-model.js';
import { exportLayersArtifact } from './export-layers-artifact.js';
import { TOKEN_MODELS } from './testing/token-models.js';
import { stateVectors, tokenChunkGraph, tokenStepGraph } from './token-graphs.js';
import { tokenNetwork } from './token-network.js';

const tokenizer = createTokenizer(tinyTokenizerConfig);
const about = (folder: string) => describeModel(folder, {}, { steps: 0, tokens: 0, metrics: {} });

let root: string;
beforeAll(async () => {
  await startTfjs();
  root = await mkdtemp(join(tmpdir(), 'ostinato-layers-artifact-'));
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

describe.each(Object.entries(TOKEN_MODELS))('a model with %s', (name, build) => {
  it('becomes an artifact that computes what TF.js does, and composes', async () => {
    const folder = join(root, name.replaceAll(/\W/g, '-'));
    const model = await build(tokenizer.vocabularySize);
    const source = { model, tokenizer, about: about(folder) };
    const { manifest, report } = await exportLayersArtifact(source, folder);
    const [{ parity }] = report.forms;
    expect(parity.trainedToStep).toBeLessThan(1e-5 * Math.max(1, parity.largestLogit));
    expect(parity.largestLogit).toBeGreaterThan(0.1);
    expect(parity.draws).toMatchObject({ tokens: 3000, different: 0 });
    expect(manifest.architecture).toMatchObject({
      kind: 'layers',
      vocabularySize: tokenizer.vocabularySize,
    });

    await using loaded = await loadModel(folder, { threads: 1 });
    await checkGolden(loaded.model, loaded.golden);
    const piece = await compose(loaded.model, loaded.tokenizer, { seed: 3, bars: 2 });
    expect(piece.tokens.length).toBeGreaterThan(10);
  });
});

describe.each(['LSTM, GRU and SimpleRNN of three sizes', 'a residual with normalisations'])(
  'a converted model: %s',
  (name) => {
    const grammar = createFakeGrammar(40);
    let made: ReturnType<typeof make> | undefined;
    const make = async () => {
      const model = await TOKEN_MODELS[name](40);
      const token = { model, tokens: tokenNetwork(model) };
      const graphs = {
        step: encodeGraph(tokenStepGraph(token).graph, new Map()),
        chunk: encodeGraph(tokenChunkGraph(token, grammar), new Map()),
      };
      const stateSize = stateVectors(token).reduce((sum, { size }) => sum + size, 0);
      return { graphs, grammar, stateSize };
    };
    nextTokenModelContract({ describe, it, afterAll, expect }, async () => ({
      model: await startModel(await (made ??= make()), { threads: 1 }),
      grammar,
    }));
  },
);

describe('the artifact of a converted model', () => {
  it('says how its state is laid out, and what it was made of', async () => {
    const folder = join(root, 'described');
    const model = await TOKEN_MODELS['LSTM, GRU and SimpleRNN of three sizes'](
      tokenizer.vocabularySize,
    );
    const source = { model, tokenizer, about: about(folder) };
    const { manifest } = await exportLayersArtifact(source, folder);
    expect(manifest.stateSize).toBe(32 + 32 + 16 + 48);
    expect(manifest.architecture).toMatchObject({
      layers: ['Embedding', 'LSTM', 'GRU', 'Dropout', 'SimpleRNN', 'Dense'],
    });
    const card = await readFile(join(folder, 'README.md'), 'utf8');
    expect(card).toContain('Converted from a TF.js LayersModel');
    expect(card).toContain('between TF.js, the step graph');
  });

  it('is not written for a tokenizer of another vocabulary', async () => {
    const folder = join(root, 'mismatch');
    const model = await TOKEN_MODELS['no memory at all'](tokenizer.vocabularySize + 1);
    const source = { model, tokenizer, about: about(folder) };
    await expect(exportLayersArtifact(source, folder)).rejects.toMatchObject({
      code: 'vocabulary-mismatch',
      message: expect.stringMatching(
        /^tokenizer\.json: vocabulary is \d+, that of model\.json is/,
      ) as string,
    });
    expect(await readdir(root)).not.toContain('mismatch');
  });
});
