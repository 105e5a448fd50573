// The end of a piece, as a piece of its own: what an endless composition goes on from.
import type { Score, Tokenizer } from '@ostinato/core';

/** A place in a piece. */
export interface Place {
  readonly ticks: number;
  readonly seconds: number;
}

/** Where the last bars of a piece begin.
 *  @param tokens of the piece, from `Begin` on
 *  @param bars how many, at least 1 */
export function lastBars(tokens: Iterable<number>, tokenizer: Tokenizer, bars: number): Place {
  const decoder = tokenizer.createDecoder();
  const lines: Place[] = [];
  for (const token of tokens) {
    const event = decoder.push(token);
    if (event?.type === 'bar') lines.push({ ticks: event.startTicks, seconds: event.startSeconds });
  }
  return lines.at(-bars) ?? lines[0] ?? { ticks: 0, seconds: 0 };
}

/** The piece from a tick on: notes that begin before it are left out; metre, key and tempo in force there stay so. */
export function scoreFrom(score: Score, tick: number): Score {
  return {
    ...score,
    tempos: changesFrom(score.tempos, tick),
    timeSignatures: changesFrom(score.timeSignatures, tick),
    keySignatures: changesFrom(score.keySignatures, tick),
    tracks: score.tracks
      .map((track) => ({
        ...track,
        notes: track.notes
          .filter(({ startTicks }) => startTicks >= tick)
          .map((note) => ({ ...note, startTicks: note.startTicks - tick })),
      }))
      .filter(({ notes }) => notes.length > 0),
  };
}

/** Changes from a tick on; the last one before it comes first. */
function changesFrom<T extends { tick: number }>(changes: readonly T[], tick: number): T[] {
  const inForce = changes.findLast((change) => change.tick <= tick);
  const later = changes.filter((change) => change.tick > tick);
  return [...(inForce ? [inForce] : []), ...later].map((change) => ({
    ...change,
    tick: Math.max(0, change.tick - tick),
  }));
}
