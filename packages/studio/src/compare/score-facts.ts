// What can be said of two compositions side by side.
import {
  compareNotes,
  countNotes,
  DEFAULT_MICROSECONDS_PER_QUARTER,
  type Note,
  type Score,
} from '@ostinato/core';

export interface ScoreFacts {
  readonly notes: number;
  /** Of different programs. */
  readonly instruments: number;
  /** Quarters a minute at the beginning. */
  readonly tempo: number;
}

export function factsOf(score: Score): ScoreFacts {
  const microseconds = score.tempos[0]?.microsecondsPerQuarter ?? DEFAULT_MICROSECONDS_PER_QUARTER;
  return {
    notes: countNotes(score),
    instruments: new Set(score.tracks.map(({ channel, program }) => (channel === 9 ? -1 : program)))
      .size,
    tempo: Math.round(60e6 / microseconds),
  };
}

/** How many notes two scores have in common before they part. */
export function commonBeginning(a: Score, b: Score): number {
  const [first, second] = [a, b].map((score) => inOrder(score));
  const parted = first.findIndex((note, i) => note !== second[i]);
  return parted < 0 ? first.length : parted;
}

function inOrder({ tracks }: Score): string[] {
  return tracks
    .flatMap(({ program, notes }) => notes.map((note): [Note, number] => [note, program]))
    .sort(([a, programA], [b, programB]) => compareNotes(a, b) || programA - programB)
    .map(([{ startTicks, pitch, durationTicks }, program]) =>
      [startTicks, pitch, durationTicks, program].join(' '),
    );
}
