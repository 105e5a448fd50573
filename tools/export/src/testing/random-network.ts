// Networks with random parameters, for tests.
import { createRandom } from '@ostinato/core';
import {
  type LstmConfig,
  type NamedTensor,
  type NamedTensors,
  lstmParameters,
} from '@ostinato/model';

export const tinyConfig: LstmConfig = {
  kind: 'lstm',
  vocabularySize: 40,
  embeddingSize: 24,
  hiddenSize: 32,
  layers: 2,
  dropout: 0,
  tiedOutput: false,
};

/** Parameters spread evenly in -scale..scale; with the default, logits of the tiny network reach about ±2. */
export function randomParameters(config: LstmConfig, seed: number, scale = 0.6): NamedTensors {
  const random = createRandom(seed);
  let place = 0;
  const tensors = lstmParameters(config).map(({ name, shape }): [string, NamedTensor] => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = random.uniforms(place, count).map((u) => (2 * u - 1) * scale);
    place += count;
    return [name, { shape, data }];
  });
  return new Map(tensors);
}
