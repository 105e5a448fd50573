// Turns of the event loop: everybody else's in between.

/** Waits until everything else that is due has had its turn. */
export function nextTask(): Promise<void> {
  // Not every runtime has it. Where tasks work for long it lets in what has come from outside; a timer may not.
  const { setImmediate } = globalThis as { setImmediate?: (go: () => void) => unknown };
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/** @returns waits for a turn of one's own, in the order of the calls: of those who come at the same moment one goes on in
 *  each turn of the event loop */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve();
  return () => (last = last.then(nextTask));
}
