// The one error of the MIDI reader.
import { OstinatoError } from '../errors.js';

/** Why a file was refused; stable across releases. */
export type MidiErrorCode =
  /** No `MThd` where a Standard MIDI File, an RMID or a MacBinary file has it. */
  | 'not-midi'
  /** The file ends inside something it declared. */
  | 'truncated'
  /** An event reaches past the end of its track chunk. */
  | 'event-past-chunk'
  /** A header chunk shorter than six bytes. */
  | 'bad-header'
  /** A format other than 0, 1 or 2. */
  | 'unsupported-format'
  /** A division of zero, or an SMPTE frame rate that does not exist. */
  | 'bad-division'
  /** The file holds no track chunk. */
  | 'no-tracks'
  /** A variable-length quantity of more than four bytes. */
  | 'bad-vlq'
  /** A data byte where no status byte came before. */
  | 'missing-status'
  /** A status byte that has no place in a file (F1-F6, F8-FE), or a meta type above 7F. */
  | 'bad-status'
  /** A data byte with its highest bit set. */
  | 'bad-data-byte'
  | 'limit-bytes'
  | 'limit-tracks'
  | 'limit-events'
  | 'limit-notes'
  | 'limit-ticks'
  | 'limit-text';

/** A file that is not a readable Standard MIDI File, or one beyond the limits. */
export class MidiFormatError extends OstinatoError {
  declare readonly code: MidiErrorCode;
  /** Where in the given bytes the fault is. */
  readonly offset: number;

  constructor(code: MidiErrorCode, offset: number, message: string) {
    super(code, `MIDI file, byte ${offset}: ${message}`);
    this.offset = offset;
  }
}
