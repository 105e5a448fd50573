// The messages of onnx.proto as tables for the reader: what a page needs of the schema, without a protobuf library.
// decode.test.ts holds them against the generated schema.

/** How one value of a field is written. */
export type FieldKind = 'int64' | 'int32' | 'float' | 'string' | 'bytes' | MessageTable;

export interface FieldTable {
  readonly name: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** The name of the group of fields of which one may be there. */
  readonly oneof?: string;
}

export interface MessageTable {
  readonly name: string;
  readonly fields: ReadonlyMap<number, FieldTable>;
}

type Row = readonly [number: number, name: string, kind: FieldKind, rule?: 'repeated' | 'value'];

function message(name: string, rows: readonly Row[]): MessageTable {
  const fields = rows.map(([number, field, kind, rule]): [number, FieldTable] => [
    number,
    {
      name: field,
      kind,
      repeated: rule === 'repeated',
      ...(rule === 'value' && { oneof: 'value' }),
    },
  ]);
  return { name, fields: new Map(fields) };
}

const PAIR = message('StringStringEntryProto', [
  [1, 'key', 'string'],
  [2, 'value', 'string'],
]);

export const TENSOR: MessageTable = message('TensorProto', [
  [1, 'dims', 'int64', 'repeated'],
  [2, 'dataType', 'int32'],
  [4, 'floatData', 'float', 'repeated'],
  [5, 'int32Data', 'int32', 'repeated'],
  [7, 'int64Data', 'int64', 'repeated'],
  [8, 'name', 'string'],
  [9, 'rawData', 'bytes'],
  [12, 'docString', 'string'],
  [13, 'externalData', PAIR, 'repeated'],
  [14, 'dataLocation', 'int32'],
  [16, 'metadataProps', PAIR, 'repeated'],
]);

const DIMENSION = message('TensorShapeProto.Dimension', [
  [1, 'dimValue', 'int64', 'value'],
  [2, 'dimParam', 'string', 'value'],
  [3, 'denotation', 'string'],
]);

const SHAPE = message('TensorShapeProto', [[1, 'dim', DIMENSION, 'repeated']]);

const TENSOR_TYPE = message('TypeProto.Tensor', [
  [1, 'elemType', 'int32'],
  [2, 'shape', SHAPE],
]);

const TYPE = message('TypeProto', [
  [1, 'tensorType', TENSOR_TYPE, 'value'],
  [6, 'denotation', 'string'],
]);

const VALUE_INFO = message('ValueInfoProto', [
  [1, 'name', 'string'],
  [2, 'type', TYPE],
  [3, 'docString', 'string'],
  [4, 'metadataProps', PAIR, 'repeated'],
]);

/** Graphs hold attributes, and attributes graphs: the table of one is filled when both are there. */
const graphFields = new Map<number, FieldTable>();
export const GRAPH: MessageTable = { name: 'GraphProto', fields: graphFields };

const ATTRIBUTE = message('AttributeProto', [
  [1, 'name', 'string'],
  [2, 'f', 'float'],
  [3, 'i', 'int64'],
  [4, 's', 'bytes'],
  [5, 't', TENSOR],
  [6, 'g', GRAPH],
  [7, 'floats', 'float', 'repeated'],
  [8, 'ints', 'int64', 'repeated'],
  [9, 'strings', 'bytes', 'repeated'],
  [13, 'docString', 'string'],
  [20, 'type', 'int32'],
]);

export const NODE: MessageTable = message('NodeProto', [
  [1, 'input', 'string', 'repeated'],
  [2, 'output', 'string', 'repeated'],
  [3, 'name', 'string'],
  [4, 'opType', 'string'],
  [5, 'attribute', ATTRIBUTE, 'repeated'],
  [6, 'docString', 'string'],
  [7, 'domain', 'string'],
  [9, 'metadataProps', PAIR, 'repeated'],
]);

for (const [number, field] of message('GraphProto', [
  [1, 'node', NODE, 'repeated'],
  [2, 'name', 'string'],
  [5, 'initializer', TENSOR, 'repeated'],
  [10, 'docString', 'string'],
  [11, 'input', VALUE_INFO, 'repeated'],
  [12, 'output', VALUE_INFO, 'repeated'],
  [13, 'valueInfo', VALUE_INFO, 'repeated'],
  [16, 'metadataProps', PAIR, 'repeated'],
]).fields) {
  graphFields.set(number, field);
}

const OPSET = message('OperatorSetIdProto', [
  [1, 'domain', 'string'],
  [2, 'version', 'int64'],
]);

export const MODEL: MessageTable = message('ModelProto', [
  [1, 'irVersion', 'int64'],
  [2, 'producerName', 'string'],
  [3, 'producerVersion', 'string'],
  [4, 'domain', 'string'],
  [5, 'modelVersion', 'int64'],
  [6, 'docString', 'string'],
  [7, 'graph', GRAPH],
  [8, 'opsetImport', OPSET, 'repeated'],
  [14, 'metadataProps', PAIR, 'repeated'],
]);
