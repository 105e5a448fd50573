// From surveys to a corpus: plan, fit, encode, write. Preparing a whole source and merging shards end here alike, so
// they give the same bytes.
import {
  createTokenizer,
  createVocabularyCollector,
  tokenizerToJson,
  type Tokenizer,
} from '@ostinato/core';
import { writeFileDurably } from '../checkpoint/durable.js';
import { CorpusError } from './corpus-error.js';
import { CORPUS_FILES, type CorpusDescription } from './corpus-format.js';
import { describeCorpus, summaryText } from './describe-corpus.js';
import { encodePieces, type EncodedPieces, type MusicStore } from './encode-pieces.js';
import type { LedgerEntry } from './ledger.js';
import { planCorpus, type CorpusPlan } from './plan.js';
import type { CorpusOptions } from './prepare-options.js';
import { countFiles, type OnPrepareProgress } from './progress.js';
import type { Survey } from './survey-format.js';
import type { PlaceKind } from './work/place.js';
import type { WorkFolder } from './work/work-folder.js';
import { writeJsonLines } from './work/write-text.js';
import type { FileWorkers } from './workers/file-workers.js';

export interface PreparedCorpus {
  readonly description: CorpusDescription;
  /** The description for people, several lines. */
  readonly summary: string;
}

export interface CorpusRequest {
  /** The base name of the source. */
  readonly source: string;
  readonly survey: Survey;
  readonly stores: readonly MusicStore[];
  readonly options: CorpusOptions;
  readonly work: WorkFolder;
  readonly workers: FileWorkers;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: OnPrepareProgress | undefined;
}

export const CORPUS_PLACE: PlaceKind = {
  name: 'a corpus',
  mark: CORPUS_FILES.corpus,
  files: new Set(Object.values(CORPUS_FILES)),
};

/** Makes a corpus in the work folder and moves it to its place.
 *  @throws {CorpusError} `no-pieces` if there is nothing to make one of */
export async function makeCorpus(request: CorpusRequest): Promise<PreparedCorpus> {
  const { source, survey, options, work, signal, onProgress } = request;
  const plan = planCorpus(survey, options);
  if (plan.pieces.length === 0) {
    throw nothingUsable(source, [...survey.others, ...plan.leftOut]);
  }
  const tokenizer = options.tokenizer ?? fitTokenizer(plan, options.velocityBins, onProgress);
  const tokenizerFile = work.resultFile(CORPUS_FILES.tokenizer);
  await writeText(tokenizerFile, tokenizerToJson(tokenizer));
  const encoded = await encodePieces({
    plan,
    stores: request.stores,
    tokenizer: { file: tokenizerFile, hash: tokenizer.hash },
    tokensFile: work.resultFile(CORPUS_FILES.tokens),
    journalFile: work.file('encoded.jsonl'),
    workers: request.workers,
    tell: countFiles('encode', onProgress, { total: plan.pieces.length }),
    signal,
  });
  const ledger = [...survey.others, ...plan.leftOut, ...encoded.ledger].sort(byPath);
  if (encoded.pieces.length === 0) throw nothingUsable(source, ledger);
  signal?.throwIfAborted();
  return finishCorpus(request, { tokenizer, encoded, ledger });
}

function fitTokenizer(
  { pieces }: CorpusPlan,
  velocityBins: number,
  onProgress: OnPrepareProgress | undefined,
): Tokenizer {
  const collector = createVocabularyCollector();
  const tell = countFiles('fit', onProgress, { total: pieces.length });
  for (const { path, needs, labels } of pieces) {
    collector.addNeeds(needs, labels);
    tell(path);
  }
  return createTokenizer(collector.finish({ velocityBins }));
}

async function finishCorpus(
  { source, options, work }: CorpusRequest,
  made: { tokenizer: Tokenizer; encoded: EncodedPieces; ledger: readonly LedgerEntry[] },
): Promise<PreparedCorpus> {
  const { tokenizer, encoded, ledger } = made;
  const { pieces, loss } = encoded;
  const { seed, validationShare, testShare, labelByFolder } = options;
  const sha256 = {
    pieces: await writeJsonLines(work.resultFile(CORPUS_FILES.pieces), pieces),
    tokens: encoded.tokensHash,
  };
  const description = describeCorpus({
    source,
    options: { seed, validationShare, testShare, labelByFolder },
    tokenizer,
    pieces,
    ledger,
    loss,
    sha256,
  });
  const summary = summaryText(description, ledger);
  await writeJsonLines(work.resultFile(CORPUS_FILES.ledger), ledger);
  await writeText(work.resultFile(CORPUS_FILES.summary), summary);
  await writeText(
    work.resultFile(CORPUS_FILES.corpus),
    `${JSON.stringify(description, null, 2)}\n`,
  );
  await work.finish();
  return { description, summary };
}

/** @param ledger what became of every file, the first reason first */
export function nothingUsable(source: string, ledger: readonly LedgerEntry[]): CorpusError {
  const reason = ledger.find(({ status }) => status === 'dropped') ?? ledger[0];
  const why = reason ? `; the first reason: ${reason.path}: ${reason.message}` : '';
  return new CorpusError(
    'no-pieces',
    `${source}: expected MIDI files or MusicNet labels, found none to use among ${ledger.length} files${why}`,
  );
}

function writeText(path: string, text: string): Promise<void> {
  return writeFileDurably(path, new TextEncoder().encode(text));
}

function byPath(a: LedgerEntry, b: LedgerEntry): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}
