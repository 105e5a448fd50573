// Trained matrices as graph values: stored small, widened to float32 when a session loads them.
import {
  float16ToNumber,
  type GraphBuilder,
  numberToFloat16,
  tensorOf,
  type Value,
} from '@ostinato/graph';
import type { NamedTensor } from '@ostinato/model';

/** How matrices are stored. All three compute in float32 after loading. */
export type Precision = 'f32' | 'f16' | 'int8';

/** A matrix [rows, columns] as the graph stores it, and what a session computes with after widening it. */
export interface StoredMatrix {
  readonly shape: readonly [number, number];
  readonly precision: Precision;
  readonly values: Float32Array | Uint16Array | Int8Array;
  /** One scale a row; only with int8. */
  readonly scales?: Float32Array;
}

/** Below the smallest normal float32 a scale would lose its precision. */
const SMALLEST_SCALE = 2 ** -126;

/** Stores a matrix. int8 is symmetric with one scale for each row: the row's largest magnitude becomes 127.
 *  @throws {RangeError} if the tensor is not a matrix */
export function storeMatrix({ shape, data }: NamedTensor, precision: Precision): StoredMatrix {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined) {
    throw new RangeError(`weights: expected a matrix, found shape [${shape.join(', ')}]`);
  }
  const size = [rows, columns] as const;
  if (precision === 'f32') return { shape: size, precision, values: data };
  if (precision === 'f16') {
    return { shape: size, precision, values: Uint16Array.from(data, numberToFloat16) };
  }
  const scales = new Float32Array(rows);
  const values = new Int8Array(data.length);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let largest = 0;
    for (let i = from; i < from + columns; i++) largest = Math.max(largest, Math.abs(data[i]));
    const step = Math.fround(largest / 127);
    const scale = step >= SMALLEST_SCALE ? step : 1; // rows of next to nothing become zeros
    scales[row] = scale;
    for (let i = from; i < from + columns; i++) values[i] = Math.round(data[i] / scale);
  }
  return { shape: size, precision, values, scales };
}

/** Declares a stored matrix and widens it. Sessions fold the widening away when they load the graph.
 *  @returns the matrix in float32, shape [rows, columns] */
export function widen(graph: GraphBuilder, name: string, matrix: StoredMatrix): Value {
  const { shape, precision, values, scales } = matrix;
  if (precision === 'f32') return graph.initializer(name, tensorOf('float32', values, shape));
  if (precision === 'f16') {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return graph.cast(graph.initializer(name, { dataType: 'float16', shape, bytes }), 'float32');
  }
  const stored = graph.initializer(name, tensorOf('int8', values, shape));
  const scale = graph.initializer(`${name}.scale`, tensorOf('float32', scales!, [shape[0]]));
  return graph.dequantize(stored, scale, 0);
}

/** What a session computes with after loading: the same float32 numbers that `widen` gives, shape [rows, columns]. */
export function widened({ shape, values, scales }: StoredMatrix): Float32Array {
  if (values instanceof Float32Array) return values;
  if (values instanceof Uint16Array) return Float32Array.from(values, float16ToNumber);
  const columns = shape[1];
  return Float32Array.from(values, (value, i) => value * scales![Math.floor(i / columns)]);
}
