// How long a model of ours takes for a token, in Node and in a page.
import { createRandom, type DecodeRequest, type NextTokenModel } from '@ostinato/core';

/** As `generate` asks for them once a piece is under way. */
const TOKENS_PER_CALL = 64;

/** Draws tokens through the whole path of a user: the border of the process or worker, the sampler and the grammar.
 *  @param tokens of each sequence, a multiple of 64
 *  @returns microseconds for one token of every sequence */
export async function timeDecoding(
  model: NextTokenModel,
  { batch, tokens, topP }: { batch: number; tokens: number; topP: number },
): Promise<number> {
  const random = createRandom(1);
  let request: DecodeRequest = {
    state: model.createState(batch),
    previousTokens: new Int32Array(batch),
    uniforms: random.uniforms(0, batch * TOKENS_PER_CALL),
    temperature: 1,
    topK: model.vocabularySize,
    topP,
    minP: 0,
  };
  const start = performance.now();
  for (let done = 0; done < tokens; done += TOKENS_PER_CALL) {
    const { tokens: drawn, state } = await model.decode(request);
    const previousTokens = Int32Array.from(
      { length: batch },
      (_, row) => drawn[(row + 1) * TOKENS_PER_CALL - 1] ?? 0,
    );
    const uniforms = random.uniforms((done + TOKENS_PER_CALL) * batch, batch * TOKENS_PER_CALL);
    request = { ...request, state, previousTokens, uniforms };
  }
  return ((performance.now() - start) / tokens) * 1e3;
}
