import { OstinatoError } from '@ostinato/core';

/** A server that cannot be started as asked: `public-without-key`, `port-taken`, `cannot-listen`. */
export class ServeError extends OstinatoError {}
