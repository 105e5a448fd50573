// Small questions about a score that readers, writers and the tokenizer share.
import { createTempoMap } from './tempo-map.js';
import type { Note, Score } from './score.js';

/** Orders notes as a Track keeps them: by start, then pitch, then duration. */
export function compareNotes(a: Note, b: Note): number {
  return a.startTicks - b.startTicks || a.pitch - b.pitch || a.durationTicks - b.durationTicks;
}

/** Sorts notes in place into the order of a Track; equal ones keep their order.
 *  @returns the same array */
export function sortNotes(notes: Note[]): Note[] {
  return notes.sort(compareNotes);
}

/** The tick at which the last note ends; 0 without notes. */
export function scoreEndTicks(score: Pick<Score, 'tracks'>): number {
  let end = 0;
  for (const track of score.tracks) {
    for (const note of track.notes) end = Math.max(end, note.startTicks + note.durationTicks);
  }
  return end;
}

/** Seconds from tick 0 to the end of the last note, at the score's tempos. */
export function scoreDurationSeconds(score: Score): number {
  return createTempoMap(score).secondsAt(scoreEndTicks(score));
}

/** Number of notes over all tracks. */
export function countNotes(score: Pick<Score, 'tracks'>): number {
  return score.tracks.reduce((count, track) => count + track.notes.length, 0);
}
