// What can go wrong while composing, apart from arguments outside their range (RangeError).
import { OstinatoError } from '../errors.js';

/** Composing cannot begin or go on. `code`: `no-allowed-token`, `broken-logits`,
 *  `invalid-primer`, `invalid-checkpoint`. */
export class GenerationError extends OstinatoError {}
