// One line for a write that the system refused: where, why, and what to do.
import { CheckpointError } from './checkpoint-error.js';

/** By the system's code: what it means, and the remedy. */
const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  ENOSPC: ['the disk is full', 'free some space'],
  EDQUOT: ['the quota of this disk is used up', 'free some space'],
  EFBIG: ['the file is too large for this disk or its limit', 'use another disk'],
  EACCES: ['writing is not permitted', 'make the folder writable'],
  EPERM: ['writing is not permitted', 'make the folder writable'],
  EROFS: ['the disk is mounted read-only', 'mount it writable'],
  EMFILE: ['too many files are open', 'raise the limit (ulimit -n)'],
  ENFILE: ['too many files are open on this machine', 'close some programs'],
  EIO: ['the disk reports an error', 'check the disk'],
};

/** @param folder where it should have been written
 *  @param what the file or folder in it
 *  @param next what to do once the cause is gone */
export function writeFailed(
  folder: string,
  what: string,
  cause: unknown,
  next = 'resume the run',
): CheckpointError {
  if (cause instanceof CheckpointError) return cause;
  const { code = '', message } =
    cause instanceof Error ? (cause as NodeJS.ErrnoException) : { message: String(cause) };
  const [reason, remedy] = REASONS[code] ?? [message, 'remove the cause'];
  const details = code === '' || message === reason ? '' : ` (${code})`;
  return new CheckpointError(
    'write-failed',
    `${folder}: ${what} could not be written: ${reason}${details}; what was written before stands: ${remedy} and ${next}`,
    { cause },
  );
}
