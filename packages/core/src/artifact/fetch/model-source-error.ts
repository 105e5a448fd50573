// What can go wrong on the way to a model.
import { OstinatoError } from '../../errors.js';

/** A model that cannot be had from where it was said to be. `code`: `bad-address` (no address that is allowed),
 *  `unknown-model` (a name that no folder of models has), `not-found` (the server has no such file), `refused` (it does
 *  not give it), `network` (it cannot be reached, or fails), `timeout` (it stopped sending), `too-large` (more bytes than
 *  a model may have), `offline` (asked not to use the network, and nothing was kept).
 *  Messages name an address without its credentials and its query. */
export class ModelSourceError extends OstinatoError {}

/** Whether to try again may help. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof ModelSourceError && (error.code === 'network' || error.code === 'timeout')
  );
}
