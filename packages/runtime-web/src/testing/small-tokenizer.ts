// A vocabulary for tests of the elements.
import type { TokenizerConfig } from '@ostinato/core';
import { smallTokenizerConfig as plain } from '@ostinato/core/testing';

/** Piano, violin, cello and drums in 3/4 and 4/4, with velocities. */
export const smallTokenizerConfig: TokenizerConfig = {
  ...plain,
  tempo: { lowestBpm: 40, highestBpm: 220, bins: 16 },
  velocityBins: 4,
  labels: { composer: ['Bach', 'Ravel'], ensemble: ['Duo'] },
};
