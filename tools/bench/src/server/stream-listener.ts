// A listener of a stream that only counts: it plays nothing, and says which notes came too late to be played.
import { openRequest, STREAM } from './http-client.js';

interface ListenerFigures {
  readonly status: number;
  readonly notes: number;
  /** Notes that came after the listener should have played them, who began with the first. */
  readonly lateNotes: number;
  /** How early the note came that came last before its time; negative if it was late. Infinity without notes. */
  readonly leastMarginSeconds: number;
  readonly bytes: number;
  /** Whether the server ended the stream. */
  readonly hasEnded: boolean;
}

export interface Listener {
  readonly figures: () => ListenerFigures;
  /** Resolves with the first note, or when it is clear that none comes. */
  readonly started: Promise<void>;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  leave(): void;
}

const START = '"startSeconds":';

/** @param query such as `pace=realtime&seed=1` */
export function listen(url: string, query: string): Listener {
  let request: ReturnType<typeof openRequest>;
  let status = 0;
  let notes = 0;
  let lateNotes = 0;
  let leastMarginSeconds = Infinity;
  let bytes = 0;
  let hasEnded = false;
  let zero = 0; // when the piece began, in seconds of performance.now
  let rest = ''; // of an event that has not come whole
  let tellStarted = (): void => undefined;
  const started = new Promise<void>((resolve) => {
    tellStarted = resolve;
  });
  const take = (text: string): void => {
    const now = performance.now() / 1000;
    const whole = rest + text;
    const end = whole.lastIndexOf('\n\n');
    rest = whole.slice(end + 2);
    for (let at = whole.indexOf(START); at !== -1 && at < end; at = whole.indexOf(START, at + 1)) {
      const startSeconds = Number.parseFloat(
        whole.slice(at + START.length, at + START.length + 24),
      );
      if (notes++ === 0) {
        zero = now;
        tellStarted();
        continue; // the listener begins with it
      }
      const margin = zero + startSeconds - now;
      if (margin < 0) lateNotes++;
      leastMarginSeconds = Math.min(leastMarginSeconds, margin);
    }
  };
  const closed = new Promise<void>((resolve) => {
    const end = (): void => {
      tellStarted();
      resolve();
    };
    request = openRequest(`${url}${STREAM}?${query}`, { isAlone: true }, (incoming) => {
      status = incoming.statusCode!;
      incoming.setEncoding('utf8');
      incoming.on('data', (text: string) => {
        bytes += text.length;
        take(text);
      });
      incoming.on('end', () => {
        hasEnded = true;
      });
      incoming.on('error', end);
      incoming.on('close', end);
    });
    request.on('error', end);
  });
  return {
    started,
    closed,
    leave: () => void request.destroy(),
    figures: () => ({ status, notes, lateNotes, leastMarginSeconds, bytes, hasEnded }),
  };
}
