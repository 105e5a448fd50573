// Structured logs: one JSON object a line.
import { setTimeout as sleep } from 'node:timers/promises';
import { destination, type Level, pino, stdSerializers } from 'pino';
import type { Logger } from '../app-options.js';

export type LogLevel = Level | 'silent';

export interface LoggerOptions {
  /** Default 'info'. */
  readonly level?: LogLevel;
  /** A file descriptor. Default 2: stderr. */
  readonly descriptor?: number;
}

/** Bytes of records that wait for a reader who is slow; more are dropped rather than holding up answers. */
const MOST_WAITING = 2 ** 20;

/** How long a reader who is slow is waited for at the end. */
const LAST_WRITE_MS = 1000;

/** A logger that never makes anybody wait: `flush` before the process ends. */
export function createLogger({ level = 'info', descriptor = 2 }: LoggerOptions = {}): Logger & {
  flush(): Promise<void>;
} {
  const output = destination({ fd: descriptor, sync: false, maxLength: MOST_WAITING });
  output.on('error', () => {}); // nobody reads any more
  const serializers = { error: stdSerializers.err };
  const logger = pino({ level, base: null, serializers }, output);
  return {
    info: (facts, message) => logger.info(facts, message),
    warn: (facts, message) => logger.warn(facts, message),
    error: (facts, message) => logger.error(facts, message),
    flush: async () => {
      const written = new Promise<void>((resolve) => output.flush(() => resolve()));
      await Promise.race([written, sleep(LAST_WRITE_MS, undefined, { ref: false })]);
    },
  };
}
