// The log of a command that runs for long, on stderr.
import type { Logger } from '@ostinato/server';
import { createLogger, type LogLevel } from '@ostinato/server/node';
import { Option } from 'commander';
import { createLineLogger } from './log-lines.js';

const LOG_LEVELS: readonly LogLevel[] = ['silent', 'error', 'warn', 'info'];

export function logLevelOption(): Option {
  return new Option('--log-level <NAME>', 'on stderr').choices(LOG_LEVELS).default('info');
}

/** JSON for programs, lines for a person at a terminal. */
export function openLog(level: LogLevel): { logger: Logger; flush(): Promise<void> } {
  if (process.stderr.isTTY) {
    const logger = createLineLogger(level, (line) => process.stderr.write(`${line}\n`));
    return { logger, flush: async () => {} };
  }
  const logger = createLogger({ level });
  return { logger, flush: () => logger.flush() };
}
