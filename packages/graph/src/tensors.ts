// Constant tensors from numbers.
import { GraphError } from './errors.js';
import type { DataType, Tensor } from './ir.js';

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<DataType, number>> = {
  float32: 4,
  float16: 2,
  int8: 1,
  uint8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
};

type NumericDataType = Exclude<DataType, 'float16'>;

/** A tensor of the given type. Typed arrays of that type are taken without a copy.
 *  @throws {GraphError} if the values do not fill the shape */
export function tensorOf(
  dataType: NumericDataType,
  values: ArrayLike<number>,
  shape: readonly number[],
): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (values.length !== count) {
    throw new GraphError(
      'tensor',
      `constant of shape [${shape.join(', ')}]: ${count} values expected, ${values.length} found`,
    );
  }
  const array = toTypedArray(dataType, values);
  return {
    dataType,
    shape: [...shape],
    bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
  };
}

function toTypedArray(dataType: NumericDataType, values: ArrayLike<number>) {
  switch (dataType) {
    case 'float32':
      return values instanceof Float32Array ? values : Float32Array.from(values);
    case 'int8':
      return values instanceof Int8Array ? values : Int8Array.from(values);
    case 'uint8':
      return values instanceof Uint8Array ? values : Uint8Array.from(values);
    case 'int32':
      return values instanceof Int32Array ? values : Int32Array.from(values);
    case 'int64':
      return BigInt64Array.from(Array.from(values, BigInt));
    case 'bool':
      return Uint8Array.from(values, (value) => (value ? 1 : 0));
  }
}
