// How well found notes match those that were played: the note scores of mir_eval's `transcription` module
// (Raffel et al. 2014, https://mir-eval.readthedocs.io), as the MIREX task of note tracking defines them.
import { createTempoMap, PERCUSSION_CHANNEL, type Score } from '@ostinato/core';

/** A note in performed time. */
export interface TimedNote {
  readonly pitch: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

export interface NoteScore {
  /** Share of the found notes that were played, 0..1. */
  readonly precision: number;
  /** Share of the played notes that were found, 0..1. */
  readonly recall: number;
  readonly f1: number;
}

export interface NoteScores {
  /** Right pitch, and a start within 50 ms. */
  readonly onset: NoteScore;
  /** And an end within 20 % of the note's length, or 50 ms where that is more. */
  readonly onsetAndOffset: NoteScore;
}

const ONSET_TOLERANCE_SECONDS = 0.05;
const OFFSET_RATIO = 0.2;
const OFFSET_MIN_TOLERANCE_SECONDS = 0.05;

/** The notes of a score that are not percussion, with their seconds. */
export function timedNotes(score: Score): TimedNote[] {
  const clock = createTempoMap(score);
  return score.tracks
    .filter(({ channel }) => channel !== PERCUSSION_CHANNEL)
    .flatMap(({ notes }) => notes)
    .map(({ pitch, startTicks, durationTicks }) => ({
      pitch,
      startSeconds: clock.secondsAt(startTicks),
      endSeconds: clock.secondsAt(startTicks + durationTicks),
    }));
}

/** Each note matches at most one of the other side, and as many match as can (maximum bipartite matching). */
export function scoreNotes(played: readonly TimedNote[], found: readonly TimedNote[]): NoteScores {
  return {
    onset: ratios(countMatches(played, found, startsMatch), played.length, found.length),
    onsetAndOffset: ratios(
      countMatches(played, found, (a, b) => startsMatch(a, b) && endsMatch(a, b)),
      played.length,
      found.length,
    ),
  };
}

type Matches = (played: TimedNote, found: TimedNote) => boolean;

function startsMatch(played: TimedNote, found: TimedNote): boolean {
  const distance = rounded(Math.abs(played.startSeconds - found.startSeconds));
  return played.pitch === found.pitch && distance <= ONSET_TOLERANCE_SECONDS;
}

function endsMatch(played: TimedNote, found: TimedNote): boolean {
  const tolerance = Math.max(
    OFFSET_RATIO * (played.endSeconds - played.startSeconds),
    OFFSET_MIN_TOLERANCE_SECONDS,
  );
  return rounded(Math.abs(played.endSeconds - found.endSeconds)) <= tolerance;
}

/** mir_eval rounds distances to a tenth of a millisecond, so that 50 ms in floating point are 50 ms. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1e4) / 1e4;
}

/** Kuhn's algorithm: a note takes a free partner, or one whose own note can move to another. */
function countMatches(
  played: readonly TimedNote[],
  found: readonly TimedNote[],
  matches: Matches,
): number {
  const byPitch = Array.from({ length: 128 }, (): number[] => []);
  found.forEach(({ pitch }, index) => byPitch[pitch].push(index));
  const partners = played.map((note) =>
    byPitch[note.pitch].filter((index) => matches(note, found[index])),
  );
  const taken = new Map<number, number>();
  const place = (note: number, seen: Set<number>): boolean =>
    partners[note].some((partner) => {
      if (seen.has(partner)) return false;
      seen.add(partner);
      const other = taken.get(partner);
      if (other !== undefined && !place(other, seen)) return false;
      taken.set(partner, note);
      return true;
    });
  return played.reduce((count, _, note) => count + Number(place(note, new Set())), 0);
}

function ratios(matched: number, played: number, found: number): NoteScore {
  const precision = found === 0 ? 0 : matched / found;
  const recall = played === 0 ? 0 : matched / played;
  const f1 = matched === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1 };
}
