// An answer whose body fails after it has begun: its connection ends, so that nobody takes what came for whole, and the log says
// why. @hono/node-server would print the error and its stack.
import type { ServerResponse } from 'node:http';
import type { Logger } from '../app-options.js';
import { problemOf } from '../problem/problem-of.js';
import { FORMS } from '../rendering/forms.js';

/** What of the app's answers is made while it is sent, and may fail. To look into the body of any other would cost it its
 *  short way to the socket. */
export function mayFailLater({ headers }: Response): boolean {
  return headers.get('content-type') === FORMS.wav;
}

/** @returns the same answer; where its body fails the connection is closed */
export function cutWhereItFails(
  answer: Response,
  outgoing: ServerResponse,
  logger: Logger | undefined,
): Response {
  const reader = answer.body?.getReader();
  if (!reader) return answer;
  const requestId = answer.headers.get('x-request-id') ?? undefined;
  const body = new ReadableStream(
    {
      async pull(controller) {
        try {
          const { value, done } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          const { code } = problemOf(error);
          if (code === 'internal') logger?.error({ requestId, error }, 'internal error');
          else logger?.warn({ requestId, code }, 'the answer was cut off');
          outgoing.destroy();
          controller.close();
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, answer);
}
