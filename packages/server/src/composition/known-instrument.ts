// Instruments by the names that `ostinato generate` takes.
import { findInstrument, type Instrument, instrumentSlug, type Tokenizer } from '@ostinato/core';
import { ProblemError } from '../problem/problem.js';

/** @param name such as `violin`, or a General MIDI program such as `40`
 *  @param place in the request
 *  @throws {ProblemError} `cannot-compose` if the model does not know it */
export function knownInstrument(
  name: string,
  { instruments }: Pick<Tokenizer, 'instruments'>,
  place: string,
): Instrument {
  const found = findInstrument(name, instruments);
  if (found !== undefined) return found;
  const known = instruments.map(instrumentSlug).join(', ');
  throw new ProblemError(
    'cannot-compose',
    `${place}: "${name}" is not known to this model; it has ${known}`,
  );
}
