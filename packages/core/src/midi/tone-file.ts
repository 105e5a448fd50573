// Finishes the bytes that @tonejs/midi wrote: real ticks and key signatures (`write-midi.ts` says why).
import { ByteReader } from './byte-reader.js';
import { META } from './meta-events.js';

const HEADER_CHUNK_BYTES = 14;
const CHUNK_HEADER_BYTES = 8;
const TRACK_COUNT_OFFSET = 10;

/** What the bytes lack. */
export interface Corrections {
  /** For each track chunk, the tick that each step stands for, ascending from 0. The bytes count time in steps. */
  ticksOfSteps: readonly (readonly number[])[];
  /** Sharps (or flats, negative) of the key signatures, in the order in which they stand in the file. */
  fifths: readonly number[];
  /** Text events at the beginning of the first track chunk, ASCII of at most 127 characters each. */
  texts: readonly string[];
}

/** Copies a file event by event, with steps of time replaced by ticks and key signatures put right.
 *  @param bytes a file without running status and without SysEx, as midi-file writes it */
export function correctToneFile(
  bytes: Uint8Array,
  { ticksOfSteps, fifths, texts }: Corrections,
): Uint8Array {
  const output = [...bytes.subarray(0, HEADER_CHUNK_BYTES)];
  const reader = new ByteReader(bytes, HEADER_CHUNK_BYTES, bytes.length, 'truncated');
  const remainingFifths = fifths.values();
  for (const [index, ticks] of ticksOfSteps.entries()) {
    const body = index === 0 ? texts.flatMap(textEvent) : [];
    correctTrack(reader, ticks, remainingFifths, body);
    const length = [24, 16, 8, 0].map((shift) => (body.length >>> shift) & 0xff);
    for (const byte of [0x4d, 0x54, 0x72, 0x6b, ...length]) output.push(byte); // MTrk
    for (const byte of body) output.push(byte);
  }
  return Uint8Array.from(output);
}

/** One file of several.
 *  @param files at least one; of the others than the first, the header and the first track chunk are left out
 *  @param trackChunks of the whole */
export function joinToneFiles(files: readonly Uint8Array[], trackChunks: number): Uint8Array {
  const parts = files.map((file, index) => (index === 0 ? file : file.subarray(secondTrack(file))));
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  new DataView(joined.buffer).setUint16(TRACK_COUNT_OFFSET, trackChunks);
  return joined;
}

function secondTrack(file: Uint8Array): number {
  const { buffer, byteOffset } = file;
  const length = new DataView(buffer, byteOffset).getUint32(HEADER_CHUNK_BYTES + 4);
  return HEADER_CHUNK_BYTES + CHUNK_HEADER_BYTES + length;
}

function correctTrack(
  reader: ByteReader,
  ticks: readonly number[],
  fifths: Iterator<number, unknown>,
  body: number[],
): void {
  reader.take(CHUNK_HEADER_BYTES);
  let step = 0;
  for (let type = -1; type !== META.endOfTrack;) {
    const previous = ticks[step];
    step += reader.variableLength();
    pushVariableLength(body, ticks[step] - previous);
    const event = takeEvent(reader);
    type = event[0] === 0xff ? event[1] : -1;
    if (type === META.keySignature) event[3] = (fifths.next().value as number) & 0xff;
    for (const byte of event) body.push(byte);
  }
}

/** At the time of the event before. */
function textEvent(text: string): number[] {
  return [0, 0xff, META.text, text.length, ...new TextEncoder().encode(text)];
}

/** The bytes of the next event, after its delta time. */
function takeEvent(reader: ByteReader): Uint8Array {
  const start = reader.offset;
  const status = reader.byte();
  if (status === 0xff) {
    reader.byte(); // type
    reader.take(reader.variableLength());
  } else {
    reader.take(status >> 4 === 0xc ? 1 : 2);
  }
  const length = reader.offset - start;
  reader.offset = start;
  return reader.take(length);
}

function pushVariableLength(output: number[], value: number): void {
  for (let shift = 21; shift > 0; shift -= 7) {
    if (value >>> shift > 0) output.push(((value >>> shift) & 0x7f) | 0x80);
  }
  output.push(value & 0x7f);
}
