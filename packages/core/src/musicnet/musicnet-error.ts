// The one error of the MusicNet readers.
import { OstinatoError } from '../errors.js';

/** Why a file of MusicNet was refused; stable across releases. */
export type MusicNetErrorCode =
  /** A CSV whose first line lacks a column. */
  | 'bad-header'
  /** A row with another number of fields, or a field that is not what its column holds. */
  | 'bad-row'
  /** A quoted field that does not end, or goes on after its closing quote. */
  | 'bad-quote'
  /** Two rows of the metadata with one id. */
  | 'duplicate-id'
  /** Labels that go far beyond the recording they were given. */
  | 'labels-of-another-recording'
  /** `musicnet.npz`, which cannot be read safely. */
  | 'npz-archive';

/** A file that is not one of MusicNet's, or damaged. */
export class MusicNetError extends OstinatoError {
  declare readonly code: MusicNetErrorCode;
  /** The line of the CSV, from 1; undefined where no line is meant. */
  readonly line: number | undefined;

  constructor(code: MusicNetErrorCode, message: string, line?: number) {
    super(code, line === undefined ? message : `line ${line}: ${message}`);
    this.line = line;
  }
}
