// Which instrument has which colour: in the order in which they come up.
import type { Instrument } from '@ostinato/core';
import { NOTE_COLOURS } from '../../piano-roll/roll-theme.js';

export class ColourTable {
  readonly #indices = new Map<Instrument, number>();

  /** The instruments that have come up. */
  get instruments(): Instrument[] {
    return [...this.#indices.keys()];
  }

  /** The index of an instrument's colour; an instrument that is new gets the next. */
  indexOf(instrument: Instrument): number {
    const known = this.#indices.get(instrument);
    if (known !== undefined) return known;
    const index = Math.min(this.#indices.size, NOTE_COLOURS - 1);
    this.#indices.set(instrument, index);
    return index;
  }

  clear(): void {
    this.#indices.clear();
  }
}
