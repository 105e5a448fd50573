// Refusals of the reader: every message begins with the file.
import type * as z from 'zod';
import { ExportError } from '../../errors.js';

/** Names from files, cut to what a message can hold. */
export function quoted(text: unknown): string {
  const json = JSON.stringify(text) ?? 'nothing';
  return json.length <= 80 ? json : `${json.slice(0, 79)}…`;
}

/** @throws {ExportError} `damaged-model` */
export function damaged(where: string, problem: string, cause?: unknown): never {
  throw new ExportError('damaged-model', `${where}: ${problem}`, { cause });
}

/** Checks a value against a schema.
 *  @throws {ExportError} `damaged-model` naming the first field that does not fit */
export function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') || 'content';
  return damaged(where, `${place}: ${issue?.message ?? 'not valid'}`, result.error);
}
