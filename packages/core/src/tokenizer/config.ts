// What a vocabulary is made of: the part of tokenizer.json from which every token follows.
import * as z from 'zod/mini';
import { inEnglish } from '../schema-messages.js';
import { LONGEST_BAR, POSITIONS_PER_QUARTER } from './grid.js';
import { barLength, metreName } from './metre.js';
import type { Metre } from './metre.js';
import { describeFaults, TokenizerError } from './tokenizer-error.js';
import { UNKNOWN_LABEL } from './unknown-label.js';

/** Version of tokenizer.json; raised when the same config would give other tokens. */
export const TOKENIZER_VERSION = 1;

const midiNumber = z.int().check(z.gte(0), z.lte(127));
const range = z
  .tuple([midiNumber, midiNumber])
  .check(z.refine(([low, high]) => low <= high, 'expected [lowest, highest]'));

const timeSignature = z
  .strictObject({
    numerator: z.int().check(z.gte(1), z.lte(255)),
    denominator: z.literal([1, 2, 4, 8, 16, 32]),
  })
  .check(z.refine(isRepresentable, `expected a bar of at most ${LONGEST_BAR} positions`));

const tempoScale = z
  .strictObject({
    lowestBpm: z.number().check(z.gte(4)),
    highestBpm: z.number().check(z.lte(1000)),
    bins: z.int().check(z.gte(1), z.lte(256)),
  })
  .check(
    z.refine(
      ({ lowestBpm, highestBpm }) => lowestBpm < highestBpm,
      'expected lowestBpm < highestBpm',
    ),
  );

const labelKind = z
  .string()
  .check(z.regex(/^[a-z][A-Za-z0-9]*$/, 'expected a name in camel case, such as "composer"'));
const labelValues = z.array(z.string().check(z.minLength(1), z.maxLength(200))).check(
  z.maxLength(4096),
  z.refine(isUnique, 'expected every label once'),
  z.refine((values) => !values.includes(UNKNOWN_LABEL), `"${UNKNOWN_LABEL}" is reserved`),
);

/** Schema of a tokenizer's config. */
export const tokenizerConfigSchema = z
  .strictObject({
    version: z.literal(TOKENIZER_VERSION),
    positionsPerQuarter: z.literal(POSITIONS_PER_QUARTER),
    /** Lowest and highest pitch of instruments, inclusive. */
    pitchRange: range,
    /** General MIDI programs, ascending. */
    instruments: z.array(midiNumber).check(z.refine(isAscending, 'expected ascending programs')),
    /** Lowest and highest key of the percussion kit, inclusive; null for none. */
    percussionKeys: z.nullable(range),
    timeSignatures: z.array(timeSignature).check(
      z.minLength(1),
      z.refine((all) => isUnique(all.map(metreName)), 'expected every signature once'),
    ),
    /** Tempo bins, equally wide on a logarithmic scale. */
    tempo: tempoScale,
    /** 0 for no velocities. */
    velocityBins: z.int().check(z.gte(0), z.lte(127)),
    /** Known values of each kind of label, such as `{ composer: ['Bach'] }`. */
    labels: z.record(labelKind, labelValues).check(
      z.refine((labels) => Object.keys(labels).length <= 32, 'expected at most 32 kinds'),
      // Ids are 16 bits wide; everything but labels takes less than 2,000.
      z.refine((labels) => Object.values(labels).flat().length <= 32_768, 'expected fewer labels'),
    ),
  })
  .check(
    z.refine(
      ({ instruments, percussionKeys }) => instruments.length > 0 || percussionKeys !== null,
      'expected at least one instrument, or percussion',
    ),
  );

/** What a vocabulary is made of. Plain JSON; see the schema for ranges. */
export type TokenizerConfig = z.infer<typeof tokenizerConfigSchema>;

/** Checks a config.
 *  @throws {TokenizerError} `tokenizer-config` with the place of every fault */
export function parseTokenizerConfig(value: unknown): TokenizerConfig {
  const result = tokenizerConfigSchema.safeParse(value, inEnglish);
  if (result.success) return result.data;
  throw new TokenizerError('tokenizer-config', `tokenizer: ${describeFaults(result.error)}`, {
    cause: result.error,
  });
}

function isRepresentable(metre: Metre): boolean {
  const length = barLength(metre);
  return Number.isInteger(length) && length <= LONGEST_BAR;
}

function isUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || values[i - 1] < value);
}
