// A thread beside the one that reads files: ends this process when its parent is gone. That a parent was killed is told
// to the reading thread too, but a file that keeps it busy forever keeps it from hearing.
import { workerData } from 'node:worker_threads';

const EVERY_MILLISECONDS = 500;

/** As the reading thread saw it before its first task: the parent may be gone before this thread runs. */
const parent = workerData as number;

/** Where processes are adopted, the parent's number changes; on Windows it stays, and nobody has it any more. */
function parentIsGone(): boolean {
  if (process.ppid !== parent) return true;
  try {
    process.kill(parent, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

setInterval(() => {
  if (parentIsGone()) process.kill(process.pid, 'SIGKILL');
}, EVERY_MILLISECONDS);
