// The one error of this package.
import { OstinatoError } from '@ostinato/core';

/** Why a recording cannot be transcribed; stable across releases. */
export type TranscriptionErrorCode =
  /** Nothing there, or a folder, a pipe, a device. */
  | 'not-a-file'
  /** It cannot be read, or ended while it was read. */
  | 'unreadable'
  /** Not a recording of a kind that is read, or damaged from its start on. */
  | 'not-a-recording'
  /** It holds no sound at all. */
  | 'empty-recording'
  /** A sample that is no number, or far beyond full scale. */
  | 'bad-sample'
  /** A rate that is not read, or one that changes. */
  | 'sample-rate'
  /** Longer than was allowed. */
  | 'too-long'
  /** An optional package is not installed, or is damaged. */
  | 'missing-package';

/** A recording that cannot be transcribed, or what that needs is not there. */
export class TranscriptionError extends OstinatoError {
  declare readonly code: TranscriptionErrorCode;
}
