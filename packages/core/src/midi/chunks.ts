// The header chunk, and the order in which track chunks are found: declared lengths are checked, not trusted.
import { ByteReader, findId, hasId } from './byte-reader.js';
import type { MidiRange } from './container.js';
import { MidiFormatError } from './midi-format-error.js';
import type { MidiWarnings } from './midi-warnings.js';

/** What a tick is: a part of a quarter note, or a part of an SMPTE frame. */
export type MidiDivision =
  | { kind: 'metrical'; ticksPerQuarter: number }
  | { kind: 'smpte'; framesPerSecond: 24 | 25 | 29 | 30; ticksPerFrame: number };

export interface MidiHeader {
  format: 0 | 1 | 2;
  declaredTracks: number;
  division: MidiDivision;
  /** The first byte after the header chunk. */
  end: number;
}

/** A track chunk whose events start at `offset`; they may reach to `end`, and are expected to. */
export interface TrackChunk {
  /** Number of the track chunk in the file, from 0. */
  index: number;
  offset: number;
  /** End of the chunk by its declared length, at most the end of the file. */
  end: number;
  /** Whether the declared length reaches past the end of the file. */
  cut: boolean;
}

const CHUNK_HEADER_BYTES = 8;

/** Reads `MThd`. A header longer than six bytes is allowed; the rest is skipped, as the specification asks.
 *  @throws {MidiFormatError} */
export function readHeader(bytes: Uint8Array, { start, end }: MidiRange): MidiHeader {
  const reader = new ByteReader(bytes, start + 4, end, 'truncated');
  const length = reader.unsigned(4);
  if (length < 6) {
    const message = `expected a header of at least 6 bytes, found ${length}`;
    throw new MidiFormatError('bad-header', start + 4, message);
  }
  const body = reader.offset;
  const format = reader.unsigned(2);
  if (format !== 0 && format !== 1 && format !== 2) {
    const message = `expected format 0, 1 or 2, found ${format}`;
    throw new MidiFormatError('unsupported-format', body, message);
  }
  const declaredTracks = reader.unsigned(2);
  const division = toDivision(reader.unsigned(2), body + 4);
  reader.take(length - 6);
  return { format, declaredTracks, division, end: reader.offset };
}

function toDivision(word: number, offset: number): MidiDivision {
  if (word === 0) {
    throw new MidiFormatError(
      'bad-division',
      offset,
      'expected at least 1 tick a quarter, found 0',
    );
  }
  if (word < 0x8000) return { kind: 'metrical', ticksPerQuarter: word };
  const framesPerSecond = 256 - (word >> 8);
  const ticksPerFrame = word & 0xff;
  const isRate =
    framesPerSecond === 24 ||
    framesPerSecond === 25 ||
    framesPerSecond === 29 ||
    framesPerSecond === 30;
  if (!isRate || ticksPerFrame === 0) {
    const found = `${framesPerSecond} frames of ${ticksPerFrame} ticks`;
    const message = `expected SMPTE time of 24, 25, 29 or 30 frames a second, found ${found}`;
    throw new MidiFormatError('bad-division', offset, message);
  }
  return { kind: 'smpte', framesPerSecond, ticksPerFrame };
}

/** Steps from track chunk to track chunk. Chunks of other types are skipped by their length, as the specification
 *  asks; bytes that are no chunk at all are skipped up to the next `MTrk`. */
export class TrackChunks {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #warnings: MidiWarnings;
  #offset: number;
  #count = 0;

  constructor(bytes: Uint8Array, offset: number, end: number, warnings: MidiWarnings) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#end = end;
    this.#warnings = warnings;
  }

  /** Where the search goes on. */
  get offset(): number {
    return this.#offset;
  }

  /** The next track chunk, or undefined if the file has no more. */
  next(): TrackChunk | undefined {
    const at = this.#findTrack();
    if (at === -1) return undefined;
    const reader = new ByteReader(this.#bytes, at + 4, this.#end, 'truncated');
    const declaredEnd = reader.unsigned(4) + reader.offset;
    const offset = reader.offset;
    const end = Math.min(declaredEnd, this.#end);
    const chunk: TrackChunk = { index: this.#count, offset, end, cut: declaredEnd > this.#end };
    this.#offset = end;
    this.#count += 1;
    return chunk;
  }

  /** Tells where the events of the last chunk really ended, with an End of Track. What lies between there and the
   *  declared end is ignored, unless it holds a track chunk: then the declared length was wrong. */
  endAt(chunk: TrackChunk, offset: number): void {
    const { index, end, cut } = chunk;
    // A track header that begins before the declared end may finish up to three bytes after it.
    const hasTrack = findId(this.#bytes, 'MTrk', offset, Math.min(end + 3, this.#end)) !== -1;
    if (cut || hasTrack) {
      const excess = cut ? 'past the end of the file' : 'into the next track';
      const message = `a track chunk declares a length that reaches ${excess}; read to its End of Track`;
      this.#warnings.add('track-length', message, chunk.offset - 4, index);
      this.#offset = offset;
    } else if (offset < end) {
      const message = `${end - offset} byte(s) after an End of Track were ignored`;
      this.#warnings.add('data-after-end', message, offset, index);
    }
  }

  /** The offset of the next `MTrk`, or -1. */
  #findTrack(): number {
    while (this.#end - this.#offset >= CHUNK_HEADER_BYTES) {
      if (hasId(this.#bytes, this.#offset, 'MTrk')) return this.#offset;
      const skipped = this.#skipAlienChunk() || this.#skipToTrack();
      if (!skipped) return -1;
    }
    return -1;
  }

  /** Skips a chunk of another type, if there is one: four printable characters and a length that fits. */
  #skipAlienChunk(): boolean {
    const reader = new ByteReader(this.#bytes, this.#offset, this.#end, 'truncated');
    const isNamed = reader.take(4).every((byte) => byte >= 0x20 && byte < 0x7f);
    const length = reader.unsigned(4);
    if (!isNamed || length > reader.remaining) return false;
    this.#offset = reader.offset + length;
    return true;
  }

  #skipToTrack(): boolean {
    const at = findId(this.#bytes, 'MTrk', this.#offset + 1, this.#end);
    if (at === -1) return false;
    const message = `${at - this.#offset} byte(s) that are no chunk were skipped`;
    this.#warnings.add('skipped-bytes', message, this.#offset);
    this.#offset = at;
    return true;
  }
}
