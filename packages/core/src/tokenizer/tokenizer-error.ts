// What the tokenizer refuses, apart from ids outside of its vocabulary (VocabularyError).
import type { $ZodError } from 'zod/v4/core';
import { OstinatoError } from '../errors.js';

/** A config, a score or a token sequence that cannot be taken. `code`:
 *  - `tokenizer-config`: tokenizer.json or a config breaks the schema or contradicts itself
 *  - `tokenizer-version`: another version of the format wrote tokenizer.json
 *  - `empty-score`: the score has no note that the vocabulary can say
 *  - `too-many-bars`: the score has more bars than a tokenizer accepts
 *  - `ungrammatical`: a token may not follow the one before it */
export class TokenizerError extends OstinatoError {}

/** Every fault that a schema found and its place, in one line. */
export function describeFaults({ issues }: $ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.') || 'content'}: ${message}`).join('; ');
}
