// What every child process of this package does about its end.

/** Ends this process with its parent, and not before. */
export function liveWithParent(): void {
  // Ctrl-C reaches the whole process group; the parent decides what becomes of this process.
  process.on('SIGINT', () => {});

  // Nothing here outlives the parent, and nothing needs saving. A kill, because an orderly exit aborts during a run.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}
