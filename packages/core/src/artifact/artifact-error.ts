// What can be wrong with a model artifact.
import type * as z from 'zod';
import { OstinatoError } from '../errors.js';

/** A model artifact that cannot be used. `code`: `not-json`, `invalid-schema`, `missing-file`, `extra-file`,
 *  `duplicate-file`, `wrong-size`, `wrong-hash`, `vocabulary-mismatch`, `golden-mismatch`. The message begins with
 *  the file's name. */
export class ArtifactError extends OstinatoError {}

/** Parses JSON and checks it against a schema; the first problem is the message.
 *  @throws {ArtifactError} `not-json` or `invalid-schema`, naming the file and the place in it */
export function parseJsonFile<T>(file: string, text: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ArtifactError('not-json', `${file}: expected JSON, found something else`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
  throw new ArtifactError('invalid-schema', `${file}${place}: ${issue?.message ?? 'unknown'}`, {
    cause: result.error,
  });
}
