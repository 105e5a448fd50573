// An error as the one line that a person can act on.
import { OstinatoError } from '@ostinato/core';

/** Errors that were foreseen give their message. Anything else is a bug of ours and keeps its stack. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `internal: ${String(error)}`;
  if (isForeseen(error)) return error.message.trim().replaceAll(/\s*\n\s*/g, ' ');
  return `internal: ${error.stack ?? error.message}`;
}

/** Ours (the packages that cannot import core have bases of their own, with a `code` too), the system's, and
 *  arguments that a package refused. */
function isForeseen(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return (
    error instanceof OstinatoError ||
    error instanceof RangeError ||
    (typeof code === 'string' && !code.startsWith('ERR_'))
  );
}
