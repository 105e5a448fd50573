// Parameters between our layout (ONNX's: rows are outputs, gates i, o, f, c) and TensorFlow's (columns are outputs, gates
// i, f, c, o).
import type { NamedTensor } from '@ostinato/model';

/** Place in ONNX's order of each of TensorFlow's gates. */
const ONNX_PLACE = [0, 2, 3, 1];

/** A parameter as TensorFlow has it.
 *  @param name one of `lstmParameters`
 *  @returns a copy */
export function toTensorFlow(name: string, { shape, data }: NamedTensor): NamedTensor {
  return rearranged(name, shape, data, (to, from) => [to, from]);
}

/** A parameter as we have it.
 *  @param shape in our layout
 *  @param data in TensorFlow's layout
 *  @returns a copy */
export function fromTensorFlow(
  name: string,
  shape: readonly number[],
  data: Float32Array,
): NamedTensor {
  return { shape, data: rearranged(name, shape, data, (to, from) => [from, to]).data };
}

/** @param shape in our layout
 *  @param direct from the place in TensorFlow's layout and that in ours: where to write and where to read */
function rearranged(
  name: string,
  shape: readonly number[],
  data: Float32Array,
  direct: (inTensorFlow: number, inOurs: number) => [to: number, from: number],
): NamedTensor {
  const gates = name.startsWith('lstm.') ? ONNX_PLACE : [0];
  const transposed = name.startsWith('lstm.') || name === 'output.weight';
  const [rows = 1, columns = 1] = shape;
  if (!transposed) return { shape, data: data.slice() };
  const units = rows / gates.length;
  const moved = new Float32Array(data.length);
  for (const [gate, place] of gates.entries()) {
    for (let unit = 0; unit < units; unit++) {
      for (let column = 0; column < columns; column++) {
        const inTensorFlow = column * rows + gate * units + unit;
        const inOurs = (place * units + unit) * columns + column;
        const [to, from] = direct(inTensorFlow, inOurs);
        moved[to] = data[from] ?? 0;
      }
    }
  }
  return { shape: shape.length === 1 ? shape : [columns, rows], data: moved };
}
