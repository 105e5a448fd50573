// The tokens of a piece, drawn block by block, and the place where drawing can go on.
import type { DecodeRequest, NextTokenModel } from '../model/next-token-model.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import type { GenerateOptions, GenerationCheckpoint } from './generation-options.js';
import type { GenerationPlan } from './generation-plan.js';

/** The first note of a piece is complete after 9 to 15 tokens of a tokenizer like the bundled model's: instruments, bar, time
 *  signature, tempo, position, and the note itself. One run brings it. */
const FIRST_BLOCK = 16;
const LARGEST_BLOCK = 64;

export interface Drawing {
  /** The given tokens, and those drawn so far. It only grows. */
  readonly tokens: readonly number[];
  /** Asks the model for the next block. While it consumes given tokens, `tokens` may stay as it is.
   *  @throws the signal's reason; what was there before the call stays right */
  drawBlock(): Promise<void>;
  /** What there is after the last block. */
  checkpoint(): GenerationCheckpoint;
}

/** Starts after the given tokens, or where a checkpoint was taken. Token i of the piece is drawn with uniform i. */
export function createDrawing(
  model: NextTokenModel,
  tokenizer: Tokenizer,
  plan: GenerationPlan,
  { blockSize, neededIn, signal, resume }: GenerateOptions,
): Drawing {
  const { random, given, sampling } = plan;
  const isPlayer = (id: number): boolean => tokenizer.kindOf(id) === 'Instrument';
  const resumed = resume?.tokens.subarray(given.length) ?? [];
  const tokens = [...given, ...resumed];
  let border = resume?.tokens.length ?? 1; // tokens in the state, the last one excepted
  let state = resume?.state ?? model.createState(1);
  let bias = resumed.some(isPlayer) ? plan.bias : (plan.biasBeforeInstrument ?? plan.bias);
  let size = blockSize ?? FIRST_BLOCK;

  return {
    tokens,
    async drawBlock() {
      signal?.throwIfAborted();
      // Where the bias may change with the next drawn token, forced tokens come in blocks and drawn ones singly.
      const most = bias === plan.bias ? size : Math.max(1, given.length - border);
      const request: DecodeRequest = {
        ...sampling,
        state,
        previousTokens: Int32Array.of(tokens[border - 1]),
        uniforms: random.uniforms(border, Math.min(size, most)),
        bias,
        ...(neededIn && { neededInMilliseconds: neededIn() }),
        signal,
      };
      const block = await model.decode(withForced(request, given, border));
      signal?.throwIfAborted();
      for (const token of block.tokens) {
        if (border++ < given.length) continue;
        if (isPlayer(token)) ({ bias } = plan);
        tokens.push(token);
      }
      ({ state } = block);
      size = blockSize ?? Math.min(LARGEST_BLOCK, size * 2);
    },
    checkpoint: () => ({ tokens: Uint16Array.from(tokens.slice(0, border)), state }),
  };
}

/** Adds the given tokens that fall into a request's block, from `position` of the piece on. */
function withForced(request: DecodeRequest, given: Uint16Array, position: number): DecodeRequest {
  if (position >= given.length) return request;
  const count = request.uniforms.length;
  const forcedTokens = Int32Array.from({ length: count }, (_, i) => given[position + i] ?? -1);
  return { ...request, forcedTokens };
}
