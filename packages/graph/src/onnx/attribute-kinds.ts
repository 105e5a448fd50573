// ONNX's codes of the kinds of attributes (AttributeProto.AttributeType).

export const ATTRIBUTE_KINDS = {
  FLOAT: 1,
  INT: 2,
  STRING: 3,
  TENSOR: 4,
  GRAPH: 5,
  FLOATS: 6,
  INTS: 7,
  STRINGS: 8,
  TENSORS: 9,
  GRAPHS: 10,
  SPARSE_TENSOR: 11,
  SPARSE_TENSORS: 12,
  TYPE_PROTO: 13,
  TYPE_PROTOS: 14,
} as const;

/** The kind's name for messages. */
export function attributeKindName(code: number): string {
  const entry = Object.entries(ATTRIBUTE_KINDS).find(([, value]) => value === code);
  return entry?.[0] ?? `${code}`;
}
