// What can be wrong with a TF.js LayersModel.
import { OstinatoError } from '@ostinato/core';

/** A LayersModel that cannot be written or read. Codes:
 *  - `missing`, `unreadable`: a file is not there, or the system does not let us read it
 *  - `damaged`: it is no LayersModel, or its weights do not fit its layers
 *  - `other-network`: a LayersModel, but of a network that Ostinato does not have; the message names the layer
 *  - `exists`: there is something in the place where it should be written
 *  - `write-failed`: the disk refused; nothing was written */
export class LayersModelError extends OstinatoError {}
