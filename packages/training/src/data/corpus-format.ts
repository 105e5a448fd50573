// What a corpus looks like on disk. A folder with
//   corpus.json     what it holds, and the hashes of the other files
//   pieces.jsonl    one line for each piece: where its tokens lie, its split, its labels
//   tokens.bin      the tokens of all pieces, one after another: unsigned 16 bits, little-endian
//   tokenizer.json  what the tokens mean
//   ledger.jsonl    one line for every file that was met
//   summary.txt     the same for people
import * as z from 'zod';
import { LEDGER_STATUSES } from './ledger.js';
import { SPLITS } from './split.js';

/** Version of `corpus.json` and `pieces.jsonl`; raised when a reader of the old form would go wrong. */
export const CORPUS_SCHEMA_VERSION = 1;

export const CORPUS_FILES = {
  corpus: 'corpus.json',
  pieces: 'pieces.jsonl',
  tokens: 'tokens.bin',
  tokenizer: 'tokenizer.json',
  ledger: 'ledger.jsonl',
  summary: 'summary.txt',
} as const;

export const BYTES_PER_TOKEN = 2;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
const count = z.int().nonnegative();

const splitTotalsSchema = z.strictObject({ pieces: count, tokens: count, notes: count });

/** Schema of a line of `pieces.jsonl`. */
export const pieceSchema = z
  .strictObject({
    /** The file it came from, below the source. */
    path: z.string().min(1),
    split: z.enum(SPLITS),
    /** Pieces of one group are never in two splits. */
    group: z.string(),
    labels: z.record(z.string(), z.string()),
    /** The first token, counted in tokens from the start of `tokens.bin`. */
    offset: count,
    /** How many tokens; a piece has a beginning and an end at least. */
    tokens: z.int().min(2),
    /** Notes that its tokens say. */
    notes: z.int().positive(),
    /** Semitones by which the piece can be moved with every note inside the pitch range. */
    transposition: z.strictObject({ down: z.int().nonpositive(), up: z.int().nonnegative() }),
  })
  .readonly();

/** Schema of `corpus.json`. */
export const corpusSchema = z.strictObject({
  schemaVersion: z.literal(CORPUS_SCHEMA_VERSION),
  /** The base name of the folder or archive that it was made from. */
  source: z.string(),
  options: z.strictObject({
    seed: z.union([z.int(), z.string()]),
    validationShare: z.number(),
    testShare: z.number(),
    labelByFolder: z.boolean(),
  }),
  pieces: count,
  tokens: count,
  notes: count,
  splits: z.record(z.enum(SPLITS), splitTotalsSchema),
  /** Files met, by what became of them. */
  files: z.record(z.enum(LEDGER_STATUSES), count),
  tokenizer: z.strictObject({ hash: sha256, vocabularySize: z.int().min(2) }),
  /** What the tokenizer's grid lost; see `GridLossSummary`. `changes` counts what it had to change. */
  loss: z.strictObject({
    notes: count,
    onsetsOffGridPercent: z.number(),
    durationsOffGridPercent: z.number(),
    displacementMilliseconds: z.strictObject({
      mean: z.number(),
      p95: z.number(),
      max: z.number(),
    }),
    tempoErrorPercent: z.number(),
    changes: z.record(z.string(), count),
  }),
  sha256: z.strictObject({ pieces: sha256, tokens: sha256 }),
});

/** One piece of a corpus. */
export type CorpusPiece = z.infer<typeof pieceSchema>;
/** What `corpus.json` says. */
export type CorpusDescription = z.infer<typeof corpusSchema>;
export type SplitTotals = z.infer<typeof splitTotalsSchema>;
