// From a request to the options of `generate`: what is left out, what this server gives at most, what the model knows.
import {
  type EncodedScore,
  type GenerateOptions,
  instrumentSlug,
  type Labels,
  type Tokenizer,
} from '@ostinato/core';
import type { ServedModel } from '../app-options.js';
import type { Limits } from '../limits.js';
import { ProblemError } from '../problem/problem.js';
import type { ComposeRequest, Primer } from '../schemas/compose-schemas.js';
import { knownInstrument } from './known-instrument.js';
import { randomSeed } from './random-seed.js';
import { readPrimer, type ReadContext } from './read-primer.js';

const DEFAULT_SECONDS = 60;

export interface PlannedComposition {
  /** For `generate`, but for the signal. The same request with this seed gives the same piece. */
  readonly options: GenerateOptions;
  /** As the answer tells it. */
  readonly seed: number | string;
  /** The piece to continue, where one was given. */
  readonly primer?: EncodedScore;
}

/** Reads and checks all of a request that has passed the schema.
 *  @param beside a piece to continue that came beside the request: a MIDI file, or one that was read before
 *  @throws {ProblemError} `outside-limits`, `cannot-compose`
 *  @throws {MidiFormatError} if the primer cannot be read
 *  @throws {TokenizerError} {VocabularyError} if the model cannot say what was asked for */
export async function planComposition(
  { tokenizer, manifest }: ServedModel,
  request: ComposeRequest,
  context: ReadContext,
  beside?: Uint8Array | EncodedScore,
): Promise<PlannedComposition> {
  const { limits } = context;
  const { seed = randomSeed(), labels, primer, ...asked } = request;
  checkLength(request, limits);
  const options: GenerateOptions = {
    ...manifest.sampling,
    ...samplingOf(asked),
    seed,
    ...lengthOf(request, limits),
    mayEndEarly: asked.mayEndEarly ?? false,
    includePrimer: asked.includePrimer ?? true,
    ...(asked.pitchRange && { pitchRange: asked.pitchRange }),
    ...(asked.instruments && {
      instruments: asked.instruments.map((name, index) =>
        knownInstrument(name, tokenizer, `instruments.${index}`),
      ),
    }),
  };
  if (primer && beside) {
    const detail = 'primer: expected once, found in the request and as a file';
    throw new ProblemError('invalid-request', detail);
  }
  const given = beside ?? primer;
  if (given === undefined) return { options: { ...options, ...(labels && { labels }) }, seed };
  const read =
    'tokens' in given ? given : await encodePiece(given, tokenizer, { ...context, labels });
  return { options: { ...options, primer: read.tokens }, seed, primer: read };
}

/** Reads a piece that a client gave, and says it in tokens.
 *  @throws {ProblemError} `cannot-compose` if the model can say no note of it; `outside-limits` if it is too long
 *  @throws {VocabularyError} if a label is not known
 *  @throws as `readPrimer` does */
export async function encodePiece(
  piece: Primer | Uint8Array,
  tokenizer: Tokenizer,
  context: ReadContext & { labels?: Labels | undefined },
): Promise<EncodedScore> {
  const { limits, renderer, labels = {}, signal } = context;
  const score = await readPrimer(piece, tokenizer, context);
  // Encoding takes labels that it does not know for unknown; asking for the head refuses them.
  tokenizer.head({ labels, instruments: tokenizer.instruments.slice(0, 1) });
  const encoded = await renderer
    .encode(tokenizer, score, labels, { signal })
    .catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 'empty-score') throw error;
      const known = tokenizer.instruments.map(instrumentSlug).join(', ');
      const detail = `the given piece holds no note that the model can say; it has ${known}`;
      throw new ProblemError('cannot-compose', detail, { cause: error });
    });
  const found = encoded.tokens.length;
  if (found <= limits.givenTokens) return encoded;
  const detail = `the given piece is ${found} tokens long, this server takes ${limits.givenTokens}; give a part of it`;
  throw new ProblemError('outside-limits', detail);
}

function checkLength(request: ComposeRequest, limits: Limits): void {
  for (const name of ['seconds', 'bars', 'notes'] as const) {
    const asked = request[name];
    if (asked === undefined || asked <= limits[name]) continue;
    const detail = `${name}: expected at most ${limits[name]}, found ${asked}; ask for less, and go on from there with a primer`;
    throw new ProblemError('outside-limits', detail);
  }
}

/** What was asked for, and the most that this server gives of everything else. */
function lengthOf({ seconds, bars, notes }: ComposeRequest, limits: Limits): GenerateOptions {
  const isAsked = bars !== undefined || notes !== undefined;
  const most = isAsked ? limits.seconds : Math.min(DEFAULT_SECONDS, limits.seconds);
  return {
    seconds: seconds ?? most,
    notes: notes ?? limits.notes,
    maxTokens: limits.tokens,
    ...(bars !== undefined && { bars }),
  };
}

function samplingOf({ temperature, topK, topP, minP }: ComposeRequest): GenerateOptions {
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topK !== undefined && { topK }),
    ...(topP !== undefined && { topP }),
    ...(minP !== undefined && { minP }),
  };
}
