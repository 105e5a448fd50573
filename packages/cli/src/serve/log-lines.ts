// What a server logs, for a person at a terminal: a line for each record.
import type { Logger } from '@ostinato/server';
import type { LogLevel } from '@ostinato/server/node';
import { printable } from '../terminal/printable.js';

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error'];

/** @param write prints a line */
export function createLineLogger(level: LogLevel, write: (line: string) => void): Logger {
  const at =
    (name: LogLevel): Logger['info'] =>
    (facts, message) => {
      const isShown = LEVELS.includes(level) && LEVELS.indexOf(name) >= LEVELS.indexOf(level);
      if (isShown) write(lineOf(facts as Record<string, unknown>, message));
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

function lineOf(facts: Readonly<Record<string, unknown>>, message: string): string {
  const { error, ...rest } = facts;
  const told = Object.entries(rest).map(([name, value]) => `${name}=${printable(textOf(value))}`);
  const time = new Date().toTimeString().slice(0, 8);
  const stack = error instanceof Error ? `\n${error.stack ?? error.message}` : '';
  return `${[time, message, ...told].join(' ')}${stack}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
