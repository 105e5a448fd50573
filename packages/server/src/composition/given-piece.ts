// A piece that a client gave, read and encoded, as plain JSON: what a job keeps of an upload.
import type { EncodedScore, GridLoss, Tokenizer } from '@ostinato/core';
import { ProblemError } from '../problem/problem.js';

export interface GivenPiece {
  readonly tokens: readonly number[];
  /** The hash of the tokenizer that they are of. */
  readonly tokenizer: string;
  /** What of the piece could not be said. */
  readonly loss: GridLoss;
}

export function packPiece({ tokens, loss }: EncodedScore, { hash }: Tokenizer): GivenPiece {
  return { tokens: [...tokens], tokenizer: hash, loss };
}

/** @throws {ProblemError} `conflict` if the tokens are of another tokenizer than this one */
export function unpackPiece(
  { tokens, tokenizer, loss }: GivenPiece,
  { hash }: Tokenizer,
): EncodedScore {
  if (tokenizer !== hash) {
    const detail =
      'the model has been replaced by another one since the piece was given; submit it again';
    throw new ProblemError('conflict', detail);
  }
  return { tokens: Uint16Array.from(tokens), loss };
}
