// tokenizer.json: the config, and the tokens that follow from it, so that other programs can read the ids and a change
// of the numbering cannot go unseen.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import * as z from 'zod/mini';
import { inEnglish } from '../schema-messages.js';
import { TOKENIZER_VERSION, parseTokenizerConfig, tokenizerConfigSchema } from './config.js';
import type { TokenizerConfig } from './config.js';
import { describeFaults, TokenizerError } from './tokenizer-error.js';
import { createVocabulary } from './vocabulary.js';
import type { Vocabulary } from './vocabulary.js';

const FORMAT = 'ostinato-tokenizer';

const headSchema = z.looseObject({ format: z.literal(FORMAT), version: z.int() });
const tokensSchema = z.array(z.string());

/** Schema of tokenizer.json. That the tokens are those of the config is checked beside it. */
export const tokenizerFileSchema = z.strictObject({
  format: z.literal(FORMAT),
  ...tokenizerConfigSchema.shape,
  tokens: tokensSchema,
});

/** The text of tokenizer.json. */
export function vocabularyToJson(vocabulary: Vocabulary): string {
  return `${JSON.stringify(toDocument(vocabulary), null, 2)}\n`;
}

/** Reads the text of a tokenizer.json.
 *  @throws {TokenizerError} `tokenizer-version` if a newer version wrote it; `tokenizer-config` if it is not well
 *    formed, or lists other tokens than its config gives */
export function parseVocabulary(text: string): Vocabulary {
  const { format: _, tokens, ...config } = parseDocument(text);
  const vocabulary = createVocabulary(parseTokenizerConfig(config));
  const listed = tokensSchema.safeParse(tokens);
  const wrong = listed.success
    ? vocabulary.tokens.findIndex((name, id) => listed.data[id] !== name)
    : 0;
  if (!listed.success || wrong !== -1 || listed.data.length !== vocabulary.size) {
    throw new TokenizerError(
      'tokenizer-config',
      `tokenizer.json: tokens: expected the ${vocabulary.size} names that follow from the config, ` +
        `found others from id ${wrong === -1 ? vocabulary.size : wrong} on; restore the original file`,
    );
  }
  return vocabulary;
}

function parseDocument(text: string): z.infer<typeof headSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TokenizerError('tokenizer-config', 'tokenizer.json: expected JSON', { cause });
  }
  const result = headSchema.safeParse(value, inEnglish);
  if (!result.success) {
    throw new TokenizerError(
      'tokenizer-config',
      `tokenizer.json: ${describeFaults(result.error)}`,
      { cause: result.error },
    );
  }
  if (result.data.version !== TOKENIZER_VERSION) {
    throw new TokenizerError(
      'tokenizer-version',
      `tokenizer.json: expected version ${TOKENIZER_VERSION}, found ${result.data.version}; ` +
        'use the release of Ostinato that wrote it, or prepare the corpus again',
    );
  }
  return result.data;
}

/** SHA-256 of tokenizer.json in canonical form (keys sorted, no white space), 64 hexadecimal digits. */
export function hashVocabulary(vocabulary: Vocabulary): string {
  const canonical = JSON.stringify(sortKeys(toDocument(vocabulary)));
  return bytesToHex(sha256(new TextEncoder().encode(canonical)));
}

function toDocument({
  config,
  tokens,
}: Vocabulary): TokenizerConfig & { format: string; tokens: readonly string[] } {
  return { format: FORMAT, ...config, tokens };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sortKeys(child)]));
}
