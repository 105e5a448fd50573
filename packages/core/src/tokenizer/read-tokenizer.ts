// Tokenizers of what came from outside, checked: apart from the tokenizer, so that who only restores one needs no schemas.
import { parseTokenizerConfig } from './config.js';
import type { TokenizerConfig } from './config.js';
import { hashVocabulary, parseVocabulary, vocabularyToJson } from './json.js';
import { type Tokenizer, tokenizerOf } from './tokenizer.js';
import { createVocabulary } from './vocabulary.js';
import type { Vocabulary } from './vocabulary.js';

/** Makes the tokenizer of a config.
 *  @throws {TokenizerError} `tokenizer-config` if the config breaks the schema */
export function createTokenizer(config: TokenizerConfig): Tokenizer {
  return hashed(createVocabulary(parseTokenizerConfig(config)));
}

/** Reads the text of a tokenizer.json.
 *  @throws {TokenizerError} `tokenizer-version` if another version wrote it; `tokenizer-config` if it is malformed */
export function parseTokenizer(text: string): Tokenizer {
  return hashed(parseVocabulary(text));
}

/** The text of tokenizer.json; the same for equal tokenizers. */
export function tokenizerToJson(tokenizer: Tokenizer): string {
  return vocabularyToJson(createVocabulary(tokenizer.config));
}

function hashed(vocabulary: Vocabulary): Tokenizer {
  return tokenizerOf(vocabulary, hashVocabulary(vocabulary));
}
