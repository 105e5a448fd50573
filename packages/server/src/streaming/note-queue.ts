// Composes a little ahead of whoever takes the notes, and not further.
import type { Composition, Generation, NoteEvent } from '@ostinato/core';
import { nextTask } from '../next-task.js';

/** Notes that are composed and not taken, at most. In real time it is what covers a slow answer of the model; more of them take
 *  from nobody, because who needs notes sooner goes first. */
const MOST_WAITING = 32;

/** Notes that are skipped before everything else that waits for the thread has its turn; they may come from a checkpoint,
 *  without any wait for the model. About a millisecond. */
const SKIPPED_AT_A_TIME = 500;

export interface NoteQueue {
  /** Composed and not taken yet, in their order. */
  readonly notes: readonly NoteEvent[];
  /** Whether no more is composed before a note is taken. */
  readonly isFull: boolean;
  /** Where in the piece the last note that was skipped begins; 0 if none was. */
  readonly fromSeconds: number;
  /** There when nothing more will come. */
  readonly end: { readonly composition: Composition } | { readonly error: unknown } | undefined;
  /** Begins to compose. */
  start(): void;
  /** Takes the first note, of at least one. */
  take(): NoteEvent;
}

/** @param skip notes that nobody wants
 *  @param onChange called with each note that is composed, and at the end */
export function createNoteQueue(
  generation: Generation,
  skip: number,
  onChange: () => void,
): NoteQueue {
  const notes: NoteEvent[] = [];
  let fromSeconds = 0;
  let end: NoteQueue['end'];
  let goOn: (() => void) | undefined;
  const isFull = (): boolean => notes.length >= MOST_WAITING;

  const compose = async (): Promise<Composition> => {
    for (let count = 0; ; count++) {
      const step = await generation.next();
      if (step.done) return step.value;
      if (count < skip) {
        fromSeconds = step.value.startSeconds;
        if (count % SKIPPED_AT_A_TIME === SKIPPED_AT_A_TIME - 1) await nextTask();
        continue;
      }
      notes.push(step.value);
      onChange();
      if (!isFull()) continue;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    }
  };
  const run = async (): Promise<void> => {
    try {
      end = { composition: await compose() };
    } catch (error) {
      end = { error };
    }
    onChange();
  };

  return {
    notes,
    get isFull() {
      return isFull();
    },
    get fromSeconds() {
      return fromSeconds;
    },
    get end() {
      return end;
    },
    start: () => void run(),
    take() {
      goOn?.();
      goOn = undefined;
      return notes.shift()!;
    },
  };
}
