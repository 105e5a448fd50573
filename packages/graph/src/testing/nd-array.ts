// Arrays of the reference evaluator: row-major, and float64 whatever the type that the graph names.
import { GraphError } from '../errors.js';
import { float16ToNumber } from '../float16.js';
import type { DataType, Tensor } from '../ir.js';

/** Integers are exact up to 2^53, booleans are 0 and 1. Arrays are never changed once made. */
export interface NdArray {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function scalarOf(dataType: DataType, value: number): NdArray {
  return { dataType, shape: [], data: Float64Array.of(value) };
}

export function vectorOf(dataType: DataType, values: readonly number[]): NdArray {
  return { dataType, shape: [values.length], data: Float64Array.from(values) };
}

export function zerosOf(dataType: DataType, shape: readonly number[]): NdArray {
  return { dataType, shape, data: new Float64Array(countOf(shape)) };
}

/** The same elements in another shape. */
export function withShape(array: NdArray, shape: readonly number[]): NdArray {
  if (countOf(shape) !== array.data.length) {
    throw new GraphError(
      'reference',
      `[${array.shape.join(', ')}] does not fill [${shape.join(', ')}]`,
    );
  }
  return { ...array, shape };
}

/** Elements that each axis skips. */
export function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => countOf(shape.slice(axis + 1)));
}

/** Reads an array in another order: element [i, j, ...] of the result is element
 *  offset + i * strides[0] + j * strides[1] + ... of `array`. */
export function strided(
  array: NdArray,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): NdArray {
  const data = new Float64Array(countOf(shape));
  const index = shape.map(() => 0);
  let source = offset;
  for (let target = 0; target < data.length; target++) {
    data[target] = array.data[source];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis];
      if (++index[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return { dataType: array.dataType, shape, data };
}

export function transposed(array: NdArray, order: readonly number[]): NdArray {
  const strides = stridesOf(array.shape);
  return strided(
    array,
    order.map((axis) => array.shape[axis]),
    order.map((axis) => strides[axis]),
  );
}

/** Repeats axes of size 1, and adds axes in front. */
export function broadcastTo(array: NdArray, shape: readonly number[]): NdArray {
  const added = shape.length - array.shape.length;
  const strides = stridesOf(array.shape);
  return strided(
    array,
    shape,
    shape.map((size, axis) => {
      const own = axis < added ? 1 : array.shape[axis - added];
      if (own === size) return axis < added ? 0 : strides[axis - added];
      if (own !== 1 || added < 0) {
        const from = `[${array.shape.join(', ')}]`;
        throw new GraphError('reference', `${from} does not broadcast to [${shape.join(', ')}]`);
      }
      return 0;
    }),
  );
}

/** The array of a constant. */
export function arrayOfTensor({ dataType, shape, bytes }: Tensor): NdArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read: Record<DataType, (index: number) => number> = {
    float32: (index) => view.getFloat32(index * 4, true),
    float16: (index) => float16ToNumber(view.getUint16(index * 2, true)),
    int8: (index) => view.getInt8(index),
    uint8: (index) => view.getUint8(index),
    bool: (index) => view.getUint8(index),
    int32: (index) => view.getInt32(index * 4, true),
    int64: (index) => Number(view.getBigInt64(index * 8, true)),
  };
  const element = read[dataType];
  const data = Float64Array.from({ length: countOf(shape) }, (_, index) => element(index));
  return { dataType, shape, data };
}
