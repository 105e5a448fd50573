// How many numbers the parts of a network have.
import type { Architecture } from '@ostinato/core';
import type { Bar } from './bars.js';

/** An LSTM's parts in the order of a token's way; none for other networks. Letters: V vocabulary, E embedding, H hidden. */
export function networkParts(architecture: Architecture): Bar[] {
  if (architecture.kind !== 'lstm') return [];
  const { vocabularySize: V, embeddingSize: E, hiddenSize: H, layers, tiedOutput } = architecture;
  return [
    { name: 'Embedding', value: V * E },
    ...Array.from({ length: layers }, (_, layer): Bar => {
      const inputs = layer === 0 ? E : H;
      return { name: `LSTM layer ${layer + 1}`, value: 4 * H * (inputs + H + 1) };
    }),
    { name: 'Output', value: (tiedOutput ? 0 : V * H) + V },
  ];
}
