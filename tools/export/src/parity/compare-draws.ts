// Do the chunk graph and the step graph compose the same? Token for token, over whole pieces.
import {
  allowedAfter,
  createRandom,
  type Grammar,
  type ModelState,
  type NextTokenModel,
  sampleToken,
} from '@ostinato/core';

/** Two kernels give logits that differ by some 1e-6 of their size, so where a uniform falls this close to the border
 *  between two tokens, or two tokens are this close in the order, either is right. */
const TIE = 1e-5;

export interface DrawReport {
  /** Tokens drawn, over all seeds. */
  readonly tokens: number;
  readonly seeds: readonly number[];
  /** Tokens that differ, but lie within rounding of each other. */
  readonly ties: number;
  /** Tokens that differ. */
  readonly different: number;
}

export interface DrawOptions {
  /** Token ids that begin each piece. */
  readonly primer: readonly number[];
  readonly seeds: readonly number[];
  /** Tokens of each piece. */
  readonly length: number;
}

/** Composes a piece for each seed with `decode`, and asks of each token whether `consume` and core's `sampleToken` draw
 *  it too after the same tokens. */
export async function compareDraws(
  model: NextTokenModel,
  grammar: Grammar,
  { primer, seeds, length }: DrawOptions,
): Promise<DrawReport> {
  const vocabularySize = model.vocabularySize;
  const sampling = { temperature: 1, topK: vocabularySize, topP: 0.98, minP: 0.001 };
  const uniforms = concatenated(seeds.map((seed) => createRandom(seed).uniforms(0, length)));
  let state = await stateBefore(model, primer, seeds.length);
  let previous = new Int32Array(seeds.length).fill(primer.at(-1)!);
  const request = { ...sampling, state, previousTokens: previous, uniforms };
  const { tokens } = await model.decode(request);

  let ties = 0;
  let different = 0;
  for (let step = 0; step < length; step++) {
    const { logits, state: after } = await model.consume(previous, state);
    const chosen = new Int32Array(seeds.length);
    for (const row of seeds.keys()) {
      const place = row * length + step;
      chosen[row] = tokens[place]!;
      const rowLogits = logits.subarray(row * vocabularySize, (row + 1) * vocabularySize);
      const allowed = allowedAfter(grammar, previous[row]);
      const draw = (uniform: number) => sampleToken(rowLogits, uniform, sampling, { allowed });
      if (draw(uniforms[place]) === chosen[row]) continue;
      if (isTie(draw, rowLogits, uniforms[place], chosen[row])) ties++;
      else different++;
    }
    state = after;
    previous = chosen;
  }
  return { tokens: tokens.length, seeds, ties, different };
}

/** The state of `batch` sequences before the last token of the primer is consumed. */
async function stateBefore(
  model: NextTokenModel,
  primer: readonly number[],
  batch: number,
): Promise<ModelState> {
  const state = model.createState(batch);
  if (primer.length === 1) return state;
  const rows = Array.from({ length: batch }, () => primer.slice(0, -1));
  return (await model.consume(Int32Array.from(rows.flat()), state)).state;
}

function concatenated(rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

function isTie(
  draw: (uniform: number) => number,
  logits: Float32Array,
  uniform: number,
  token: number,
): boolean {
  const near = [Math.max(0, uniform - TIE), Math.min(1 - TIE, uniform + TIE)];
  if (near.some((moved) => draw(moved) === token)) return true;
  return Math.abs(logits[draw(uniform)] - logits[token]) <= TIE;
}
