import { expect, it } from 'vitest';
import { magentaCheckpoint } from './magenta-checkpoint.js';

it('has as many weights as its manifest says, and as many tokens as it was asked for', () => {
  const files = magentaCheckpoint({ vocabularySize: 388, hiddenSize: 4, layers: 2 });
  const [{ paths, weights }] = JSON.parse(files['weights_manifest.json'] as string);
  const shapes = weights.map(({ shape }: { shape: number[] }) => shape);
  expect(shapes).toEqual([[392, 16], [16], [8, 16], [16], [4, 388], [388]]);
  const numbers = 392 * 16 + 16 + 8 * 16 + 16 + 4 * 388 + 388;
  expect((files[paths[0]] as Uint8Array).length).toBe(4 * numbers);

  const { dataConverter } = JSON.parse(files['config.json'] as string);
  const { minPitch, maxPitch } = dataConverter.args;
  expect(maxPitch - minPitch + 1 + 2).toBe(388); // pitches, "no event" and "note off"
});
