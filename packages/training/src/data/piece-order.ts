// In which order training takes the pieces of a split: any place of it can be computed, so a resumed run needs no
// memory of the past. Letters: P pieces of a split.
import { createRandom, type Random, type Seed, shuffle } from '@ostinato/core';
import { CorpusError } from './corpus-error.js';
import type { CorpusPiece } from './corpus-format.js';
import type { Corpus, CorpusPart } from './open-corpus.js';
import type { Split } from './split.js';

/** The pieces in the order in which the streams take them. */
export interface PieceOrder {
  /** P; for a mix, how many pieces it takes on average to draw as many tokens as its split has. */
  readonly epochPieces: number;
  /** The piece with this ordinal, counted over all epochs; undefined after the last. Quick if asked in ascending order:
   *  going back to an earlier epoch shuffles anew. */
  pieceAt(ordinal: number): CorpusPiece | undefined;
}

/** The generator's stream for the order of a corpus; part i of a mix has this plus 256 i. Augmentation has another. */
const SHUFFLE_STREAM = 11;
const STREAMS_APART = 256;
/** The generator's stream for how the parts of a mix take turns. */
const TURN_STREAM = 13;

/** One pass: the longest piece first, since the streams then end nearly together and little of the last windows is
 *  padding. */
export function createSinglePass(corpus: Corpus, split: Split): PieceOrder {
  const pieces = piecesOf(corpus, split);
  const sorted = pieces.toSorted((a, b) => b.tokens - a.tokens || a.offset - b.offset);
  return { epochPieces: pieces.length, pieceAt: (ordinal) => sorted[ordinal] };
}

/** Without end, every epoch in a new order. Of a mix, each part has an endless order of its own.
 *  @throws {CorpusError} `empty-split` if the corpus, or a part of it, has no pieces in the split */
export function createEndlessOrder(corpus: Corpus, split: Split, seed: Seed): PieceOrder {
  const { parts } = corpus;
  if (parts === undefined) {
    return shuffledForEver(piecesOf(corpus, split), createRandom(seed, SHUFFLE_STREAM));
  }
  const orders = parts.map((part, index) => {
    const random = createRandom(seed, SHUFFLE_STREAM + STREAMS_APART * index);
    return shuffledForEver(piecesOf(part.corpus, split), random);
  });
  if (orders.length === 1) return orders[0];
  const odds = oddsOfPieces(parts, split);
  const nextTurn = takeTurns(odds, createRandom(seed, TURN_STREAM));
  return {
    epochPieces: tokensIn(corpus, split) / meanTokens(parts, odds, split),
    pieceAt(ordinal) {
      const { part, index } = nextTurn(ordinal);
      return orders[part].pieceAt(index);
    },
  };
}

function piecesOf(corpus: Corpus, split: Split): readonly CorpusPiece[] {
  const pieces = corpus.pieces(split);
  if (pieces.length > 0) return pieces;
  throw new CorpusError(
    'empty-split',
    `the corpus ${corpus.description.source} has no pieces in its ${split} split; prepare it from more files`,
  );
}

function shuffledForEver(pieces: readonly CorpusPiece[], random: Random): PieceOrder {
  let shuffledEpoch = -1;
  let shuffled: readonly CorpusPiece[] = [];
  return {
    epochPieces: pieces.length,
    pieceAt(ordinal) {
      const epoch = Math.floor(ordinal / pieces.length);
      if (epoch !== shuffledEpoch) {
        shuffled = shuffle(pieces, random, epoch * pieces.length);
        shuffledEpoch = epoch;
      }
      return shuffled[ordinal % pieces.length];
    },
  };
}

/** How often a piece comes from each part, as shares of 1: of a part with longer pieces fewer are taken, so that the
 *  tokens have the shares of the weights. */
function oddsOfPieces(parts: readonly CorpusPart[], split: Split): number[] {
  const odds = parts.map(
    ({ corpus, weight }) => (weight * corpus.pieces(split).length) / tokensIn(corpus, split),
  );
  const sum = odds.reduce((total, each) => total + each, 0);
  return odds.map((each) => each / sum);
}

function meanTokens(parts: readonly CorpusPart[], odds: readonly number[], split: Split): number {
  const means = parts.map(({ corpus }) => tokensIn(corpus, split) / corpus.pieces(split).length);
  return means.reduce((sum, mean, index) => sum + mean * odds[index], 0);
}

function tokensIn(corpus: Corpus, split: Split): number {
  return corpus.pieces(split).reduce((sum, { tokens }) => sum + tokens, 0);
}

/** Whose turn it is at an ordinal, and the how manyth of that part's. The turns lie as evenly as whole numbers allow:
 *  the first part takes a turn whenever `floor(ordinal * share + phase)` grows, and the others share the rest alike.
 *  Any number of turns of a part is then off its share by less than the number of parts.
 *  @param random draws the phases: where in its rhythm each part begins */
function takeTurns(
  odds: readonly number[],
  random: Random,
): (ordinal: number) => { part: number; index: number } {
  const last = odds.length - 1;
  const phases = random.uniforms(0, last);
  const shares = odds.map((each, part) => {
    const rest = odds.slice(part).reduce((sum, other) => sum + other, 0);
    return each / rest;
  });
  return (ordinal) => {
    let index = ordinal; // among the turns that the parts before leave
    for (let part = 0; part < last; part++) {
      const turnsBefore = (count: number): number =>
        Math.floor(count * shares[part] + phases[part]);
      const taken = turnsBefore(index);
      if (turnsBefore(index + 1) > taken) return { part, index: taken };
      index -= taken;
    }
    return { part: last, index };
  };
}
