// The signal of a request's work: the client going away and the end of its time stop the work itself.
import { ProblemError } from '../problem/problem.js';

export interface Deadline extends Disposable {
  /** Aborted with a ProblemError: `cancelled` where the client went away, `deadline` when the time is over. Give it to
   *  everything that works for the request. */
  readonly signal: AbortSignal;
  /** Stops the clock, and forgets the client. Afterwards nothing aborts the signal any more. */
  [Symbol.dispose](): void;
}

/** Starts the clock of a request.
 *  @param client aborted when the client goes away: the request's own signal
 *  @param seconds from now on, waiting included
 *  @example
 *  using deadline = startDeadline(c.req.raw.signal, limits.deadlineSeconds);
 *  await places.run(deadline.signal, () => compose(model, tokenizer, { ...options, signal: deadline.signal })); */
export function startDeadline(client: AbortSignal, seconds: number): Deadline {
  const controller = new AbortController();
  const goAway = (): void =>
    controller.abort(new ProblemError('cancelled', 'the client went away'));
  const timer = setTimeout(() => {
    const detail = `this server gives a request ${seconds} s; ask for less, or use a job`;
    controller.abort(new ProblemError('deadline', detail));
  }, seconds * 1000);
  client.addEventListener('abort', goAway);
  if (client.aborted) goAway();
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      client.removeEventListener('abort', goAway);
    },
  };
}
