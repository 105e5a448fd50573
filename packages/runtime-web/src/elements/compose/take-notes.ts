// Notes go onto a timeline as they are composed. An endless piece stays a little ahead of who listens, and its past goes.
import type { NoteEvent } from '@ostinato/core';
import type { Playback } from '../playback/playback.js';
import type { ComposeStream } from './compose-stream.js';

/** How far an endless piece is composed ahead, and how much of it is kept, in seconds. */
const ENDLESS_AHEAD = 30;
const ENDLESS_KEPT = 600;
/** The past is dropped in pieces of at least so many seconds. */
const LEAST_DROPPED = 30;
const PACE_MILLISECONDS = 250;

export interface TakeOptions {
  readonly isEndless: boolean;
  readonly signal: AbortSignal;
  /** A note is on the timeline. */
  onNote(note: NoteEvent): void;
}

/** Takes all notes of a composition, or those until the signal; of an endless one only what is needed soon.
 *  @throws as `stream.notes` does */
export async function takeNotes(
  stream: ComposeStream,
  playback: Playback,
  { isEndless, signal, onNote }: TakeOptions,
): Promise<void> {
  for await (const note of stream.notes(signal)) {
    if (signal.aborted) return;
    playback.timeline.add(note);
    onNote(note);
    if (!isEndless) continue;
    await untilNeeded(playback, signal);
    dropPast(stream, playback);
  }
}

/** Waits while the piece is far enough ahead. */
async function untilNeeded({ timeline, transport }: Playback, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && timeline.frontier - transport.position > ENDLESS_AHEAD) {
    await new Promise((resolve) => setTimeout(resolve, PACE_MILLISECONDS));
  }
}

function dropPast(stream: ComposeStream, { timeline, transport }: Playback): void {
  const from = transport.position - ENDLESS_KEPT;
  if (from < timeline.start + LEAST_DROPPED) return;
  timeline.dropBefore(from);
  const [first] = timeline.startingIn(from, Infinity);
  if (first && 'startTicks' in first) stream.dropBefore(Number(first.startTicks));
}
