// Checks that a Score keeps every promise its types cannot express.
import { OstinatoError } from '../errors.js';
import { compareNotes } from './measures.js';
import type { Note, Score, Track } from './score.js';

/** A Score that breaks a rule of its contract. `code` is `invalid-score`; the message names the place. */
export class ScoreError extends OstinatoError {
  constructor(message: string) {
    super('invalid-score', message);
  }
}

/** The largest tempo a MIDI file can store, in microseconds per quarter (24 bits). */
export const MAX_MICROSECONDS_PER_QUARTER = 0xffffff;

const DENOMINATORS: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

/** Checks ranges, whole numbers and orders of everything in a score.
 *  Names are well-formed Unicode without NUL; the first tempo and time signature, where there is one, stand at tick 0.
 *  @throws {ScoreError} naming the first thing that is wrong */
export function validateScore(score: Score): void {
  requireInteger('ticksPerQuarter', score.ticksPerQuarter, 1, 32_767);
  requireText('name', score.name);
  validateTempos(score);
  validateSignatures(score);
  score.tracks.forEach(validateTrack);
}

function validateTempos({ tempos }: Score): void {
  requireTicks('tempos', tempos, { fromZero: true });
  tempos.forEach(({ microsecondsPerQuarter }, index) => {
    const place = `tempos[${index}].microsecondsPerQuarter`;
    requireInteger(place, microsecondsPerQuarter, 1, MAX_MICROSECONDS_PER_QUARTER);
  });
}

function validateSignatures({ timeSignatures, keySignatures }: Score): void {
  requireTicks('timeSignatures', timeSignatures, { fromZero: true });
  timeSignatures.forEach(({ numerator, denominator }, index) => {
    requireInteger(`timeSignatures[${index}].numerator`, numerator, 1, 255);
    if (!DENOMINATORS.includes(denominator)) {
      fail(
        `timeSignatures[${index}].denominator`,
        `one of ${DENOMINATORS.join(', ')}`,
        denominator,
      );
    }
  });
  requireTicks('keySignatures', keySignatures, { fromZero: false });
  keySignatures.forEach(({ fifths, mode }, index) => {
    requireInteger(`keySignatures[${index}].fifths`, fifths, -7, 7);
    if (mode !== 'major' && mode !== 'minor') {
      fail(`keySignatures[${index}].mode`, `'major' or 'minor'`, mode);
    }
  });
}

function validateTrack(track: Track, index: number): void {
  const place = `tracks[${index}]`;
  requireText(`${place}.name`, track.name);
  requireInteger(`${place}.channel`, track.channel, 0, 15);
  requireInteger(`${place}.program`, track.program, 0, 127);
  let previous: Note | undefined;
  track.notes.forEach((note, noteIndex) => {
    if (!isValidNote(note)) explainNote(note, `${place}.notes[${noteIndex}]`);
    if (previous !== undefined && compareNotes(previous, note) > 0) {
      const expected = 'notes ordered by start, then pitch, then duration (use sortNotes)';
      fail(`${place}.notes[${noteIndex}]`, expected, `one that belongs before its predecessor`);
    }
    previous = note;
  });
}

/** The quick form of `explainNote`: builds no text for the notes that are right. */
function isValidNote({ pitch, startTicks, durationTicks, velocity }: Note): boolean {
  return (
    isIntegerBetween(pitch, 0, 127) &&
    isIntegerBetween(startTicks, 0, Number.MAX_SAFE_INTEGER) &&
    isIntegerBetween(durationTicks, 1, Number.MAX_SAFE_INTEGER - startTicks) &&
    isIntegerBetween(velocity, 1, 127)
  );
}

function explainNote(note: Note, place: string): void {
  requireInteger(`${place}.pitch`, note.pitch, 0, 127);
  requireInteger(`${place}.startTicks`, note.startTicks, 0, Number.MAX_SAFE_INTEGER);
  const longest = Number.MAX_SAFE_INTEGER - note.startTicks;
  requireInteger(`${place}.durationTicks`, note.durationTicks, 1, longest);
  requireInteger(`${place}.velocity`, note.velocity, 1, 127);
}

function requireTicks(
  place: string,
  events: readonly { tick: number }[],
  { fromZero }: { fromZero: boolean },
): void {
  events.forEach(({ tick }, index) => {
    requireInteger(`${place}[${index}].tick`, tick, 0, Number.MAX_SAFE_INTEGER);
    const previous = events[index - 1];
    if (previous !== undefined && tick <= previous.tick) {
      fail(`${place}[${index}].tick`, `more than ${previous.tick}, the tick before it`, tick);
    }
  });
  if (fromZero && events[0] !== undefined && events[0].tick !== 0) {
    fail(`${place}[0].tick`, '0, where the first one applies', events[0].tick);
  }
}

function requireInteger(place: string, value: number, low: number, high: number): void {
  if (!isIntegerBetween(value, low, high)) fail(place, `an integer in ${low}..${high}`, value);
}

function requireText(place: string, value: string): void {
  if (typeof value !== 'string') fail(place, 'a string', value);
  if (value.includes('\0')) fail(place, 'text without NUL characters', 'one');
  if (/\p{Surrogate}/u.test(value)) fail(place, 'well-formed Unicode', 'a lone surrogate');
}

function isIntegerBetween(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

function fail(place: string, expected: string, found: unknown): never {
  throw new ScoreError(`score.${place}: expected ${expected}, found ${String(found)}`);
}
