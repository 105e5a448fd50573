// Random tensors for a pair of models.
import { createRandom } from '@ostinato/core';
import { float16ToNumber, numberToFloat16 } from '@ostinato/graph';
import { elementCount, type NumericTensor } from '../port.js';
import type { PlannedInput } from './plan-inputs.js';

/** One tensor for each input: floats in -1..1, ids below their limit, booleans 0 or 1.
 *  @param run which of the seed's sets of inputs, 0.. */
export function randomInputs(
  inputs: readonly PlannedInput[],
  { seed, run }: { seed: number; run: number },
): NumericTensor[] {
  const random = createRandom(seed, run);
  let place = 0;
  return inputs.map(({ kind, shape, idCount, match }) => {
    const count = elementCount(shape);
    const uniforms = random.uniforms(place, count);
    place += count;
    if (idCount !== undefined)
      return { shape, values: uniforms.map((u) => Math.floor(u * idCount)) };
    if (kind === 'boolean') return { shape, values: uniforms.map((u) => (u < 0.5 ? 0 : 1)) };
    const values = uniforms.map((u) => 2 * u - 1);
    // Both must get the same numbers.
    const isHalf = match.onnx.type === 'float16';
    return {
      shape,
      values: isHalf ? values.map((v) => float16ToNumber(numberToFloat16(v))) : values,
    };
  });
}
