// A tokenizer with a small vocabulary, for tests.
import { POSITIONS_PER_QUARTER, TOKENIZER_VERSION, type TokenizerConfig } from '@ostinato/core';

export const tinyTokenizerConfig: TokenizerConfig = {
  version: TOKENIZER_VERSION,
  positionsPerQuarter: POSITIONS_PER_QUARTER,
  pitchRange: [60, 72],
  instruments: [0, 40],
  percussionKeys: null,
  timeSignatures: [{ numerator: 4, denominator: 4 }],
  tempo: { lowestBpm: 60, highestBpm: 180, bins: 4 },
  velocityBins: 0,
  labels: { composer: ['Bach'] },
};
