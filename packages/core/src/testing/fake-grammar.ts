// A grammar for tests that need one but no music.
import type { Grammar } from '../tokenizer/grammar.js';

/** Tokens fall into K kinds by their remainder; after kind k come kinds k and k + 1 (the last is followed by the
 *  first). So the grammar forbids much, and every token can be reached from every other.
 *  @param vocabularySize V, at least K
 *  @param kinds K, at least 2 */
export function createFakeGrammar(vocabularySize = 40, kinds = 4): Grammar {
  const stateAfter = Uint8Array.from({ length: vocabularySize }, (_, id) => id % kinds);
  const allowed = new Uint8Array(kinds * vocabularySize);
  for (let state = 0; state < kinds; state++) {
    for (let id = 0; id < vocabularySize; id++) {
      const kind = id % kinds;
      if (kind === state || kind === (state + 1) % kinds) allowed[state * vocabularySize + id] = 1;
    }
  }
  return { stateAfter, allowed, states: kinds };
}
