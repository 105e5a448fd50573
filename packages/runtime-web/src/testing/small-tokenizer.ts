// A vocabulary for tests of the elements.
import type { TokenizerConfig } from '@ostinato/core';

/** Piano, violin, cello and drums in 3/4 and 4/4. */
export const smallTokenizerConfig: TokenizerConfig = {
  version: 1,
  positionsPerQuarter: 24,
  pitchRange: [36, 84],
  instruments: [0, 40, 42],
  percussionKeys: [35, 50],
  timeSignatures: [
    { numerator: 3, denominator: 4 },
    { numerator: 4, denominator: 4 },
  ],
  tempo: { lowestBpm: 40, highestBpm: 220, bins: 16 },
  velocityBins: 4,
  labels: { composer: ['Bach', 'Ravel'], ensemble: ['Duo'] },
};
