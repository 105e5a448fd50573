// What the tokens of a vocabulary mean, by kind.
import type { Tokenizer, TokenKind } from '@ostinato/core';
import type { Bar } from './bars.js';

const NAMES: Readonly<Record<TokenKind, string>> = {
  Begin: 'form',
  End: 'form',
  Bar: 'form',
  Label: 'styles',
  With: 'who plays',
  TimeSignature: 'metres',
  Tempo: 'tempos',
  Position: 'places in a bar',
  Instrument: 'whose turn',
  Pitch: 'pitches',
  Drum: 'drums',
  Hold: 'durations',
  Duration: 'durations',
  Velocity: 'loudness',
};

/** Numbers of tokens, the largest part first. */
export function vocabularyParts({ vocabularySize, kindOf }: Tokenizer): Bar[] {
  const counts = new Map<string, number>();
  for (let id = 0; id < vocabularySize; id++) {
    const name = NAMES[kindOf(id)];
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, value]): Bar => ({ name, value }))
    .sort((a, b) => b.value - a.value);
}
