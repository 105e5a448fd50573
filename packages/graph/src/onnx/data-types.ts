// ONNX's codes of the data types, and the versions that belong together.
// Source: https://github.com/onnx/onnx/blob/main/docs/Versioning.md#released-versions
import { GraphError } from '../errors.js';
import type { DataType } from '../ir.js';

/** TensorProto.DataType of the schema. */
const DATA_TYPE_CODES: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
};

const DATA_TYPES = new Map(
  (Object.keys(DATA_TYPE_CODES) as DataType[]).map((dataType) => [
    DATA_TYPE_CODES[dataType],
    dataType,
  ]),
);

/** The oldest file format that may hold an operator set, so that old runtimes can read the file. */
const IR_VERSIONS: ReadonlyMap<number, number> = new Map([
  [18, 8],
  [19, 9],
  [20, 9],
  [21, 10],
]);

/** The domain of ONNX Runtime's own operators; '' is the standard one. */
export const MICROSOFT_DOMAIN = 'com.microsoft';

/** ONNX's number for a data type, as in the `to` attribute of Cast. */
export function dataTypeCode(dataType: DataType): number {
  return DATA_TYPE_CODES[dataType];
}

/** The data type of ONNX's number.
 *  @throws {GraphError} if this package does not support it; `where` begins the message */
export function dataTypeOfCode(code: number, where: string): DataType {
  const dataType = DATA_TYPES.get(code);
  if (dataType === undefined) {
    const known = [...DATA_TYPES].map(([number, name]) => `${number} (${name})`).join(', ');
    throw new GraphError(
      'onnx-data-type',
      `${where}: data type ${code} found, one of ${known} expected`,
    );
  }
  return dataType;
}

/** The version of the file format for an operator set.
 *  @throws {GraphError} if the operator set is not one of those supported */
export function irVersionOf(opset: number): number {
  const version = IR_VERSIONS.get(opset);
  if (version === undefined) {
    const known = [...IR_VERSIONS.keys()].join(', ');
    throw new GraphError(
      'onnx-opset',
      `model: operator set ${opset} found, one of ${known} expected`,
    );
  }
  return version;
}
