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

/** Composes pieces with `decode`, and asks of each token whether `consume` and core's `sampleToken` draw it too after
 *  the same tokens. */
export async function compareDraws(
  model: NextTokenModel,
  grammar: Grammar,
  { primer, seeds, length }: DrawOptions,
): Promise<DrawReport> {
  let ties = 0;
  let different = 0;
  for (const seed of seeds) {
    const sampling = { temperature: 1, topK: model.vocabularySize, topP: 0.98, minP: 0.001 };
    let state = await stateBefore(model, primer);
    let previous = Int32Array.of(primer.at(-1)!);
    const uniforms = createRandom(seed).uniforms(0, length);
    const { tokens } = await model.decode({
      ...sampling,
      state,
      previousTokens: previous,
      uniforms,
    });
    for (const [i, token] of tokens.entries()) {
      const { logits, state: after } = await model.consume(previous, state);
      const allowed = allowedAfter(grammar, previous[0]);
      const draw = (uniform: number) => sampleToken(logits, uniform, sampling, { allowed });
      if (draw(uniforms[i]) !== token) {
        if (isTie(draw, logits, uniforms[i], token)) ties++;
        else different++;
      }
      state = after;
      previous = Int32Array.of(token);
    }
  }
  return { tokens: length * seeds.length, seeds, ties, different };
}

/** The state before the last token of the primer is consumed. */
async function stateBefore(model: NextTokenModel, primer: readonly number[]): Promise<ModelState> {
  const state = model.createState(1);
  if (primer.length === 1) return state;
  return (await model.consume(Int32Array.from(primer.slice(0, -1)), state)).state;
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
