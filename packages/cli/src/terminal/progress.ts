// Progress on stderr: one line that changes in place on a terminal, a line every few seconds elsewhere.
import type { Writable } from 'node:stream';

export interface Progress {
  /** Shows where the work is. Cheap to call often: most calls print nothing. */
  update(text: string): void;
  /** Prints a line that stays. */
  note(text: string): void;
  /** Shows the last text and ends the changing line. */
  end(): void;
}

interface ProgressStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const TERMINAL_INTERVAL_MS = 100;
const LOG_INTERVAL_MS = 5000;
// Some terminals say that they have no columns.
const DEFAULT_COLUMNS = 80;
const CLEAR_LINE = '\r\u001B[2K';

/** @param now the clock in milliseconds, for tests */
export function createProgress(stream: ProgressStream, now: () => number = Date.now): Progress {
  const inPlace = stream.isTTY === true;
  const interval = inPlace ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS;
  // Work that is done within the first interval leaves no line in a log.
  let printedAt = inPlace ? -Infinity : now();
  let shown = false;
  let waiting: string | undefined;
  let lineOpen = false;

  const print = (text: string): void => {
    printedAt = now();
    waiting = undefined;
    shown = true;
    lineOpen = inPlace;
    stream.write(
      inPlace ? CLEAR_LINE + text.slice(0, (stream.columns || DEFAULT_COLUMNS) - 1) : `${text}\n`,
    );
  };

  return {
    update: (text) => {
      if (now() - printedAt >= interval) print(text);
      else waiting = text;
    },
    note: (text) => {
      stream.write(`${lineOpen ? CLEAR_LINE : ''}${text}\n`);
      lineOpen = false;
      waiting = undefined; // it is older than the note
    },
    end: () => {
      if (waiting !== undefined && (shown || inPlace)) print(waiting);
      if (lineOpen) stream.write('\n');
      lineOpen = false;
    },
  };
}
