// What becomes of a primer that a model's vocabulary cannot say as it is.
import { instrumentSlug, type Score, type Tokenizer } from '@ostinato/core';
import { InputError } from './input-file.js';
import { formatPlural } from './terminal/units.js';

/** Tells what of a primer is left out or changed.
 *  @param path of its file, for messages
 *  @returns undefined if every note stays
 *  @throws {InputError} if no note can be said */
export function checkPrimer(path: string, primer: Score, tokenizer: Tokenizer): string | undefined {
  const { notesDropped, pitchesMoved, instrumentsMapped, durationsCut } = lossOf(
    path,
    primer,
    tokenizer,
  );
  const changes = [
    [notesDropped, 'left out'],
    [pitchesMoved, 'moved by octaves'],
    [instrumentsMapped, 'given to another instrument'],
    [durationsCut, 'shortened'],
  ] as const;
  const told = changes
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${formatPlural(count, 'note')} ${what}`);
  if (told.length === 0) return undefined;
  return `${path}: the model cannot say all of it: ${told.join(', ')}`;
}

function lossOf(path: string, primer: Score, tokenizer: Tokenizer) {
  try {
    return tokenizer.encode(primer).loss;
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'empty-score') throw cause;
    const known = tokenizer.instruments.map(instrumentSlug).join(', ');
    throw new InputError(
      'no-notes',
      `${path}: holds no note that the model can say; it has ${known}`,
      { cause },
    );
  }
}
