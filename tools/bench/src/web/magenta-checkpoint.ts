// A checkpoint for MusicRNN of @magenta/music with random weights: config.json, weights_manifest.json and one file of weights.
import { createRandom } from '@ostinato/core';

interface Sizes {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
}

/** Standard LSTM cells and a projection, by the names of TensorFlow 1 that MusicRNN looks for. Its input is one-hot.
 *  @returns contents by path below the folder of the checkpoint */
export function magentaCheckpoint({
  vocabularySize: V,
  hiddenSize: H,
  layers,
}: Sizes): Record<string, string | Uint8Array> {
  const weights: Weight[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const cell = `rnn/multi_rnn_cell/cell_${layer}/basic_lstm_cell`;
    const inputs = layer === 0 ? V : H;
    weights.push(
      { name: `${cell}/kernel`, shape: [inputs + H, 4 * H], dtype: 'float32' },
      { name: `${cell}/bias`, shape: [4 * H], dtype: 'float32' },
    );
  }
  weights.push(
    { name: 'fully_connected/weights', shape: [H, V], dtype: 'float32' },
    { name: 'fully_connected/biases', shape: [V], dtype: 'float32' },
  );
  const count = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
  const data = Float32Array.from(createRandom(1).uniforms(0, count), (u) => (u - 0.5) / 10);
  // Two tokens of a melody are no pitches; with this many pitches it has V tokens, one for each step of time.
  const dataConverter = { type: 'MelodyConverter', args: { minPitch: 0, maxPitch: V - 3 } };
  return {
    'config.json': JSON.stringify({ type: 'MusicRNN', dataConverter }),
    'weights_manifest.json': JSON.stringify([{ paths: ['weights.bin'], weights }]),
    'weights.bin': new Uint8Array(data.buffer),
  };
}

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32';
}
