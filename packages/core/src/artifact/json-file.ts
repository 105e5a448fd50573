// The JSON files of an artifact: parsed, and held against a schema.
import { type $ZodType, safeParse } from 'zod/v4/core';
import { inEnglish } from '../schema-messages.js';
import { ArtifactError } from './artifact-error.js';

/** Parses JSON and checks it against a schema; the first problem is the message.
 *  @throws {ArtifactError} `not-json` or `invalid-schema`, naming the file and the place in it */
export function parseJsonFile<T>(file: string, text: string, schema: $ZodType<T>): T {
  return checkSchema(file, parseJson(file, text), schema);
}

/** @throws {ArtifactError} `not-json` */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ArtifactError('not-json', `${file}: expected JSON, found something else`, { cause });
  }
}

/** @throws {ArtifactError} `invalid-schema`, naming the file and the place in it */
export function checkSchema<T>(file: string, value: unknown, schema: $ZodType<T>): T {
  const result = safeParse(schema, value, inEnglish);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
  throw new ArtifactError('invalid-schema', `${file}${place}: ${issue?.message ?? 'unknown'}`, {
    cause: result.error,
  });
}
