// Who may use ONNX Runtime now: one thread, one memory, one call at a time.

const atWork = { isTaken: false };

/** Waits until nothing else is at work here, and for a task of the event loop at least: whatever else waits for this thread
 *  has its turn between two calls. Calls come in the order in which they asked.
 *
 *  Nobody waits for the promise of another caller: on Cloudflare Workers a request that was dropped never goes on, and
 *  those behind it in a queue would wait for ever.
 *  @returns to be disposed of when the work is done */
export async function takeTurn(): Promise<Disposable> {
  do await new Promise((resolve) => setTimeout(resolve));
  while (atWork.isTaken);
  atWork.isTaken = true;
  return {
    [Symbol.dispose]: () => {
      atWork.isTaken = false;
    },
  };
}
