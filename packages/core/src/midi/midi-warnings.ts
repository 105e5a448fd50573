// Repairs and oddities, counted so that no file can make the list long.

/** What the reader repaired or left out; stable across releases. */
export type MidiWarningCode =
  /** The header declares more tracks than the file holds. */
  | 'missing-tracks'
  /** Tracks after the declared number were ignored. */
  | 'extra-tracks'
  /** The header declares no track; those in the file were read. */
  | 'undeclared-tracks'
  /** A format 0 file with several tracks was read as format 1. */
  | 'format-0-tracks'
  /** A track chunk's declared length is wrong; its End of Track was trusted. */
  | 'track-length'
  /** Bytes after an End of Track, inside its chunk, were ignored. */
  | 'data-after-end'
  /** A track without an End of Track ends with its chunk. */
  | 'missing-end'
  /** Bytes between chunks that belong to none were skipped. */
  | 'skipped-bytes'
  /** Running status after a meta or SysEx event, which should have cancelled it, was honoured. */
  | 'running-status'
  /** A meta event has an impossible length or value; its data were ignored. */
  | 'bad-meta'
  /** Tempo changes of a file in SMPTE time, where they mean nothing, were ignored. */
  | 'smpte-tempo'
  /** A note struck again before it ended was cut there. */
  | 'cut-note'
  /** A note without an end was ended with its track. */
  | 'hanging-note'
  /** A note-off without a note was ignored. */
  | 'orphan-note-off'
  /** A note without length was given one tick. */
  | 'zero-length-note'
  /** Sequences of a format 2 file were laid one after another. */
  | 'format-2-sequences';

/** One kind of repair. `offset` and `track` tell of the first time, `count` how often it was made. */
export interface MidiWarning {
  code: MidiWarningCode;
  message: string;
  /** Byte of the file where it happened first. */
  offset: number;
  /** The track chunk, from 0; absent where the file as a whole is meant. */
  track?: number;
  count: number;
}

/** Collects warnings, one entry for each code. */
export class MidiWarnings {
  readonly #byCode = new Map<MidiWarningCode, MidiWarning>();

  /** Notes a repair; the message of the first with a code is kept. */
  add(code: MidiWarningCode, message: string, offset: number, track?: number): void {
    const known = this.#byCode.get(code);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const warning: MidiWarning = { code, message, offset, count: 1 };
    if (track !== undefined) warning.track = track;
    this.#byCode.set(code, warning);
  }

  /** The warnings, in the order in which each code came up first. */
  toArray(): MidiWarning[] {
    return [...this.#byCode.values()];
  }
}
