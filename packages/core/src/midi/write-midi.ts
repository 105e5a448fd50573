// Writes a Score as a Standard MIDI File of format 1, through @tonejs/midi.
//
// What @tonejs/midi 2.0.28 (with midi-file 1.2.4) does, and what is done about it here:
// - Tempos are kept in beats a minute and rounded down on the way out: half a microsecond is added to each.
// - The power of two of a beat's note value is rounded down from a quotient of logarithms, which may fall short of a
//   whole number: half is added to the note value.
// - Key signatures are written as 7..21 where the format wants -7..7: the bytes are put right afterwards.
// - A track is copied for each delta time above 127 (50,000 notes take minutes): the ticks handed over only count the
//   distinct times of a track chunk, and the real ones are put in afterwards. See `tone-file.ts` for both.
// - The whole file is copied for each track chunk (5,000 take a minute): they are written in groups, which are joined.
// - Text is written a byte a character, cut to eight bits: it is handed over as the bytes of its UTF-8 form.
// - A track is copied for each text event too (4,000 take 20 s): those are put in afterwards.
// - Notes are not checked to be told apart when they are read: see `lanes.ts` and `continuation.ts`.
import * as tonejs from '@tonejs/midi';
import type { Midi as ToneMidi } from '@tonejs/midi';
import { scoreEndTicks } from '../score/measures.js';
import type { Note, Score, Track } from '../score/score.js';
import { ScoreError, validateScore } from '../score/validate-score.js';
import { formatContinuation } from './continuation.js';
import type { Continuation } from './continuation.js';
import { divideIntoLanes } from './lanes.js';
import { DEFAULT_MIDI_LIMITS } from './midi-limits.js';
import type { MidiLimits } from './midi-limits.js';
import { correctToneFile, joinToneFiles } from './tone-file.js';

/** The package is CommonJS: Node gives its exports as the default, bundlers by name. */
const { Midi } = 'Midi' in tonejs ? tonejs : (tonejs as { default: typeof tonejs }).default;

/** The largest number of ticks between two events (a variable-length quantity of four bytes). */
const MAX_DELTA_TICKS = 0x0fffffff;
const MAX_TRACK_CHUNKS = 0xffff;
const CHUNKS_OF_GROUP = 64;

/** A track chunk to be written. */
interface Chunk {
  track: Track;
  notes: Note[];
}

/** Writes a score as a Standard MIDI File: a first track chunk with name, tempos, metres and keys, then one for each
 *  track. `readMidi` gives the same score back, without the tracks that have no notes: those are not written.
 *  Equal scores give equal bytes.
 *  @param limits replaces single values of `DEFAULT_MIDI_LIMITS`: what `readMidi` would refuse with them is not written
 *  @throws {ScoreError} if the score is not valid, is beyond a limit, or has a silence or a note of more than 268,435,455
 *  ticks or more tracks than a file can hold */
export function writeMidi(score: Score, limits: Partial<MidiLimits> = {}): Uint8Array {
  validateScore(score);
  const { chunks, continuations } = toChunks(score.tracks);
  checkLimits(costsOf(score, chunks, continuations), limits);
  if (chunks.length >= MAX_TRACK_CHUNKS) {
    const message = `score.tracks: expected at most ${MAX_TRACK_CHUNKS - 1} track chunks, found ${chunks.length}`;
    throw new ScoreError(
      `${message}; leave tracks out, or notes that surround others of their pitch`,
    );
  }
  const fifths = score.keySignatures.map((signature) => signature.fifths);
  const groups: Uint8Array[] = [];
  do {
    const midi = new Midi();
    const first = groups.length * CHUNKS_OF_GROUP;
    const ticksOfSteps = [
      first === 0 ? writeHeader(midi, score) : [0],
      ...chunks.slice(first, first + CHUNKS_OF_GROUP).map((chunk) => writeChunk(midi, chunk)),
    ];
    const texts = first === 0 ? continuations.map(formatContinuation) : [];
    groups.push(correctToneFile(midi.toArray(), { ticksOfSteps, fifths, texts }));
  } while (groups.length * CHUNKS_OF_GROUP < chunks.length);
  const bytes = joinToneFiles(groups, chunks.length + 1);
  checkLimits({ bytes: bytes.length }, limits);
  return bytes;
}

/** What the file of a score costs its reader, the size of the file left out. */
function costsOf(
  score: Score,
  chunks: readonly Chunk[],
  continuations: readonly Continuation[],
): Omit<MidiLimits, 'bytes'> {
  const changes = [score.tempos, score.timeSignatures, score.keySignatures].flat();
  const notes = chunks.reduce((sum, chunk) => sum + chunk.notes.length, 0);
  const names = [score.name, ...chunks.map(({ track }) => track.name)];
  return {
    tracks: chunks.length + 1,
    notes,
    // A track chunk has its name and its end, and after the first one a program too.
    events: 2 + changes.length + continuations.length + 3 * chunks.length + 2 * notes,
    ticks: changes.reduce((last, { tick }) => Math.max(last, tick), scoreEndTicks(score)),
    textBytes: names.reduce((sum, name) => sum + toByteString(name).length, 0),
  };
}

/** @throws {ScoreError} beyond a limit */
function checkLimits(costs: Partial<MidiLimits>, limits: Partial<MidiLimits>): void {
  const all = { ...DEFAULT_MIDI_LIMITS, ...limits };
  for (const [name, cost] of Object.entries(costs) as [keyof MidiLimits, number][]) {
    if (cost <= all[name]) continue;
    const message = `score: expected at most ${all[name]} ${name} in its MIDI file, found ${cost}`;
    throw new ScoreError(
      `${message}; leave something out, or raise limits.${name} here and where the file is read`,
    );
  }
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

/** Numbers the distinct times of a track chunk, from 0 at tick 0.
 *  @throws {ScoreError} if two neighbours are further apart than a file can say */
function toSteps(place: string, ticks: number[]): { ticks: number[]; stepOf: Map<number, number> } {
  const distinct = [...new Set([0, ...ticks])].sort((a, b) => a - b);
  const gap = distinct.findIndex(
    (tick, step) => tick - (distinct[step - 1] ?? 0) > MAX_DELTA_TICKS,
  );
  if (gap !== -1) {
    const message = `score: expected at most ${MAX_DELTA_TICKS} ticks between two events of ${place}`;
    const found = distinct[gap] - distinct[gap - 1];
    throw new ScoreError(`${message}, found ${found} before tick ${distinct[gap]}`);
  }
  return { ticks: distinct, stepOf: new Map(distinct.map((tick, step) => [tick, step])) };
}

/** @returns the ticks of the steps */
function writeHeader(midi: ToneMidi, score: Score): number[] {
  const changes = [score.tempos, score.timeSignatures, score.keySignatures].flat();
  const steps = toSteps(
    'its tempos, metres and keys',
    changes.map(({ tick }) => tick),
  );
  const step = ({ tick }: { tick: number }): number => steps.stepOf.get(tick)!;
  midi.header.fromJSON({
    name: toByteString(score.name),
    ppq: score.ticksPerQuarter,
    meta: [],
    tempos: score.tempos.map((tempo) => ({
      ticks: step(tempo),
      bpm: 60_000_000 / (tempo.microsecondsPerQuarter + 0.5),
    })),
    timeSignatures: score.timeSignatures.map((signature) => ({
      ticks: step(signature),
      timeSignature: [signature.numerator, signature.denominator + 0.5],
    })),
    keySignatures: score.keySignatures.map((signature) => ({
      ticks: step(signature),
      key: 'C',
      scale: signature.mode,
    })),
  });
  return steps.ticks;
}

/** @returns the ticks of the steps */
function writeChunk(midi: ToneMidi, { track, notes }: Chunk): number[] {
  const target = midi.addTrack();
  target.name = toByteString(track.name);
  target.channel = track.channel;
  target.instrument.number = track.program;
  const times = notes.flatMap((note) => [note.startTicks, note.startTicks + note.durationTicks]);
  const { ticks, stepOf } = toSteps(`track "${track.name}"`, times);
  for (const { pitch, startTicks, durationTicks, velocity } of notes) {
    const start = stepOf.get(startTicks)!;
    const end = stepOf.get(startTicks + durationTicks)!;
    const midiNote = { midi: pitch, ticks: start, durationTicks: end - start };
    target.addNote({ ...midiNote, velocity: velocity / 127 });
  }
  return ticks;
}

/** Text whose characters are the bytes of its UTF-8 form. */
function toByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}
