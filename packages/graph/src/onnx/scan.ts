// A first look at untrusted protobuf bytes: how deep, how much. It runs before any object is made,
// so a small hostile file cannot become a large heap, and it holds every length to its parent's.
// Wire format: https://protobuf.dev/programming-guides/encoding/
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { GraphError } from '../errors.js';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
} from './onnx_pb.js';

/** What a message or an unknown field costs beside its bytes: an object of a few fields. */
const OBJECT_COST = 32;

export interface ScanLimits {
  /** Bytes that become objects: everything but raw tensor data, and 32 for each object. */
  readonly maxStructureBytes: number;
  readonly maxNodes: number;
  /** Graphs within graphs: the only messages that can hold one another. */
  readonly maxNesting: number;
}

interface Scan extends ScanLimits {
  readonly bytes: Uint8Array;
  readonly reader: BinaryReader;
  structureBytes: number;
  nodes: number;
}

/** Walks over all messages of a file without making any.
 *  @throws {GraphError} if the bytes are no protobuf message or pass a limit */
export function scanModel(bytes: Uint8Array, limits: ScanLimits): void {
  const reader = new BinaryReader(bytes);
  const scan = { ...limits, bytes, reader, structureBytes: 0, nodes: 0 };
  scanMessage(scan, ModelProtoSchema, bytes.length, -1);
}

/** @param outer how many graphs are around the graph that this message belongs to */
function scanMessage(scan: Scan, message: DescMessage, end: number, outer: number): void {
  const { reader } = scan;
  const nesting = message === GraphProtoSchema ? outer + 1 : outer;
  if (nesting > scan.maxNesting) tooLarge(scan, `graphs nested deeper than ${scan.maxNesting}`);
  if (message === NodeProtoSchema && ++scan.nodes > scan.maxNodes) {
    tooLarge(scan, `more than ${scan.maxNodes} nodes`);
  }
  spend(scan, OBJECT_COST);
  while (reader.pos < end) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    const field = message.fields.find((candidate) => candidate.number === number);
    if (field === undefined) spend(scan, OBJECT_COST);
    if (wireType === WireType.LengthDelimited) {
      scanDelimited(scan, field, end, nesting);
    } else {
      const expected = field === undefined ? wireType : scalarWireType(field);
      if (wireType !== expected || wireType === WireType.StartGroup) malformed(start);
      reader.skip(wireType);
      spend(scan, reader.pos - start);
    }
  }
  if (reader.pos !== end) malformed(end);
}

/** A length and that many bytes: a message, a string, bytes or packed numbers. */
function scanDelimited(
  scan: Scan,
  field: DescField | undefined,
  end: number,
  nesting: number,
): void {
  const { reader } = scan;
  const length = reader.uint32();
  const start = reader.pos;
  if (length > end - start) malformed(start);
  if (field?.message !== undefined) {
    scanMessage(scan, field.message, start + length, nesting);
    return;
  }
  const type = field === undefined ? WireType.LengthDelimited : scalarWireType(field);
  if (type !== WireType.LengthDelimited) {
    if (field?.fieldKind !== 'list') malformed(start);
    checkPackedEnd(scan.bytes, type, start, length);
  }
  reader.pos += length;
  if (field?.fieldKind === 'list' && field.scalar === ScalarType.BYTES) spend(scan, OBJECT_COST);
  if (field !== TensorProtoSchema.field.rawData) spend(scan, length);
}

/** The last number of a packed list must end where the list does. */
function checkPackedEnd(bytes: Uint8Array, type: WireType, start: number, length: number): void {
  const lastByte = length === 0 ? 0 : bytes[start + length - 1];
  const isWhole = type === WireType.Bit32 ? length % 4 === 0 : lastByte < 0x80;
  if (!isWhole) malformed(start);
}

/** How one value of the field is written; the schema has no other scalar types. */
function scalarWireType(field: DescField): WireType {
  if (field.scalar === ScalarType.FLOAT) return WireType.Bit32;
  const isInteger = field.scalar === ScalarType.INT64 || field.scalar === ScalarType.INT32;
  return isInteger ? WireType.Varint : WireType.LengthDelimited;
}

function spend(scan: Scan, bytes: number): void {
  scan.structureBytes += bytes;
  if (scan.structureBytes > scan.maxStructureBytes) {
    tooLarge(scan, `more than ${scan.maxStructureBytes} bytes of structure`);
  }
}

function tooLarge(scan: Scan, found: string): never {
  throw new GraphError(
    'onnx-limit',
    `ONNX model: ${found}, at byte ${scan.reader.pos}; raise the limit if you trust the file`,
  );
}

function malformed(offset: number): never {
  throw new GraphError(
    'onnx-malformed',
    `ONNX model: no valid protobuf at byte ${offset}; the file is damaged or no ONNX model`,
  );
}
