// What ends a training run.
import { OstinatoError } from '@ostinato/core';

/** A run that cannot start or go on. Codes:
 *  - `bad-option`: an option is outside its range, or missing
 *  - `other-options`: an option differs from the run's and cannot change any more
 *  - `device`: the device asked for is not there, or does not work
 *  - `engine`: the engine could not compute a window, for lack of memory as a rule; the last checkpoint stands
 *  - `diverged`: the loss is no finite number; the last checkpoint stands */
export class TrainingError extends OstinatoError {}
