// A vocabulary that is small enough to be read, for tests of the tokenizer.
import { TOKENIZER_VERSION, type TokenizerConfig } from '../tokenizer/config.js';
import { POSITIONS_PER_QUARTER } from '../tokenizer/grid.js';

/** Piano, violin, cello and drums in 3/4 and 4/4; pitches 36..84, no velocities. */
export const smallTokenizerConfig: TokenizerConfig = {
  version: TOKENIZER_VERSION,
  positionsPerQuarter: POSITIONS_PER_QUARTER,
  pitchRange: [36, 84],
  instruments: [0, 40, 42],
  percussionKeys: [35, 50],
  timeSignatures: [
    { numerator: 3, denominator: 4 },
    { numerator: 4, denominator: 4 },
  ],
  tempo: { lowestBpm: 16, highestBpm: 384, bins: 64 },
  velocityBins: 0,
  labels: { composer: ['Bach', 'Ravel'] },
};
