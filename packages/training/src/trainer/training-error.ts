// What ends a training run.
import { OstinatoError } from '@ostinato/core';

/** A run that cannot start or go on. Codes:
 *  - `bad-option`: an option is outside its range, or missing
 *  - `other-options`: an option differs from the run's and cannot change any more
 *  - `diverged`: the loss is no finite number; the last checkpoint stands */
export class TrainingError extends OstinatoError {}
