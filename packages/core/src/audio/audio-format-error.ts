// The one error of the readers of sound.
import { OstinatoError } from '../errors.js';

/** Why bytes were refused as sound; stable across releases. */
export type AudioFormatErrorCode =
  /** Not the format at all. */
  | 'not-wav'
  /** A chunk is missing, or lies behind more chunks than any recording has. */
  | 'missing-chunk'
  /** Fields that contradict each other or are outside their range. */
  | 'inconsistent-header'
  /** Compressed, or of a width that is not read. */
  | 'unsupported-encoding';

/** Bytes that are no sound, or of a kind that is not read. */
export class AudioFormatError extends OstinatoError {
  declare readonly code: AudioFormatErrorCode;
}
