// An ONNX file as messages: the objects of onnx_pb.ts, read strictly and within limits, so that a small hostile file cannot
// become a large heap. Written by hand because a page inspects files too, and a protobuf library is larger than all the rest
// of the inspection.
import { GraphError } from '../errors.js';
import {
  type FieldKind,
  type FieldTable,
  GRAPH,
  type MessageTable,
  MODEL,
  NODE,
  TENSOR,
} from './messages.js';
import type { ModelProto } from './onnx_pb.js';
import { malformed, WIRE, WireReader } from './wire-reader.js';

/** What a message or an unknown field costs beside its bytes: an object of a few fields. */
const OBJECT_COST = 32;

export interface ReadLimits {
  /** Bytes that become objects: everything but raw tensor data, and 32 for each object. */
  readonly maxStructureBytes: number;
  readonly maxNodes: number;
  /** Graphs within graphs: the only messages that can hold one another. */
  readonly maxNesting: number;
}

/** Fields by name: numbers, texts, bytes, messages, and lists of these. */
type Message = Record<string, unknown>;

/** Reads a file. Raw tensor data is a view of `bytes`; a field that the schema lacks is kept in `$unknown`.
 *  @throws {GraphError} if the bytes are no ONNX message, give a field twice that may be there once, or pass a limit */
export function readModelMessage(bytes: Uint8Array, limits: ReadLimits): ModelProto {
  const message = new MessageReader(bytes, limits).message(MODEL, bytes.length, -1);
  return message as unknown as ModelProto; // the tables are those of the schema
}

/** Weights: they stay in the file's memory. */
const RAW_DATA = TENSOR.fields.get(9);

/** Where a field is. */
interface Place {
  readonly wireType: number;
  /** Of the message. */
  readonly end: number;
  readonly nesting: number;
}

class MessageReader {
  readonly #reader: WireReader;
  readonly #limits: ReadLimits;
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #structureBytes = 0;
  #nodes = 0;

  constructor(bytes: Uint8Array, limits: ReadLimits) {
    this.#reader = new WireReader(bytes);
    this.#limits = limits;
  }

  /** @param outer how many graphs are around the graph that this message belongs to */
  message(table: MessageTable, end: number, outer: number): Message {
    const reader = this.#reader;
    const nesting = table === GRAPH ? outer + 1 : outer;
    const { maxNesting, maxNodes } = this.#limits;
    if (nesting > maxNesting) this.#tooLarge(`graphs nested deeper than ${maxNesting}`);
    if (table === NODE && ++this.#nodes > maxNodes) this.#tooLarge(`more than ${maxNodes} nodes`);
    this.#spend(OBJECT_COST);
    const message = emptyMessage(table);
    const seen = new Set<string>();
    while (reader.position < end) {
      const start = reader.position;
      const { number, wireType } = reader.tag(end);
      const field = table.fields.get(number);
      if (field === undefined) {
        reader.skip(wireType, end);
        this.#spend(OBJECT_COST + reader.position - start);
        message['$unknown'] = [{ no: number }];
        continue;
      }
      const once = field.oneof ?? field.name;
      if (!field.repeated && seen.has(once)) malformed(start);
      seen.add(once);
      this.#field(message, field, { wireType, end, nesting });
    }
    return message;
  }

  #field(message: Message, field: FieldTable, { wireType, end, nesting }: Place): void {
    const { name, kind, repeated, oneof } = field;
    const reader = this.#reader;
    const isNumber = kind === 'int32' || kind === 'int64' || kind === 'float';
    if (isNumber && repeated && wireType === WIRE.DELIMITED) {
      // Numbers of a list may stand behind one another after one tag.
      const listEnd = reader.delimitedEnd(end);
      const list = message[name] as unknown[];
      while (reader.position < listEnd) list.push(this.#number(kind, listEnd));
      return;
    }
    if (wireType !== wireTypeOf(kind)) malformed(reader.position);
    const value = isNumber ? this.#number(kind, end) : this.#delimited(kind, field, end, nesting);
    if (repeated) (message[name] as unknown[]).push(value);
    else if (oneof === undefined) message[name] = value;
    else message[oneof] = { case: name, value };
  }

  #number(kind: 'int32' | 'int64' | 'float', end: number): number | bigint {
    const reader = this.#reader;
    const start = reader.position;
    const value = kind === 'float' ? reader.float(end) : reader[kind](end);
    this.#spend(reader.position - start);
    return value;
  }

  #delimited(
    kind: 'string' | 'bytes' | MessageTable,
    field: FieldTable,
    end: number,
    nesting: number,
  ): unknown {
    const reader = this.#reader;
    const valueEnd = reader.delimitedEnd(end);
    if (typeof kind === 'object') return this.message(kind, valueEnd, nesting);
    const start = reader.position;
    if (field !== RAW_DATA) this.#spend(valueEnd - start);
    const bytes = reader.bytes.subarray(start, valueEnd);
    reader.position = valueEnd;
    return kind === 'bytes' ? bytes : this.#decodeText(bytes, start);
  }

  #decodeText(bytes: Uint8Array, start: number): string {
    try {
      return this.#text.decode(bytes);
    } catch {
      return malformed(start);
    }
  }

  #spend(bytes: number): void {
    this.#structureBytes += bytes;
    const { maxStructureBytes } = this.#limits;
    if (this.#structureBytes > maxStructureBytes) {
      this.#tooLarge(`more than ${maxStructureBytes} bytes of structure`);
    }
  }

  #tooLarge(found: string): never {
    throw new GraphError(
      'onnx-limit',
      `ONNX model: ${found}, at byte ${this.#reader.position}; raise the limit if you trust the file`,
    );
  }
}

function wireTypeOf(kind: FieldKind): number {
  if (kind === 'float') return WIRE.BITS_32;
  return kind === 'int32' || kind === 'int64' ? WIRE.VARINT : WIRE.DELIMITED;
}

/** A message with the values that fields have when they are not there. */
function emptyMessage({ fields }: MessageTable): Message {
  const message: Message = {};
  for (const { name, kind, repeated, oneof } of fields.values()) {
    if (oneof !== undefined) message[oneof] = { case: undefined };
    else if (repeated) message[name] = [];
    else if (typeof kind !== 'object') message[name] = EMPTY[kind];
  }
  return message;
}

const EMPTY = { int32: 0, int64: 0n, float: 0, string: '', bytes: new Uint8Array(0) } as const;
