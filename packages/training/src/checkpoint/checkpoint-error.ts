// What can be wrong with a checkpoint or a run folder.
import { OstinatoError } from '@ostinato/core';

/** A checkpoint or a run that cannot be written, read or continued. Codes:
 *  - `missing`, `damaged`, `schema-version`: the folder is not a whole checkpoint of this version
 *  - `unreadable`: the system does not let us read a file
 *  - `missing-tensor`, `unknown-tensor`, `tensor-shape`: its tensors are not those of its network
 *  - `other-tokenizer`, `other-corpus`, `other-config`, `other-options`: it belongs to another run
 *  - `run-exists`: the run folder holds something already
 *  - `run-locked`: another trainer works in the run folder
 *  - `write-failed`: the disk refused; what was there before still is */
export class CheckpointError extends OstinatoError {}
