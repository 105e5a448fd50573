// A model artifact of the peer's sizes, with random weights: how fast a network is does not depend on what it has learned.
import { createRandom, createTokenizer, type TokenizerConfig } from '@ostinato/core';
import { exportArtifact } from '@ostinato/export';
import { initializeParameters, type LstmConfig } from '@ostinato/model';

/** 3 x 512, V = 388, as Magenta's Performance RNN. */
export const SIZES: LstmConfig = {
  kind: 'lstm',
  vocabularySize: 388,
  embeddingSize: 512,
  hiddenSize: 512,
  layers: 3,
  dropout: 0,
  tiedOutput: false,
};

/** A piano; the bins of the tempo make it 388 tokens. */
const TOKENIZER: TokenizerConfig = {
  version: 1,
  positionsPerQuarter: 24,
  pitchRange: [21, 108],
  instruments: [0],
  percussionKeys: null,
  timeSignatures: [{ numerator: 4, denominator: 4 }],
  tempo: { lowestBpm: 30, highestBpm: 240, bins: 86 },
  velocityBins: 0,
  labels: {},
};

/** Exports it as every model is exported: weights stored as int8, arithmetic in f32. */
export async function writeRandomArtifact(folder: string): Promise<void> {
  const uniforms = createRandom(1);
  let drawn = 0;
  const parameters = initializeParameters(SIZES, () => uniforms.uniforms(drawn++, 1)[0]);
  const about = {
    name: 'random-3x512',
    description: 'Random weights, for a benchmark.',
    licence: 'CC0-1.0',
    attribution: 'Nobody.',
    training: { data: 'none', steps: 0, tokens: 0, metrics: {} },
  };
  await exportArtifact(
    { parameters, config: SIZES, tokenizer: createTokenizer(TOKENIZER), about },
    folder,
    { precision: 'int8' },
  );
}
