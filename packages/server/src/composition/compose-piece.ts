// A planned composition, from the model to a score with its name.
import {
  type Composition,
  generate,
  type Instrument,
  type NoteEvent,
  PERCUSSION_CHANNEL,
  type Score,
} from '@ostinato/core';
import type { ServedModel } from '../app-options.js';
import type { PlannedComposition } from './plan-composition.js';

/** Composes to the end. The score is what `ostinato generate` writes for the same options, without the primer's notes
 *  where they are not wanted.
 *  @param onNote told of every new note
 *  @throws as core's `generate` does, and the signal's reason if it is aborted */
export async function composePiece(
  { model, tokenizer, manifest }: ServedModel,
  { options, seed }: Pick<PlannedComposition, 'options' | 'seed'>,
  signal: AbortSignal,
  onNote?: (note: NoteEvent) => void,
): Promise<Composition> {
  const notes = generate(model, tokenizer, { ...options, includePrimer: false, signal });
  const composition = await drain(notes, onNote);
  const { tokens, givenTokens, score } = composition;
  const wanted =
    options.includePrimer === false
      ? withoutNotesOf(tokenizer.decode(tokens.subarray(0, givenTokens)), score)
      : score;
  return { ...composition, score: { ...wanted, name: `${manifest.name}, seed ${seed}` } };
}

async function drain(
  notes: ReturnType<typeof generate>,
  onNote: ((note: NoteEvent) => void) | undefined,
): Promise<Composition> {
  for (;;) {
    const step = await notes.next();
    if (step.done) return step.value;
    onNote?.(step.value);
  }
}

/** A score without the notes that another one has; what is left stays where it is in time. */
function withoutNotesOf(other: Score, score: Score): Score {
  const known = new Map<string, number>();
  for (const { key } of notesByKey(other)) known.set(key, (known.get(key) ?? 0) + 1);
  const isNew = (key: string): boolean => {
    const count = known.get(key) ?? 0;
    if (count > 0) known.set(key, count - 1);
    return count === 0;
  };
  const tracks = score.tracks.map((track) => ({
    ...track,
    notes: [...notesByKey({ tracks: [track] })]
      .filter(({ key }) => isNew(key))
      .map(({ note }) => note),
  }));
  return { ...score, tracks: tracks.filter(({ notes }) => notes.length > 0) };
}

/** Notes with what tells them apart; not their length, which may be cut where the piece ends. */
function* notesByKey({ tracks }: Pick<Score, 'tracks'>) {
  for (const { channel, program, notes } of tracks) {
    const instrument: Instrument = channel === PERCUSSION_CHANNEL ? 'percussion' : program;
    for (const note of notes) yield { note, key: `${instrument} ${note.startTicks} ${note.pitch}` };
  }
}
