// What goes wrong between a folder of music and a corpus on disk.
import { OstinatoError } from '@ostinato/core';

/** A source that cannot be read, an output folder that must not be replaced, or a corpus that is not whole. */
export class CorpusError extends OstinatoError {}
