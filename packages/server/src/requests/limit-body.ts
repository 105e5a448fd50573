// Bodies that are too large, refused by their length or as soon as they are.
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ProblemError } from '../problem/problem.js';

/** It makes a `Request` of what has come, which costs as much as all that is before it: what can be refused without a look at
 *  the body is to be refused before.
 *  @throws {ProblemError} `body-too-large` */
export function limitBody(mostBytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: mostBytes,
    onError: () => {
      throw new ProblemError('body-too-large', `the body is larger than ${mostBytes} bytes`, {
        headers: { connection: 'close' }, // the rest of it is not waited for
      });
    },
  });
}
