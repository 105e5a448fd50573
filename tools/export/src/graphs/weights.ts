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

/** The largest magnitude that int8 storage uses. A page downloads models compressed, and trained weights compress by nothing
 *  but their spread: 110 steps a side instead of the 127 that fit make each weight log2(127 / 110) = 0.21 bits shorter, for
 *  steps that are 15 % longer. What that costs and saves: docs/decisions/2026-11-26-int8-in-110-steps.md */
const LARGEST_STORED = 110;

/** Stores a matrix. int8 is symmetric with one scale for each row: the row's largest magnitude becomes `LARGEST_STORED`.
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
    const step = Math.fround(largest / LARGEST_STORED);
    const scale = step >= SMALLEST_SCALE ? step : 1; // rows of next to nothing become zeros
    scales[row] = scale;
    for (let i = from; i < from + columns; i++) values[i] = Math.round(data[i] / scale);
  }
  return { shape: size, precision, values, scales };
}

/** Whether a matrix that came from a file need not be stored again: files of before have int8 in more steps. */
export function isStoredAsToday({ values }: StoredMatrix): boolean {
  return (
    !(values instanceof Int8Array) || values.every((value) => Math.abs(value) <= LARGEST_STORED)
  );
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

/** Declares a stored matrix with its rows as columns and widens it: the right factor of a product with one row, which ONNX
 *  Runtime Web multiplies fastest as it lies (docs/decisions/2026-11-26-matrices-as-they-are-read.md).
 *  @returns the transposed matrix in float32, shape [columns, rows] */
export function widenTransposed(graph: GraphBuilder, name: string, matrix: StoredMatrix): Value {
  const { shape, precision, values, scales } = matrix;
  const [rows, columns] = shape;
  const turned = { shape: [columns, rows] as const, precision, values: transposed(values, shape) };
  if (precision !== 'int8') return widen(graph, `${name}.transposed`, turned);
  const stored = tensorOf('int8', turned.values, turned.shape);
  return graph.dequantize(
    graph.initializer(`${name}.transposed`, stored),
    graph.initializer(`${name}.transposed.scale`, tensorOf('float32', scales!, [rows])),
    1,
  );
}

/** The numbers of a matrix, column after column.
 *  @param shape of the matrix that is given */
export function transposed<T extends StoredMatrix['values']>(
  values: T,
  [rows, columns]: readonly [number, number],
): T {
  const result = values.slice() as T;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column];
    }
  }
  return result;
}

/** What a session computes with after loading: the same float32 numbers that `widen` gives, shape [rows, columns]. */
export function widened({ shape, values, scales }: StoredMatrix): Float32Array {
  if (values instanceof Float32Array) return values;
  if (values instanceof Uint16Array) return Float32Array.from(values, float16ToNumber);
  const columns = shape[1];
  return Float32Array.from(values, (value, i) => value * scales![Math.floor(i / columns)]);
}
