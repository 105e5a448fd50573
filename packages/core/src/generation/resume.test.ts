import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { NextTokenModel } from '../model/next-token-model.js';
import { createFakeModel } from '../testing/fake-model.js';
import type { NoteEvent } from '../tokenizer/decoder.js';
import { createTokenizer } from '../tokenizer/read-tokenizer.js';
import { generate } from './generate.js';
import { GenerationError } from './generation-error.js';
import type { GenerateOptions, Generation, GenerationCheckpoint } from './generation-options.js';

const tokenizer = createTokenizer({
  version: 1,
  positionsPerQuarter: 24,
  pitchRange: [48, 72],
  instruments: [0, 40, 42],
  percussionKeys: [36, 42],
  timeSignatures: [{ numerator: 4, denominator: 4 }],
  tempo: { lowestBpm: 24, highestBpm: 240, bins: 8 },
  velocityBins: 4,
  labels: { composer: ['Bach', 'Brahms'] },
});
const id = tokenizer.idOf;
const model = createFakeModel(tokenizer.grammar, { sharpness: 2 });
const primer = ['Begin', 'composer_Bach', 'With_violin', 'Bar', 'Position_0', 'Pitch_60'].map(id);
primer.push(id('Duration_7'), id('Velocity_2'));

async function collect(generation: Generation) {
  const notes: NoteEvent[] = [];
  for (;;) {
    const step = await generation.next();
    if (step.done) return { notes, ...step.value };
    notes.push(step.value);
  }
}

/** A model that counts its calls, and from one of them on fails. */
function counting({ calls = Infinity } = {}) {
  const asked = { tokens: 0, calls: 0 };
  const counted: NextTokenModel = {
    ...model,
    decode: (request) => {
      if (++asked.calls > calls) throw new Error('the model failed');
      asked.tokens += request.uniforms.length;
      return model.decode(request);
    },
  };
  return { counted, asked };
}

const requests = fc.constantFrom<GenerateOptions>(
  { maxTokens: 90 },
  { seconds: 4, instruments: [0, 40], pitchRange: [50, 60], temperature: 0.8 },
  { notes: 20, labels: { composer: 'Brahms' } },
  { bars: 2, primer },
  // The violin of the primer may not go on, so the bias changes at the first instrument.
  { notes: 15, primer, instruments: [42] },
  { notes: 15, primer, instruments: [42], includePrimer: true },
);

it('gives the same notes wherever it was cut, and asks for none of them again', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1000),
      requests,
      fc.nat(12),
      fc.integer({ min: 1, max: 20 }),
      async (seed, request, calls, blockSize) => {
        const options = { ...request, seed, blockSize };
        const whole = counting();
        const expected = await collect(generate(whole.counted, tokenizer, options));

        const begun = counting({ calls });
        const first = generate(begun.counted, tokenizer, options);
        await collect(first).catch(() => undefined);
        const resume = structuredClone(first.checkpoint());

        const rest = counting();
        const second = generate(rest.counted, tokenizer, { ...options, resume });
        expect(await collect(second)).toEqual(expected);
        expect(begun.asked.tokens + rest.asked.tokens).toBe(whole.asked.tokens);
      },
    ),
    { numRuns: 60 },
  );
});

it('can be cut after every note, and while it waits', async () => {
  const options = { seed: 3, notes: 12, primer };
  const expected = await collect(generate(model, tokenizer, options));
  const generation = generate(model, tokenizer, options);
  const checkpoints: GenerationCheckpoint[] = [generation.checkpoint()];
  for (let i = 0; i < 12; i++) {
    const next = generation.next();
    checkpoints.push(generation.checkpoint());
    await next;
    checkpoints.push(generation.checkpoint());
  }
  for (const resume of checkpoints) {
    expect(await collect(generate(model, tokenizer, { ...options, resume }))).toEqual(expected);
  }
});

it('keeps what was drawn before an abort', async () => {
  const abort = new AbortController();
  const generation = generate(model, tokenizer, { seed: 3, notes: 50, signal: abort.signal });
  await generation.next();
  const before = generation.checkpoint();
  abort.abort();
  await expect(collect(generation)).rejects.toThrow('abort');
  expect(generation.checkpoint()).toEqual(before);
});

it.each<[string, number[], RegExp]>([
  ['nothing', [], /found: no tokens/],
  ['another primer', [...primer.slice(0, 2), id('With_cello')], /token 2 is another/],
])('refuses the checkpoint of %s', (_, tokens, message) => {
  const resume = { tokens: Uint16Array.from(tokens), state: model.createState(1) };
  const begin = () => generate(model, tokenizer, { primer, resume });
  expect(begin).toThrow(GenerationError);
  expect(begin).toThrow(message);
});
