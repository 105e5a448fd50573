// golden.json: what a model computes on a primer and composes for a few seeds. A runtime that gives the same is right.
import * as z from 'zod/mini';
import { createRandom } from '../generation/random.js';
import type { NextTokenModel, SamplingParameters } from '../model/next-token-model.js';
import { ArtifactError } from './artifact-error.js';
import { parseJsonFile } from './json-file.js';

/** Version of the schema of `golden.json`. */
export const GOLDEN_SCHEMA_VERSION = 1;

/** How far a runtime's logits may be from the golden ones, per unit of the largest logit (at least 1). Runtimes sum in
 *  different orders, which gives some 1e-6; a wrong weight or a wrong layout gives 1e-2 and more. */
export const GOLDEN_LOGIT_TOLERANCE = 1e-4;

const tokenId = z.int().check(z.nonnegative());

/** Schema of `golden.json`. */
export const goldenSchema = z.object({
  schemaVersion: z.literal(GOLDEN_SCHEMA_VERSION),
  /** Token ids that begin a piece. */
  primer: z.array(tokenId).check(z.minLength(1)),
  /** Logits after the primer, before any mask; shape [V]. */
  logits: z.array(z.number()).check(z.minLength(2)),
  /** What follows the primer for a seed, by the rules of docs/sampling.md. */
  compositions: z
    .array(
      z.object({
        seed: z.int().check(z.gte(0), z.lte(0xffff_ffff)),
        temperature: z.number(),
        topK: z.int().check(z.positive()),
        topP: z.number(),
        minP: z.number(),
        tokens: z.array(tokenId).check(z.minLength(1)),
      }),
    )
    .check(z.minLength(1)),
});

export type Golden = z.infer<typeof goldenSchema>;

/** @throws {ArtifactError} if it is not JSON of the schema */
export function parseGolden(text: string): Golden {
  return parseJsonFile('golden.json', text, goldenSchema);
}

export interface GoldenOptions {
  /** Token ids that begin a piece, at least one. */
  primer: readonly number[];
  /** Tokens of each composition. Default 200. */
  length?: number;
  /** Default 1, 2, 3. */
  seeds?: readonly number[];
  /** Default: temperature 1, nothing cut. */
  sampling?: Partial<SamplingParameters>;
}

/** Records what a model computes and composes. */
export async function createGolden(model: NextTokenModel, options: GoldenOptions): Promise<Golden> {
  const { primer, length = 200, seeds = [1, 2, 3], sampling } = options;
  const parameters = { temperature: 1, topK: model.vocabularySize, topP: 1, minP: 0, ...sampling };
  const { logits } = await model.consume(Int32Array.from(primer), model.createState(1));
  const compositions: Golden['compositions'] = [];
  for (const seed of seeds) {
    const tokens = await continuePrimer(model, primer, seed, length, parameters);
    compositions.push({ seed, ...parameters, tokens });
  }
  return {
    schemaVersion: GOLDEN_SCHEMA_VERSION,
    primer: [...primer],
    logits: Array.from(logits, (logit) => Number(logit.toPrecision(9))), // 9 digits give the float32 back
    compositions,
  };
}

/** Checks that a model gives the golden logits, within `GOLDEN_LOGIT_TOLERANCE`, and exactly the golden tokens.
 *  @throws {ArtifactError} `golden-mismatch`, with the first difference */
export async function checkGolden(model: NextTokenModel, golden: Golden): Promise<void> {
  const { logits } = await model.consume(Int32Array.from(golden.primer), model.createState(1));
  compareLogits(logits, golden.logits);
  for (const { seed, tokens, ...parameters } of golden.compositions) {
    const found = await continuePrimer(model, golden.primer, seed, tokens.length, parameters);
    const place = found.findIndex((token, i) => token !== tokens[i]);
    if (place >= 0) {
      mismatch(`seed ${seed}, token ${place}: expected ${tokens[place]}, found ${found[place]}`);
    }
  }
}

function compareLogits(found: Float32Array, expected: readonly number[]): void {
  if (found.length !== expected.length) {
    mismatch(`expected ${expected.length} logits, found ${found.length}`);
  }
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  expected.forEach((value, id) => {
    if (!(Math.abs(found[id] - value) <= GOLDEN_LOGIT_TOLERANCE * largest)) {
      mismatch(`logit of token ${id}: expected ${value}, found ${found[id]}`);
    }
  });
}

function mismatch(difference: string): never {
  throw new ArtifactError(
    'golden-mismatch',
    `golden.json: ${difference}; this runtime does not compute what the model's exporter did`,
  );
}

/** Forces the primer and draws `length` tokens after it; the token at position i of the piece sees uniform i. */
async function continuePrimer(
  model: NextTokenModel,
  primer: readonly number[],
  seed: number,
  length: number,
  parameters: SamplingParameters,
): Promise<number[]> {
  const forcedTokens = new Int32Array(primer.length - 1 + length).fill(-1);
  forcedTokens.set(primer.slice(1));
  const { tokens } = await model.decode({
    ...parameters,
    state: model.createState(1),
    previousTokens: Int32Array.of(primer[0]),
    uniforms: createRandom(seed).uniforms(1, forcedTokens.length),
    forcedTokens,
  });
  return Array.from(tokens.subarray(primer.length - 1));
}
