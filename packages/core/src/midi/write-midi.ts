// Writes a Score as a Standard MIDI File of format 1, through @tonejs/midi.
//
// What @tonejs/midi 2.0.28 (with midi-file 1.2.4) does, and what is done about it here:
// - Tempos are kept in beats a minute and rounded down on the way out: half a microsecond is added to each.
// - The power of two of a beat's note value is rounded down from a quotient of logarithms, which may fall short of a
//   whole number: half is added to the note value.
// - Key signatures are written as 7..21 where the format wants -7..7: the bytes are put right afterwards.
// - Text is written a byte a character, cut to eight bits: it is handed over as the bytes of its UTF-8 form.
// - Notes are not checked to be told apart when they are read: see `lanes.ts` and `continuation.ts`.
import * as tonejs from '@tonejs/midi';
import type { Midi as ToneMidi } from '@tonejs/midi';
import type { Note, Score, Track } from '../score/score.js';
import { ScoreError, validateScore } from '../score/validate-score.js';
import { ByteReader } from './byte-reader.js';
import { formatContinuation } from './continuation.js';
import type { Continuation } from './continuation.js';
import { divideIntoLanes } from './lanes.js';
import { META } from './meta-events.js';

/** The package is CommonJS: Node gives its exports as the default, bundlers by name. */
const { Midi } = 'Midi' in tonejs ? tonejs : (tonejs as { default: typeof tonejs }).default;

/** The largest number of ticks between two events (a variable-length quantity of four bytes). */
const MAX_DELTA_TICKS = 0x0fffffff;
const MAX_TRACK_CHUNKS = 0xffff;

/** Length of the header chunk, and so the place of the first track chunk. */
const HEADER_CHUNK_BYTES = 14;

/** A track chunk to be written. */
interface Chunk {
  track: Track;
  notes: Note[];
}

/** Writes a score as a Standard MIDI File: a first track chunk with name, tempos, metres and keys, then one for each
 *  track. `readMidi` gives the same score back, without the tracks that have no notes: those are not written.
 *  Equal scores give equal bytes.
 *  @throws {ScoreError} if the score is not valid, or has a silence or a note of more than 268,435,455 ticks or more
 *  tracks than a file can hold */
export function writeMidi(score: Score): Uint8Array {
  validateScore(score);
  const { chunks, continuations } = toChunks(score.tracks);
  requireRoom(score, chunks);
  const midi = new Midi();
  writeHeader(midi, score, continuations);
  for (const chunk of chunks) writeChunk(midi, chunk);
  const bytes = midi.toArray();
  correctKeySignatures(bytes, score);
  return bytes;
}

/** A track is one chunk, and one more for each further lane of its notes. Chunk 0 is the header's. */
function toChunks(tracks: Track[]): { chunks: Chunk[]; continuations: Continuation[] } {
  const chunks: Chunk[] = [];
  const continuations: Continuation[] = [];
  for (const track of tracks) {
    const first = chunks.length + 1;
    divideIntoLanes(track.notes).forEach((notes, lane) => {
      if (lane > 0) continuations.push({ chunk: first + lane, continues: first });
      chunks.push({ track, notes });
    });
  }
  return { chunks, continuations };
}

function requireRoom(score: Score, chunks: Chunk[]): void {
  if (chunks.length >= MAX_TRACK_CHUNKS) {
    const message = `score.tracks: expected at most ${MAX_TRACK_CHUNKS - 1} track chunks, found ${chunks.length}`;
    throw new ScoreError(
      `${message}; leave tracks out, or notes that surround others of their pitch`,
    );
  }
  const changes = [score.tempos, score.timeSignatures, score.keySignatures].flat();
  requireGaps(
    'its tempos, metres and keys',
    changes.map(({ tick }) => tick),
  );
  for (const { track, notes } of chunks) {
    const ends = notes.map((note) => note.startTicks + note.durationTicks);
    requireGaps(`track "${track.name}"`, notes.map((note) => note.startTicks).concat(ends));
  }
}

function requireGaps(place: string, ticks: number[]): void {
  let previous = 0;
  for (const tick of ticks.toSorted((a, b) => a - b)) {
    if (tick - previous > MAX_DELTA_TICKS) {
      const message = `score: expected at most ${MAX_DELTA_TICKS} ticks between two events of ${place}`;
      throw new ScoreError(`${message}, found ${tick - previous} before tick ${tick}`);
    }
    previous = tick;
  }
}

function writeHeader(midi: ToneMidi, score: Score, continuations: Continuation[]): void {
  midi.header.fromJSON({
    name: toByteString(score.name),
    ppq: score.ticksPerQuarter,
    meta: continuations.map((continuation) => ({
      ticks: 0,
      type: 'text',
      text: formatContinuation(continuation),
    })),
    tempos: score.tempos.map(({ tick, microsecondsPerQuarter }) => ({
      ticks: tick,
      bpm: 60_000_000 / (microsecondsPerQuarter + 0.5),
    })),
    timeSignatures: score.timeSignatures.map(({ tick, numerator, denominator }) => ({
      ticks: tick,
      timeSignature: [numerator, denominator + 0.5],
    })),
    keySignatures: score.keySignatures.map(({ tick, mode }) => ({
      ticks: tick,
      key: 'C',
      scale: mode,
    })),
  });
}

function writeChunk(midi: ToneMidi, { track, notes }: Chunk): void {
  const target = midi.addTrack();
  target.name = toByteString(track.name);
  target.channel = track.channel;
  target.instrument.number = track.program;
  for (const { pitch, startTicks, durationTicks, velocity } of notes) {
    target.addNote({ midi: pitch, ticks: startTicks, durationTicks, velocity: velocity / 127 });
  }
}

/** Text whose characters are the bytes of its UTF-8 form. */
function toByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** Puts the right number of sharps or flats into the key signatures, which stand in the first track chunk in order. */
function correctKeySignatures(bytes: Uint8Array, { keySignatures }: Score): void {
  const reader = new ByteReader(bytes, HEADER_CHUNK_BYTES + 8, bytes.length, 'truncated');
  for (const { fifths } of keySignatures) {
    let type: number;
    let data: Uint8Array;
    do {
      reader.variableLength(); // ticks since the event before
      reader.byte(); // FF: all events of this track chunk are meta events
      type = reader.byte();
      data = reader.take(reader.variableLength());
    } while (type !== META.keySignature);
    data[0] = fifths & 0xff;
  }
}
