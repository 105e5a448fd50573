// `prepare`: a folder or archive of music -> a corpus on disk. Three passes over the source, one file in memory at a
// time: survey (what is there?), fit (which tokens are needed?), encode.
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  createTokenizer,
  createVocabularyCollector,
  mergeGridLosses,
  OstinatoError,
  tokenizerToJson,
  type GridLoss,
  type Score,
  type Seed,
  type Tokenizer,
} from '@ostinato/core';
import { CorpusError } from './corpus-error.js';
import { CORPUS_FILES, type CorpusDescription, type CorpusPiece } from './corpus-format.js';
import { clearPlace, CorpusWriter } from './corpus-writer.js';
import { describeCorpus, summaryText, type CorpusParts } from './describe-corpus.js';
import type { LedgerEntry } from './ledger.js';
import { planCorpus, type CorpusPlan, type PlannedPiece } from './plan.js';
import { countFiles, type OnPrepareProgress } from './progress.js';
import { readPiece } from './read-piece.js';
import { openSource } from './sources/open-source.js';
import type { CorpusSource } from './sources/source.js';
import { hashBytes, surveySource } from './survey.js';

export interface PrepareOptions {
  /** Decides which pieces are validation and test. Default 0. */
  readonly seed?: Seed;
  /** Share of the pieces in the validation split, in [0, 0.5]. Default 0.05. */
  readonly validationShare?: number;
  /** Share of the pieces in the test split, in [0, 0.5]; of MusicNet, the official test pieces. Default 0.05. */
  readonly testShare?: number;
  /** Velocities that the tokenizer tells apart; 0 leaves them out. Default 0. */
  readonly velocityBins?: number;
  /** Take the composer's name from the first folder below the source. Default false. */
  readonly labelByFolder?: boolean;
  /** Use this tokenizer, so that a trained model understands the corpus. Default: fit one to the pieces. */
  readonly tokenizer?: Tokenizer;
  /** Stops between two files; nothing is left behind. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnPrepareProgress;
}

export interface PreparedCorpus {
  readonly description: CorpusDescription;
  /** The description for people, several lines. */
  readonly summary: string;
}

/** Makes a corpus of every piece below `source` and puts it at `outFolder`, where an older corpus is replaced. The
 *  same files and options give the same bytes.
 *  @param source a folder of any layout (MIDI files, MusicNet's scores, labels and metadata, archives of these), or an
 *    archive (.tar, .tar.gz, .tgz), which is streamed
 *  @throws {CorpusError} if the source cannot be read or holds no piece, or something else is at `outFolder`
 *  @throws {RangeError} if a share is outside its range
 *  @example
 *  const { summary } = await prepareCorpus('musicnet', 'corpora/musicnet', { seed: 1 }); */
export async function prepareCorpus(
  source: string,
  outFolder: string,
  options: PrepareOptions = {},
): Promise<PreparedCorpus> {
  const { signal, onProgress } = options;
  const planOptions = resolvePlanOptions(options);
  await clearPlace(outFolder);
  const files = await openSource(source, { excluded: new Set([await realPlace(outFolder)]) });
  const survey = await surveySource(
    files,
    countFiles('survey', files.itemCount, onProgress),
    signal,
  );
  const plan = planCorpus(survey, planOptions);
  if (plan.pieces.length === 0) {
    throw nothingUsable(files.name, [...survey.others, ...plan.leftOut]);
  }
  const tokenizer = options.tokenizer ?? (await fitTokenizer(files, plan, options));

  const writer = await CorpusWriter.create(outFolder);
  try {
    const encoded = await encodePieces(files, plan, tokenizer, writer, options);
    const ledger = [...survey.others, ...plan.leftOut, ...encoded.ledger].sort(byPath);
    if (encoded.pieces.length === 0) throw nothingUsable(files.name, ledger);
    signal?.throwIfAborted();
    return await finishCorpus(writer, {
      source: files.name,
      options: planOptions,
      tokenizer,
      pieces: encoded.pieces,
      ledger,
      loss: encoded.loss,
    });
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

async function finishCorpus(
  writer: CorpusWriter,
  parts: Omit<CorpusParts, 'sha256'>,
): Promise<PreparedCorpus> {
  const { tokenizer, pieces, ledger } = parts;
  const piecesText = toJsonLines(pieces);
  const sha256 = {
    pieces: hashBytes(new TextEncoder().encode(piecesText)),
    tokens: writer.tokensHash.digest('hex'),
  };
  const description = describeCorpus({ ...parts, sha256 });
  const summary = summaryText(description, ledger);
  await writer.finish(
    new Map([
      [CORPUS_FILES.corpus, `${JSON.stringify(description, null, 2)}\n`],
      [CORPUS_FILES.pieces, piecesText],
      [CORPUS_FILES.tokenizer, tokenizerToJson(tokenizer)],
      [CORPUS_FILES.ledger, toJsonLines(ledger)],
      [CORPUS_FILES.summary, summary],
    ]),
  );
  return { description, summary };
}

function resolvePlanOptions({
  seed = 0,
  validationShare = 0.05,
  testShare = 0.05,
  labelByFolder = false,
}: PrepareOptions): CorpusDescription['options'] {
  for (const [name, share] of Object.entries({ validationShare, testShare })) {
    if (share >= 0 && share <= 0.5) continue;
    throw new RangeError(`${name}: expected 0..0.5, found ${share}`);
  }
  return { seed, validationShare, testShare, labelByFolder };
}

async function fitTokenizer(
  source: CorpusSource,
  plan: CorpusPlan,
  { velocityBins = 0, signal, onProgress }: PrepareOptions,
): Promise<Tokenizer> {
  const collector = createVocabularyCollector();
  const tell = countFiles('fit', plan.pieces.length, onProgress);
  for await (const { piece, score } of readPlanned(source, plan, signal)) {
    collector.add(score, piece.labels);
    tell(piece.path);
  }
  return createTokenizer(collector.finish({ velocityBins }));
}

interface EncodedPieces {
  readonly pieces: CorpusPiece[];
  readonly ledger: LedgerEntry[];
  readonly loss: GridLoss;
}

async function encodePieces(
  source: CorpusSource,
  plan: CorpusPlan,
  tokenizer: Tokenizer,
  writer: CorpusWriter,
  { signal, onProgress }: PrepareOptions,
): Promise<EncodedPieces> {
  const pieces: CorpusPiece[] = [];
  const ledger: LedgerEntry[] = [];
  let loss = mergeGridLosses([]);
  let offset = 0;
  const tell = countFiles('encode', plan.pieces.length, onProgress);
  for await (const { piece, score } of readPlanned(source, plan, signal)) {
    const { path, warnings, split, group, labels } = piece;
    try {
      const encoded = tokenizer.encode(score, { labels });
      await writer.append(encoded.tokens);
      loss = mergeGridLosses([loss, encoded.loss]);
      const tokens = encoded.tokens.length;
      const { notes } = encoded.loss; // those that the vocabulary can say
      const transposition = tokenizer.transpositionRange(encoded.tokens);
      pieces.push({ path, split, group, labels, offset, tokens, notes, transposition });
      offset += tokens;
      ledger.push(
        warnings.length > 0 ? { path, status: 'repaired', warnings } : { path, status: 'kept' },
      );
    } catch (error) {
      if (!(error instanceof OstinatoError)) throw error;
      ledger.push({ path, status: 'dropped', code: error.code, message: error.message });
    }
    tell(path);
  }
  return { pieces, ledger, loss };
}

/** Reads the planned pieces again, in the order of the walk.
 *  @throws {CorpusError} `source-changed` if one is not what the survey saw */
async function* readPlanned(
  source: CorpusSource,
  plan: CorpusPlan,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ piece: PlannedPiece; score: Score }, void, undefined> {
  const wanted = new Map(plan.pieces.map((piece) => [piece.path, piece]));
  if (wanted.size === 0) return;
  for await (const item of source.walk()) {
    signal?.throwIfAborted();
    const piece = wanted.get(item.path);
    if (!piece || item.type !== 'file') continue;
    const bytes = await item.read();
    if (hashBytes(bytes) !== piece.bytesHash) throw sourceChanged(item.path);
    yield { piece, score: readPiece(piece.kind, bytes).score };
    wanted.delete(item.path);
    if (wanted.size === 0) return;
  }
  throw sourceChanged([...wanted.keys()].join(', '));
}

function sourceChanged(paths: string): CorpusError {
  return new CorpusError(
    'source-changed',
    `${paths}: changed or disappeared while the corpus was being made; prepare it again`,
  );
}

function nothingUsable(source: string, ledger: readonly LedgerEntry[]): CorpusError {
  const reason = ledger.find(({ status }) => status === 'dropped') ?? ledger[0];
  const why = reason ? `; the first reason: ${reason.path}: ${reason.message}` : '';
  return new CorpusError(
    'no-pieces',
    `${source}: expected MIDI files or MusicNet labels, found none to use among ${ledger.length} files${why}`,
  );
}

/** The real path that a folder has or will have, for comparison with what a walk meets. */
async function realPlace(folder: string): Promise<string> {
  const target = resolve(folder);
  const parent = await realpath(dirname(target)).catch(() => dirname(target));
  return join(parent, basename(target));
}

function byPath(a: LedgerEntry, b: LedgerEntry): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}

function toJsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
