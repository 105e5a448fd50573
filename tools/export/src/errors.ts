// What can go wrong while exporting.
import { OstinatoError } from '@ostinato/core';

/** A model that was not exported; nothing is left in its place. `code`: `bad-parameters`, `vocabulary-mismatch`,
 *  `missing-checkpoint`, `damaged-checkpoint`, `parity`, `folder-taken`. */
export class ExportError extends OstinatoError {}
