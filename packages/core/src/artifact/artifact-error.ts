// What can be wrong with a model artifact.
import { OstinatoError } from '../errors.js';

/** A model artifact that cannot be used. `code`: `not-json`, `invalid-schema`, `newer-schema`, `missing-file`,
 *  `extra-file`, `linked-file`, `duplicate-file`, `wrong-size`, `wrong-hash`, `unsafe-graph`, `missing-graph`,
 *  `vocabulary-mismatch`, `golden-mismatch`. The message begins with the file's name. */
export class ArtifactError extends OstinatoError {}
