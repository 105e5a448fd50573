// The data of a tensor in an ONNX file: raw bytes, or numbers in one of three typed lists.
import { GraphError } from '../errors.js';
import type { DataType, Tensor } from '../ir.js';
import { ELEMENT_BYTES } from '../tensors.js';
import { dataTypeOfCode } from './data-types.js';
import type { TensorProto } from './onnx_pb.js';

/** TensorProto.DataLocation of the schema. */
const EXTERNAL = 1;

/** @throws {GraphError} if the data is elsewhere or does not fill the shape */
export function decodeTensor(message: TensorProto, where: string): Tensor {
  if (message.dataLocation === EXTERNAL || message.externalData.length > 0) {
    throw new GraphError(
      'onnx-external-data',
      `${where}: the data is in another file; save the model with its data inside`,
    );
  }
  const dataType = dataTypeOfCode(message.dataType, where);
  const shape = message.dims.map(Number);
  const expected = shape.reduce((product, size) => product * size, ELEMENT_BYTES[dataType]);
  const isShape = shape.every((size) => size >= 0 && Number.isSafeInteger(size));
  if (!isShape || !Number.isSafeInteger(expected)) {
    throw new GraphError('onnx-tensor', `${where}: [${shape.join(', ')}] is no shape`);
  }
  const bytes = message.rawData.length > 0 ? message.rawData : typedBytes(message, dataType);
  const isGivenTwice = message.rawData.length > 0 && typedCount(message) > 0;
  if (bytes.length !== expected || isGivenTwice) {
    const found = isGivenTwice ? 'raw and typed data' : `${bytes.length}`;
    throw new GraphError(
      'onnx-tensor',
      `${where}: ${expected} bytes of ${dataType} expected for [${shape.join(', ')}], ${found} found`,
    );
  }
  return { dataType, shape, bytes };
}

function typedCount(message: TensorProto): number {
  return message.floatData.length + message.int32Data.length + message.int64Data.length;
}

/** Numbers as bytes; which list holds which type is written in onnx.proto at `TensorProto`. */
function typedBytes(message: TensorProto, dataType: DataType): Uint8Array {
  const array = typedArray(message, dataType);
  return new Uint8Array(array.buffer);
}

function typedArray(message: TensorProto, dataType: DataType) {
  switch (dataType) {
    case 'float32':
      return Float32Array.from(message.floatData);
    case 'int64':
      return BigInt64Array.from(message.int64Data);
    case 'int32':
      return Int32Array.from(message.int32Data);
    case 'int8':
      return Int8Array.from(message.int32Data);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(message.int32Data);
    case 'float16':
      return Uint16Array.from(message.int32Data);
  }
}
