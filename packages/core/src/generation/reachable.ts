// Can the model always go on under a bias? Checked once, before the first token.
import { allowedAfter } from '../model/decode-by-steps.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { GenerationError } from './generation-error.js';

/** Follows the grammar from `last` along every token that the bias leaves.
 *  @param isGoal whether a token needs no successor under this bias
 *  @throws {GenerationError} `no-allowed-token`, naming the kind of token after which nothing is left */
export function checkReachable(
  tokenizer: Pick<Tokenizer, 'grammar' | 'tokens' | 'kindOf'>,
  last: number,
  bias: Float32Array,
  isGoal: (token: number) => boolean,
): void {
  const { grammar } = tokenizer;
  const seen = new Set([grammar.stateAfter[last]]);
  const waiting = [last];
  for (let token = waiting.pop(); token !== undefined; token = waiting.pop()) {
    const following = choicesAfter(grammar, token, bias);
    if (following.length === 0) {
      const place = `after ${tokenizer.kindOf(token)} (such as ${tokenizer.tokens[token]})`;
      throw new GenerationError(
        'no-allowed-token',
        `bias and constraints: no token is left ${place}; allow at least one that the grammar allows`,
      );
    }
    for (const next of following) {
      const state = grammar.stateAfter[next];
      if (isGoal(next) || seen.has(state)) continue;
      seen.add(state);
      waiting.push(next);
    }
  }
}

function choicesAfter(grammar: Tokenizer['grammar'], token: number, bias: Float32Array): number[] {
  const choices: number[] = [];
  allowedAfter(grammar, token).forEach((allowed, id) => {
    if (allowed === 1 && bias[id] !== -Infinity) choices.push(id);
  });
  return choices;
}
