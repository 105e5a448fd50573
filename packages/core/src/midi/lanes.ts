// Divides overlapping notes of one pitch so that note-offs can be told apart.
import type { Note } from '../score/score.js';

/** Divides the notes of a track into lanes, as few as possible: within a lane the notes of a pitch end in the order in
 *  which they start, so that "the first note-off ends the oldest note" gives each its own end. Nearly every track is
 *  one lane; a further one is needed where a long note surrounds a short one of its pitch.
 *  @param notes in the order of a Track
 *  @returns lanes, each in the order of a Track */
export function divideIntoLanes(notes: readonly Note[]): Note[][] {
  const lanes: Note[][] = [];
  /** For each pitch, the latest end in each lane: descending, because a note takes the first lane it fits into. */
  const endsByPitch = new Map<number, number[]>();
  for (const note of notes) {
    const ends = endsByPitch.get(note.pitch) ?? [];
    const end = note.startTicks + note.durationTicks;
    const lane = firstAtMost(ends, end);
    ends[lane] = end;
    endsByPitch.set(note.pitch, ends);
    (lanes[lane] ??= []).push(note);
  }
  return lanes;
}

/** Index of the first number at most `limit` in a descending list; its length if there is none. */
function firstAtMost(descending: readonly number[], limit: number): number {
  let low = 0;
  let high = descending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (descending[middle] <= limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
