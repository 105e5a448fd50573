// The tables of the reader are those of the schema.
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { type FieldKind, type MessageTable, MODEL } from './messages.js';
import { ModelProtoSchema } from './onnx_pb.js';

const SCALARS = new Map([
  [ScalarType.INT64, 'int64'],
  [ScalarType.INT32, 'int32'],
  [ScalarType.FLOAT, 'float'],
  [ScalarType.STRING, 'string'],
  [ScalarType.BYTES, 'bytes'],
]);

/** Every message that can be reached, with its fields, as text. */
function describeSchema(message: DescMessage, found = new Map<string, string[]>()) {
  if (found.has(message.name)) return found;
  const lines = message.fields.map((field: DescField) => {
    const kind = field.message?.name ?? SCALARS.get(field.scalar!);
    const rule = field.fieldKind === 'list' ? 'repeated' : field.oneof ? field.oneof.name : '';
    return `${field.number} ${field.localName} ${kind} ${rule}`;
  });
  found.set(message.name, lines.toSorted());
  for (const { message: inner } of message.fields) if (inner) describeSchema(inner, found);
  return found;
}

function describeTables(table: MessageTable, found = new Map<string, string[]>()) {
  const name = table.name.split('.').at(-1)!;
  if (found.has(name)) return found;
  const nameOf = (kind: FieldKind) =>
    typeof kind === 'object' ? kind.name.split('.').at(-1) : kind;
  const lines = [...table.fields].map(
    ([number, { name: field, kind, repeated, oneof }]) =>
      `${number} ${field} ${nameOf(kind)} ${repeated ? 'repeated' : (oneof ?? '')}`,
  );
  found.set(name, lines.toSorted());
  for (const { kind } of table.fields.values()) {
    if (typeof kind === 'object') describeTables(kind, found);
  }
  return found;
}

it('have every message and field of onnx.proto', () => {
  expect(describeTables(MODEL)).toEqual(describeSchema(ModelProtoSchema));
});
