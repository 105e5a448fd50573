// A cursor over bytes that never reads past its end.
import { MidiFormatError } from './midi-format-error.js';
import type { MidiErrorCode } from './midi-format-error.js';

/** Reads big-endian numbers from `bytes` between `offset` and `end`. Offsets count from the start of the file. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  /** The next byte to be read. */
  offset: number;
  /** One past the last byte that may be read. */
  readonly end: number;
  readonly #pastEnd: MidiErrorCode;

  /** @param pastEnd the code of the error for a read past `end` */
  constructor(bytes: Uint8Array, offset: number, end: number, pastEnd: MidiErrorCode) {
    this.#bytes = bytes;
    this.offset = offset;
    this.end = Math.min(end, bytes.length);
    this.#pastEnd = pastEnd;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  /** The next byte, without moving. @throws {MidiFormatError} at the end */
  peek(): number {
    this.#require(1, this.offset);
    return this.#bytes[this.offset];
  }

  /** @throws {MidiFormatError} at the end */
  byte(): number {
    const value = this.peek();
    this.offset += 1;
    return value;
  }

  /** A data byte of a channel message, 0..127. @throws {MidiFormatError} if its highest bit is set, or at the end */
  dataByte(): number {
    const value = this.byte();
    if (value > 0x7f) {
      const found = `0x${value.toString(16)}`;
      const message = `expected a data byte below 0x80, found ${found}; the track is damaged here`;
      throw new MidiFormatError('bad-data-byte', this.offset - 1, message);
    }
    return value;
  }

  /** An unsigned number of `size` bytes, 1..4. @throws {MidiFormatError} at the end */
  unsigned(size: number): number {
    this.#require(size, this.offset);
    let value = 0;
    for (let i = 0; i < size; i += 1) value = value * 256 + this.#bytes[this.offset + i];
    this.offset += size;
    return value;
  }

  /** A variable-length quantity: seven bits a byte, at most four bytes, so 0..0x0FFFFFFF.
   *  @throws {MidiFormatError} if it is longer, or at the end */
  variableLength(): number {
    const start = this.offset;
    let value = 0;
    for (let i = 0; i < 4; i += 1) {
      const byte = this.byte();
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    const message = 'a variable-length quantity has more than the four bytes that are allowed';
    throw new MidiFormatError('bad-vlq', start, message);
  }

  /** The next `length` bytes, as a view. @throws {MidiFormatError} if they reach past the end */
  take(length: number): Uint8Array {
    this.#require(length, this.offset);
    const view = this.#bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return view;
  }

  #require(length: number, from: number): void {
    if (length > this.end - from) {
      const left = this.end - from;
      const message = `expected ${length} more byte(s), found ${left}; the file is cut or damaged`;
      throw new MidiFormatError(this.#pastEnd, from, message);
    }
  }
}

/** Whether the four ASCII characters of `id` stand at `offset`. */
export function hasId(bytes: Uint8Array, offset: number, id: string): boolean {
  for (let i = 0; i < 4; i += 1) {
    if (bytes[offset + i] !== id.charCodeAt(i)) return false;
  }
  return true;
}

/** The first place of `id` that starts at `from` or later and ends by `end`; -1 if there is none. */
export function findId(bytes: Uint8Array, id: string, from: number, end: number): number {
  const first = id.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (at + 4 > end) return -1;
    if (hasId(bytes, at, id)) return at;
  }
  return -1;
}
