// A corpus in memory, for tests that need real tokens but no files.
import {
  createRandom,
  createTokenizer,
  type Score,
  TICKS_PER_QUARTER,
  TOKENIZER_VERSION,
  type Tokenizer,
} from '@ostinato/core';
import { CORPUS_SCHEMA_VERSION, type CorpusPiece } from '../data/corpus-format.js';
import type { Corpus } from '../data/open-corpus.js';
import type { Split } from '../data/split.js';

export interface MemoryCorpusOptions {
  /** Pieces of each split. Default: 6, 2 and 2. */
  readonly pieces?: Readonly<Record<Split, number>>;
  /** Decides the tunes. Default 1. */
  readonly seed?: number;
  /** Pitches 60..highestPitch; another one is another tokenizer. Default 67. */
  readonly highestPitch?: number;
}

/** Short tunes that mostly walk up and down a scale in quarters, so that there is something to learn. */
export function createMemoryCorpus(options: MemoryCorpusOptions = {}): Corpus {
  const { pieces: wanted = { train: 6, validation: 2, test: 2 }, seed = 1 } = options;
  const tokenizer = tinyTokenizer(options.highestPitch ?? 67);
  const pieces: CorpusPiece[] = [];
  const tokensOf = new Map<CorpusPiece, Uint16Array>();
  let offset = 0;
  for (const split of ['train', 'validation', 'test'] as const) {
    for (let index = 0; index < wanted[split]; index++) {
      const score = tune(seed, pieces.length);
      const { tokens } = tokenizer.encode(score, { labels: { composer: 'Anon' } });
      const piece: CorpusPiece = {
        path: `${split}/${index}.mid`,
        split,
        group: String(pieces.length),
        labels: { composer: 'Anon' },
        offset,
        tokens: tokens.length,
        notes: score.tracks[0].notes.length,
        transposition: tokenizer.transpositionRange(tokens),
      };
      offset += tokens.length;
      pieces.push(piece);
      tokensOf.set(piece, tokens);
    }
  }
  const close = async (): Promise<void> => undefined;
  return {
    id: `memory corpus ${seed}, ${pieces.length} pieces, ${offset} tokens`,
    description: describe(tokenizer, pieces),
    tokenizer,
    pieces: (split) => pieces.filter((piece) => piece.split === split),
    readTokens: async (piece) => tokensOf.get(piece)!.slice(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function tinyTokenizer(highestPitch: number): Tokenizer {
  return createTokenizer({
    version: TOKENIZER_VERSION,
    positionsPerQuarter: 24,
    pitchRange: [60, highestPitch],
    instruments: [0],
    percussionKeys: null,
    timeSignatures: [{ numerator: 1, denominator: 4 }],
    tempo: { lowestBpm: 60, highestBpm: 240, bins: 3 },
    velocityBins: 0,
    labels: { composer: ['Anon'] },
  });
}

/** 20 to 39 quarters; each goes on in the direction of the one before three times of four. */
function tune(seed: number, index: number): Score {
  const random = createRandom(seed, index);
  const length = 20 + random.integerAt(0, 20);
  let pitch = 60 + random.integerAt(1, 6);
  let step = 1;
  const notes = Array.from({ length }, (_, at) => {
    if (random.uniformAt(2 + at) < 0.25 || pitch + step < 60 || pitch + step > 65) step = -step;
    pitch = Math.min(65, Math.max(60, pitch + step));
    const startTicks = at * TICKS_PER_QUARTER;
    return { pitch, startTicks, durationTicks: TICKS_PER_QUARTER, velocity: 64 };
  });
  return {
    ticksPerQuarter: TICKS_PER_QUARTER,
    name: '',
    tempos: [{ tick: 0, microsecondsPerQuarter: 500_000 }],
    timeSignatures: [{ tick: 0, numerator: 1, denominator: 4 }],
    keySignatures: [],
    tracks: [{ name: '', channel: 0, program: 0, notes }],
  };
}

function describe(tokenizer: Tokenizer, pieces: readonly CorpusPiece[]): Corpus['description'] {
  const totals = (
    of: readonly CorpusPiece[],
  ): { pieces: number; tokens: number; notes: number } => ({
    pieces: of.length,
    tokens: of.reduce((sum, { tokens }) => sum + tokens, 0),
    notes: of.reduce((sum, { notes }) => sum + notes, 0),
  });
  const inSplit = (split: Split): ReturnType<typeof totals> =>
    totals(pieces.filter((piece) => piece.split === split));
  const { hash, vocabularySize } = tokenizer;
  const all = totals(pieces);
  return {
    schemaVersion: CORPUS_SCHEMA_VERSION,
    source: 'memory',
    options: { seed: 0, validationShare: 0, testShare: 0, labelByFolder: false },
    ...all,
    splits: { train: inSplit('train'), validation: inSplit('validation'), test: inSplit('test') },
    files: { kept: pieces.length, repaired: 0, duplicate: 0, unused: 0, dropped: 0, skipped: 0 },
    tokenizer: { hash, vocabularySize },
    loss: {
      notes: all.notes,
      onsetsOffGridPercent: 0,
      durationsOffGridPercent: 0,
      displacementMilliseconds: { mean: 0, p95: 0, max: 0 },
      tempoErrorPercent: 0,
      changes: {},
    },
    sha256: { pieces: '0'.repeat(64), tokens: '0'.repeat(64) },
  };
}
