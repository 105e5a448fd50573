// The work of an answer that goes on after its handler: a sound is made while the client takes it. It has places of its own,
// so that clients who take long hold up no composition, and a time.
import { startDeadline } from '../admission/deadline.js';
import { outcomeOf } from '../admission/places.js';
import type { AppContext } from '../app-env.js';
import { ProblemError } from '../problem/problem.js';
import type { Sound } from './renderer.js';

export interface Rendering {
  /** Aborted when the client goes away or its time is over. */
  readonly signal: AbortSignal;
  /** Gives the place back; leaving again does nothing.
   *  @param error why it ended early */
  leave(error?: unknown): void;
}

/** @param client aborted when the client goes away
 *  @throws {ProblemError} `overloaded` if all places are taken */
export async function openRendering(
  client: AbortSignal,
  { limits, renderingPlaces }: Pick<AppContext, 'limits' | 'renderingPlaces'>,
): Promise<Rendering> {
  const deadline = startDeadline(client, limits.renderingSeconds);
  try {
    const place = await renderingPlaces.enter(deadline.signal);
    return {
      signal: deadline.signal,
      leave: (error) => {
        deadline[Symbol.dispose]();
        place.leave(error === undefined ? 'finished' : outcomeOf(error));
      },
    };
  } catch (error) {
    deadline[Symbol.dispose]();
    throw error;
  }
}

/** A sound's stream that leaves when it has ended, whoever ends it: its last byte, its reader, or the signal. */
export function leaveAtEnd(
  { bytes, stream }: Sound,
  { signal, leave }: Rendering,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  let missing = bytes;
  let stop = (): void => undefined;
  const end = (error?: unknown): void => {
    signal.removeEventListener('abort', stop);
    leave(error);
  };
  return new ReadableStream(
    {
      start(controller) {
        stop = () => {
          // To whoever has gone nothing needs to be said; who is late must not take it for whole.
          if (outcomeOf(signal.reason) === 'cancelled') controller.close();
          else controller.error(signal.reason);
          end(signal.reason);
          reader.cancel(signal.reason).catch(() => undefined);
        };
        signal.addEventListener('abort', stop);
        if (signal.aborted) stop();
      },
      async pull(controller) {
        try {
          const { value, done } = await reader.read();
          if (signal.aborted) return; // ended meanwhile
          if (!done) controller.enqueue(value);
          missing -= value?.length ?? 0;
          // A client that has the last byte may go before it is asked for more.
          if (!done && missing > 0) return;
          controller.close();
          end();
          await reader.cancel();
        } catch (error) {
          end(error);
          throw error;
        }
      },
      cancel(reason) {
        end(new ProblemError('cancelled', 'the client went away', { cause: reason }));
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
