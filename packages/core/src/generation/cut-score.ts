// The beginning of a score.
import { sortNotes } from '../score/measures.js';
import type { Score, Track } from '../score/score.js';

/** Ends a score at a tick: what begins there or later is left out, notes that still sound are cut, tracks without notes
 *  go.
 *  @param endTick an integer of at least 1 */
export function cutScore(score: Score, endTick: number): Score {
  const isBefore = ({ tick }: { tick: number }): boolean => tick < endTick;
  return {
    ...score,
    tempos: score.tempos.filter(isBefore),
    timeSignatures: score.timeSignatures.filter(isBefore),
    keySignatures: score.keySignatures.filter(isBefore),
    tracks: score.tracks
      .map((track) => cutTrack(track, endTick))
      .filter(({ notes }) => notes.length),
  };
}

function cutTrack(track: Track, endTick: number): Track {
  const notes = track.notes
    .filter(({ startTicks }) => startTicks < endTick)
    .map((note) => ({
      ...note,
      durationTicks: Math.min(note.durationTicks, endTick - note.startTicks),
    }));
  return { ...track, notes: sortNotes(notes) };
}
