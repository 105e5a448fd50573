// What can go wrong while exporting.
import { OstinatoError } from '@ostinato/core';

/** A model that was not exported; nothing is left in its place. `code`: `bad-parameters`, `vocabulary-mismatch`,
 *  `missing-checkpoint`, `damaged-checkpoint`, `no-lstm`, `bad-precision`, `parity`, `folder-taken`; for models of TF.js `missing-model`,
 *  `damaged-model`, `unsupported-layer`, and `tfjs` for what TF.js itself cannot load or run. */
export class ExportError extends OstinatoError {}
