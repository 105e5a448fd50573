// The errors every package shares: one base, a subclass where a caller would act differently.

/** Base of every error that Ostinato raises on purpose. `code` is stable across releases;
 *  the message says where, what was expected, what was found and what to do. */
export class OstinatoError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A token id outside the vocabulary, or two parts built for different vocabularies. */
export class VocabularyError extends OstinatoError {}
