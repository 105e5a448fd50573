// How much of an untrusted file the reader is willing to take.
import { MidiFormatError } from './midi-format-error.js';
import type { MidiErrorCode } from './midi-format-error.js';

/** Upper bounds on a file; beyond one of them the reader throws a `MidiFormatError` with code `limit-...`. */
export interface MidiLimits {
  /** Size of the file in bytes. */
  bytes: number;
  /** Track chunks that are read. */
  tracks: number;
  /** Events of all tracks. */
  events: number;
  /** Notes of all tracks. */
  notes: number;
  /** The last tick of the piece. */
  ticks: number;
  /** Bytes of all track names together; other texts are skipped unread. */
  textBytes: number;
}

/** Far above any piece that people play (an opera act has about 100,000 notes), and low enough that the worst file
 *  costs half a second and about 100 MiB. `ticks` is 26 days at 480 ticks a quarter and 120 quarters a minute. */
export const DEFAULT_MIDI_LIMITS: Readonly<MidiLimits> = {
  bytes: 16 * 1024 * 1024,
  tracks: 4_096,
  events: 500_000,
  notes: 250_000,
  ticks: 2 ** 31 - 1,
  textBytes: 1024 * 1024,
};

const LIMIT_ERRORS = {
  bytes: 'limit-bytes',
  tracks: 'limit-tracks',
  events: 'limit-events',
  notes: 'limit-notes',
  ticks: 'limit-ticks',
  textBytes: 'limit-text',
} as const satisfies Record<keyof MidiLimits, MidiErrorCode>;

/** Counts what one file has used of its limits. */
export class MidiBudget {
  readonly #limits: MidiLimits;
  readonly #spent = { tracks: 0, events: 0, notes: 0, textBytes: 0 };

  /** @throws {RangeError} if a limit is not a number >= 0 */
  constructor(limits: Partial<MidiLimits>) {
    this.#limits = { ...DEFAULT_MIDI_LIMITS, ...limits };
    for (const [name, limit] of Object.entries(this.#limits)) {
      if (!(limit >= 0))
        throw new RangeError(`MIDI limit ${name}: expected a number >= 0, got ${limit}`);
    }
  }

  /** Adds to what was used. @throws {MidiFormatError} beyond the limit */
  spend(kind: 'tracks' | 'events' | 'notes' | 'textBytes', amount: number, offset: number): void {
    this.#spent[kind] += amount;
    this.check(kind, this.#spent[kind], offset);
  }

  /** Compares a total with its limit. @throws {MidiFormatError} beyond the limit */
  check(kind: keyof MidiLimits, total: number, offset: number): void {
    const limit = this.#limits[kind];
    if (total <= limit) return;
    const message = `expected at most ${limit} ${kind}, found ${total} or more; raise limits.${kind} to read it`;
    throw new MidiFormatError(LIMIT_ERRORS[kind], offset, message);
  }
}
