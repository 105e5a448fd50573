// Two hashes of a score's notes: one tells the same music in two files, one the same piece in another instrumentation.
import { createHash } from 'node:crypto';
import { PERCUSSION_CHANNEL, type Score } from '@ostinato/core';

export interface Fingerprint {
  /** Of onset, duration, pitch and instrument of every note: equal for files with the same music, whatever their
   *  names, tempos, velocities, resolution and division into tracks. */
  readonly content: string;
  /** Of onset and pitch alone: equal for two instrumentations of one score too. */
  readonly outline: string;
}

/** Positions of a quarter note that are told apart, as on the tokenizer's grid. */
const POSITIONS_PER_QUARTER = 24;
const PERCUSSION = 128;
/** Numbers that a note takes part with: onset, pitch, duration, instrument. */
const FIELDS = 4;

/** Onsets count from the first note, so that silence at the head does not matter.
 *  @throws {RangeError} if the score has no notes */
export function fingerprint(score: Score): Fingerprint {
  const notes = gridNotes(score);
  if (notes.length === 0) throw new RangeError('fingerprint: the score has no notes');
  notes.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
  const first = notes[0][0];
  const content = new Int32Array(notes.length * FIELDS);
  const outline = new Int32Array(notes.length * 2);
  for (const [index, [onset, pitch, duration, instrument]] of notes.entries()) {
    content.set([onset - first, pitch, duration, instrument], index * FIELDS);
    outline.set([onset - first, pitch], index * 2);
  }
  return { content: hashOf(content), outline: hashOf(outline) };
}

function gridNotes(score: Score): [number, number, number, number][] {
  const toGrid = (ticks: number): number =>
    Math.round((ticks * POSITIONS_PER_QUARTER) / score.ticksPerQuarter);
  return score.tracks.flatMap(({ channel, program, notes }) => {
    const instrument = channel === PERCUSSION_CHANNEL ? PERCUSSION : program;
    return notes.map((note): [number, number, number, number] => [
      toGrid(note.startTicks),
      note.pitch,
      Math.max(1, toGrid(note.durationTicks)),
      instrument,
    ]);
  });
}

/** The first 128 bits of a SHA-256: enough to tell any number of pieces apart. */
function hashOf(values: Int32Array): string {
  return createHash('sha256').update(values).digest('hex').slice(0, 32);
}
