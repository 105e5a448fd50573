// Turns of the event loop: everybody else's in between.

/** After what has come in from outside, which timers do not let pass where each of them works for long; not every runtime
 *  has it. */
const { setImmediate: afterOthers = (go: () => void): unknown => setTimeout(go, 0) } =
  globalThis as { setImmediate?: (go: () => void) => unknown };

/** Waits until everything else that is due has had its turn. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => void afterOthers(resolve));
}

/** @returns waits for a turn of one's own, in the order of the calls: of those who come at the same moment one goes on in
 *  each turn of the event loop */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve();
  return () => (last = last.then(nextTask));
}
