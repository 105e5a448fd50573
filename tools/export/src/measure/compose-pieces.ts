// Pieces that a model composes, to measure it and others where it is used.
import { createRandom, type NextTokenModel } from '@ostinato/core';

export interface PieceOptions {
  /** One for each piece. */
  readonly seeds: readonly number[];
  /** T, the tokens of each piece with its primer, at least as many as that. */
  readonly length: number;
}

/** Composes a piece for each seed, with nothing cut from the distribution.
 *  @param primer token ids that begin each, at least one
 *  @returns ids, shape [B, T] */
export async function composePieces(
  model: NextTokenModel,
  primer: readonly number[],
  { seeds, length }: PieceOptions,
): Promise<Int32Array> {
  const batch = seeds.length;
  const drawn = length - 1;
  const uniforms = new Float32Array(batch * drawn);
  const forcedTokens = new Int32Array(batch * drawn).fill(-1);
  seeds.forEach((seed, row) => {
    uniforms.set(createRandom(seed).uniforms(0, drawn), row * drawn);
    forcedTokens.set(primer.slice(1), row * drawn);
  });
  const { tokens } = await model.decode({
    temperature: 1,
    topK: model.vocabularySize,
    topP: 1,
    minP: 0,
    state: model.createState(batch),
    previousTokens: new Int32Array(batch).fill(primer[0]),
    uniforms,
    forcedTokens,
  });
  const pieces = new Int32Array(batch * length);
  for (let row = 0; row < batch; row++) {
    pieces[row * length] = primer[0];
    pieces.set(tokens.subarray(row * drawn, (row + 1) * drawn), row * length + 1);
  }
  return pieces;
}
