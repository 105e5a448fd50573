// Contract of `decode`: what is drawn, and that it depends on nothing but the request.
import { sampleToken } from '../../generation/sample-token.js';
import { allowedAfter } from '../../model/decode-by-steps.js';
import type { ModelUnderTest, WithModel } from './model-under-test.js';
import type { DecodeRequest } from '../../model/next-token-model.js';
import type { TestApi } from '../test-api.js';
import {
  allowedIds,
  bitsOf,
  decodeRequest,
  freestToken,
  LOGIT_TOLERANCE,
  relativeDifference,
  rowOf,
} from './fixtures.js';

/** A token other than the reference's is right only where the uniform is this close to the border between the two:
 *  cumulative probabilities from two kernels differ by some 1e-7, and a peaked distribution stretches that. */
const UNIFORM_TOLERANCE = 1e-5;

export function describeDecoding(api: TestApi, withModel: WithModel): void {
  describeDraws(api, withModel);
  describeIndependence(api, withModel);
  describeCallersTokens(api, withModel);
}

function describeDraws({ it, expect }: TestApi, withModel: WithModel): void {
  const settings = [
    { temperature: 1 },
    { temperature: 0.8, topP: 0.9 },
    { temperature: 1.3, topK: 5 },
    { temperature: 1, minP: 0.1 },
  ];
  for (const setting of settings) {
    it(
      `draws what consume and sampleToken draw with ${JSON.stringify(setting)}`,
      withModel(async (subject) => {
        const { tokens, state } = await compareWithReference(subject, setting, expect);
        const again = await subject.model.consume(tokens, subject.model.createState(1));
        const apart = relativeDifference(again.state.values, state.values);
        expect(apart).toBeLessThanOrEqual(LOGIT_TOLERANCE);
      }),
    );
  }

  it(
    'draws the likeliest allowed token with top-k 1',
    withModel(async ({ model, grammar }) => {
      const start = freestToken(grammar);
      const { logits } = await model.consume(Int32Array.of(start), model.createState(1));
      const best = allowedIds(grammar, start).reduce((a, b) => (logits[b] > logits[a] ? b : a));
      const request = decodeRequest(model, [start], 1, { topK: 1 });
      expect((await model.decode(request)).tokens[0]).toBe(best);
    }),
  );

  it(
    'never draws what the bias forbids',
    withModel(async ({ model, grammar }) => {
      const start = freestToken(grammar);
      const choices = allowedIds(grammar, start);
      for (const only of [choices[0], choices.at(-1)!]) {
        const bias = new Float32Array(model.vocabularySize).fill(-Infinity);
        bias[only] = 0;
        const { tokens } = await model.decode(decodeRequest(model, [start, start], 1, { bias }));
        expect(tokens).toEqual(Int32Array.of(only, only));
      }
    }),
  );

  it(
    'obeys the grammar over 2,000 tokens at a high temperature',
    withModel(async ({ model, grammar }) => {
      const starts = [0, 1, 2, 3, 4, 5, 6, 7];
      const request = decodeRequest(model, starts, 250, { temperature: 20 });
      const { tokens } = await model.decode(request);
      for (const row of starts) {
        let previous = row;
        for (const token of rowOf(tokens, row, 8)) {
          expect(allowedAfter(grammar, previous)[token], `${previous} -> ${token}`).toBe(1);
          previous = token;
        }
      }
    }),
  );
}

function describeIndependence({ it, expect }: TestApi, withModel: WithModel): void {
  it(
    'draws the same whatever the size of the blocks',
    withModel(async ({ model }) => {
      const request = decodeRequest(model, [0], 48);
      const whole = await model.decode(request);
      for (const size of [1, 7, 24]) {
        let { state, previousTokens } = request;
        const tokens: number[] = [];
        for (let first = 0; first < 48; first += size) {
          const uniforms = request.uniforms.slice(first, first + size);
          const block = await model.decode({ ...request, state, previousTokens, uniforms });
          tokens.push(...block.tokens);
          ({ state } = block);
          previousTokens = block.tokens.slice(-1);
        }
        expect(tokens, `blocks of ${size}`).toEqual([...whole.tokens]);
        expect(bitsOf(state.values)).toEqual(bitsOf(whole.state.values));
      }
    }),
  );

  it(
    'decodes each row of batches of 1 to 8 as if it were alone, bit for bit',
    withModel(async ({ model }) => {
      const starts = [0, 1, 2, 3, 4, 5, 6, 7];
      const full = decodeRequest(model, starts, 16);
      const alone = [];
      for (const row of starts) {
        const uniforms = rowOf(full.uniforms, row, 8);
        alone.push(await model.decode(decodeRequest(model, [row], 16, { uniforms })));
      }
      for (let batch = 2; batch <= 8; batch++) {
        const result = await model.decode(decodeRequest(model, starts.slice(0, batch), 16));
        for (let row = 0; row < batch; row++) {
          const name = `row ${row} of ${batch}`;
          expect(rowOf(result.tokens, row, batch), name).toEqual(alone[row].tokens);
          const values = rowOf(result.state.values, row, batch);
          expect(bitsOf(values), name).toEqual(bitsOf(alone[row].state.values));
        }
      }
    }),
  );

  it(
    'leaves a request as it was',
    withModel(async ({ model }) => {
      const request = decodeRequest(model, [0, 1], 8, {
        forcedTokens: new Int32Array(16).fill(-1),
        counts: Int32Array.of(8, 3),
        bias: new Float32Array(model.vocabularySize),
      });
      const before = structuredCopy(request);
      await model.decode(request);
      expect(structuredCopy(request)).toEqual(before);
    }),
  );
}

function describeCallersTokens({ it, expect }: TestApi, withModel: WithModel): void {
  it(
    'goes on from forced tokens exactly as from drawn ones',
    withModel(async ({ model }) => {
      const request = decodeRequest(model, [0, 1], 20);
      const drawn = await model.decode(request);
      const half = drawn.tokens.map((token, i) => (i % 20 < 10 ? token : -1));
      for (const forcedTokens of [drawn.tokens, half]) {
        const forced = await model.decode({ ...request, forcedTokens });
        expect(forced.tokens).toEqual(drawn.tokens);
        expect(bitsOf(forced.state.values)).toEqual(bitsOf(drawn.state.values));
      }
    }),
  );

  it(
    'takes a forced token that mask and bias forbid',
    withModel(async ({ model, grammar }) => {
      const start = freestToken(grammar);
      const forbidden = allowedAfter(grammar, start).indexOf(0);
      const forced = forbidden === -1 ? 0 : forbidden;
      const bias = new Float32Array(model.vocabularySize);
      bias[forced] = -Infinity;
      const forcedTokens = Int32Array.of(forced, -1);
      const request = decodeRequest(model, [start], 2, { bias, forcedTokens });
      const { tokens } = await model.decode(request);
      expect(tokens[0]).toBe(forced);
      expect(allowedAfter(grammar, forced)[tokens[1]]).toBe(1);
    }),
  );

  it(
    'freezes a row after its count',
    withModel(async ({ model }) => {
      const request = decodeRequest(model, [0, 1, 2], 6);
      const counts = Int32Array.of(0, 4, 6);
      const full = await model.decode(request);
      const frozen = await model.decode({ ...request, counts });
      const short = await model.decode({ ...request, counts: Int32Array.of(4, 4, 4) });

      expect(rowOf(frozen.tokens, 0, 3)).toEqual(new Int32Array(6).fill(-1));
      const four = rowOf(full.tokens, 1, 3).fill(-1, 4);
      expect(rowOf(frozen.tokens, 1, 3)).toEqual(four);
      expect(rowOf(frozen.tokens, 2, 3)).toEqual(rowOf(full.tokens, 2, 3));
      const states = [request.state, short.state, full.state];
      for (const [row, expected] of states.entries()) {
        const found = bitsOf(rowOf(frozen.state.values, row, 3));
        expect(found, `state of row ${row}`).toEqual(bitsOf(rowOf(expected.values, row, 3)));
      }
    }),
  );
}

/** Decodes 100 tokens in one call and compares each with the reference drawn from consume's logits.
 *  @returns the tokens that the state has consumed, and that state */
async function compareWithReference(
  { model, grammar }: ModelUnderTest,
  setting: Partial<DecodeRequest>,
  expect: TestApi['expect'],
): Promise<{ tokens: Int32Array; state: DecodeRequest['state'] }> {
  const topK = Math.min(setting.topK ?? model.vocabularySize, model.vocabularySize);
  const request = decodeRequest(model, [0], 100, { ...setting, topK });
  const { tokens, state } = await model.decode(request);
  let previous = 0;
  let reference = model.createState(1);
  for (const [i, token] of tokens.entries()) {
    const step = await model.consume(Int32Array.of(previous), reference);
    reference = step.state;
    const uniform = request.uniforms[i];
    const drawn = [-UNIFORM_TOLERANCE, 0, UNIFORM_TOLERANCE].map((shift) => {
      const shifted = Math.min(Math.max(uniform + shift, 0), 1 - 2 ** -24);
      const allowed = allowedAfter(grammar, previous);
      return sampleToken(step.logits, shifted, request, { allowed });
    });
    expect(drawn.includes(token), `token ${i} is ${token}, expected one of ${drawn.join()}`).toBe(
      true,
    );
    previous = token;
  }
  return { tokens: Int32Array.of(0, ...tokens.slice(0, -1)), state };
}

function structuredCopy(request: DecodeRequest): unknown {
  return JSON.parse(JSON.stringify(request));
}
