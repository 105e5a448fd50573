// Numbers and lengths of protobuf's wire format, from bytes that may be anything.
// Source: https://protobuf.dev/programming-guides/encoding/
import { GraphError } from '../errors.js';

export const WIRE = { VARINT: 0, BITS_64: 1, DELIMITED: 2, BITS_32: 5 } as const;

export class WireReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  position = 0;
  /** The two halves of the last varint. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A field's number and how it is written; nothing is read beyond `end`, here and below.
   *  @throws {GraphError} `onnx-malformed`, here and below */
  tag(end: number): { number: number; wireType: number } {
    const start = this.position;
    this.#varint(end);
    const number = this.#low >>> 3;
    if (this.#high !== 0 || number === 0) malformed(start);
    return { number, wireType: this.#low & 7 };
  }

  int32(end: number): number {
    this.#varint(end);
    return this.#low | 0;
  }

  int64(end: number): bigint {
    this.#varint(end);
    return BigInt.asIntN(64, (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0));
  }

  float(end: number): number {
    const start = this.#advance(4, end);
    return this.#view.getFloat32(start, true);
  }

  /** Where the bytes that follow their length end. */
  delimitedEnd(end: number): number {
    const start = this.position;
    this.#varint(end);
    const length = this.#low >>> 0;
    if (this.#high !== 0 || length > end - this.position) malformed(start);
    return this.position + length;
  }

  /** Steps over a value. */
  skip(wireType: number, end: number): void {
    switch (wireType) {
      case WIRE.VARINT:
        this.#varint(end);
        break;
      case WIRE.BITS_64:
        this.#advance(8, end);
        break;
      case WIRE.DELIMITED:
        this.position = this.delimitedEnd(end);
        break;
      case WIRE.BITS_32:
        this.#advance(4, end);
        break;
      default: // groups, which no current schema has
        malformed(this.position);
    }
  }

  #advance(count: number, end: number): number {
    const start = this.position;
    if (count > end - start) malformed(start);
    this.position = start + count;
    return start;
  }

  /** Seven bits a byte, the lowest first; at most ten bytes. */
  #varint(end: number): void {
    const start = this.position;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= end) malformed(start);
      const byte = this.bytes[this.position++];
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift === 28) high |= bits >>> 4;
      if (shift > 28) high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    malformed(start);
  }
}

export function malformed(offset: number): never {
  throw new GraphError(
    'onnx-malformed',
    `ONNX model: no valid protobuf at byte ${offset}; the file is damaged or no ONNX model`,
  );
}
