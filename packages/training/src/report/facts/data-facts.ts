// What the report says of the data: found out once and kept in `RUN/report/data.json`, so that a report can be made again
// where the corpus is not.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { replaceFile } from '../../checkpoint/durable.js';
import type { Corpus } from '../../data/open-corpus.js';
import { evaluateNGram, trainNGram } from '../../evaluation/evaluate-n-gram.js';
import { corpusStatistics } from '../notes/corpus-statistics.js';
import { noteStatisticsSchema } from '../notes/note-statistics.js';
import { ledgerSummarySchema, summariseLedgers } from './ledger-summary.js';

const FILE = 'data.json';
/** Training tokens up to which the 5-gram is counted: it takes about a microsecond and some bytes for each. */
const MOST_N_GRAM_TOKENS = 6_000_000;

const count = z.int().nonnegative();
const totals = z.object({ pieces: count, tokens: count, notes: count });

const dataFactsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  corpusId: z.string(),
  source: z.string(),
  splits: z.object({ train: totals, validation: totals, test: totals }),
  statistics: noteStatisticsSchema,
  ledger: ledgerSummarySchema.nullable(),
  /** A 5-gram of the training split on the validation split, nats per token; null where it was not counted. */
  baseline: z.number().nullable(),
});

export type DataFacts = z.infer<typeof dataFactsSchema>;

/** What an earlier session found out; undefined if there is nothing, of another corpus or damaged. */
export async function readDataFacts(
  reportFolder: string,
  corpusId: string,
): Promise<DataFacts | undefined> {
  try {
    const facts = dataFactsSchema.parse(
      JSON.parse(await readFile(join(reportFolder, FILE), 'utf8')),
    );
    return facts.corpusId === corpusId ? facts : undefined;
  } catch {
    return undefined;
  }
}

/** Finds out and keeps it.
 *  @param dataFolders of the corpora, for their ledgers
 *  @throws {CorpusError} if the corpus is damaged
 *  @throws the signal's reason if it is aborted */
export async function findDataFacts(
  reportFolder: string,
  corpus: Corpus,
  { dataFolders, signal }: { dataFolders: readonly string[]; signal?: AbortSignal | undefined },
): Promise<DataFacts> {
  const { id: corpusId, description } = corpus;
  const facts: DataFacts = {
    schemaVersion: 1,
    corpusId,
    source: description.source,
    splits: {
      train: totalsOf(corpus, 'train'),
      validation: totalsOf(corpus, 'validation'),
      test: totalsOf(corpus, 'test'),
    },
    statistics: await corpusStatistics(corpus, signal),
    ledger: (await summariseLedgers(dataFolders, signal)) ?? null,
    baseline: await nGramLoss(corpus, signal),
  };
  await mkdir(reportFolder, { recursive: true });
  const text = new TextEncoder().encode(`${JSON.stringify(facts)}\n`);
  await replaceFile(join(reportFolder, FILE), text);
  return facts;
}

function totalsOf(corpus: Corpus, split: 'train' | 'validation' | 'test'): z.infer<typeof totals> {
  const sums = { pieces: 0, tokens: 0, notes: 0 };
  for (const { tokens, notes } of corpus.pieces(split)) {
    sums.pieces++;
    sums.tokens += tokens;
    sums.notes += notes;
  }
  return sums;
}

async function nGramLoss(corpus: Corpus, signal?: AbortSignal): Promise<number | null> {
  const { tokens } = totalsOf(corpus, 'train');
  if (tokens === 0 || tokens > MOST_N_GRAM_TOKENS) return null;
  if (corpus.pieces('validation').length === 0) return null;
  const options = signal ? { signal } : {};
  const model = await trainNGram(corpus, options);
  const { natsPerToken } = await evaluateNGram(model, corpus, 'validation', options);
  return Number.isFinite(natsPerToken) ? natsPerToken : null;
}
