// Who may use ONNX Runtime now: one thread, one memory, one call at a time.

const atWork = { isTaken: false };

/** Of one call. Disposing of it lets the next one in. */
export interface Turn extends Disposable {
  /** Lets others go first, and waits for a turn again. */
  again(): Promise<void>;
}

/** Waits until nothing else is at work here, and for a task of the event loop at least: whatever else waits for this thread
 *  goes first. Calls come in the order in which they asked.
 *
 *  Nobody waits for the promise of another caller: on Cloudflare Workers a request that was dropped never goes on, and
 *  those behind it in a queue would wait for ever. */
export async function takeTurn(): Promise<Turn> {
  const take = async (): Promise<void> => {
    do await new Promise((resolve) => setTimeout(resolve));
    while (atWork.isTaken);
    atWork.isTaken = true;
  };
  const leave = (): void => {
    atWork.isTaken = false;
  };
  await take();
  return {
    again: () => {
      leave();
      return take();
    },
    [Symbol.dispose]: leave,
  };
}
