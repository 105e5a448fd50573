// A vocabulary as small as one can be that composes, for tests of models.
import { TOKENIZER_VERSION, type TokenizerConfig } from '../tokenizer/config.js';
import { POSITIONS_PER_QUARTER } from '../tokenizer/grid.js';

/** An octave of piano and violin in 4/4, no velocities. */
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
