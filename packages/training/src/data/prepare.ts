// `prepare`: a folder or archive of music -> a corpus on disk, or one shard of it. Every file is read once, its facts
// and its bytes are kept in a work folder, and the rest is made from there.
import { join, sep } from 'node:path';
import { CorpusError } from './corpus-error.js';
import { CORPUS_PLACE, makeCorpus, nothingUsable, type PreparedCorpus } from './make-corpus.js';
import {
  resolveContent,
  resolveWork,
  type ContentOptions,
  type WorkOptions,
} from './prepare-options.js';
import { countFiles } from './progress.js';
import { SHARD_FILES, SHARD_PLACE, type ShardDescription } from './shards/shard-format.js';
import { checkShardSpec, itemsOf, WHOLE, type ShardSpec } from './shards/shard-spec.js';
import { finishShard } from './shards/write-shard.js';
import { openSource } from './sources/open-source.js';
import type { CorpusSource } from './sources/source.js';
import { surveySource, type SourceSurvey } from './survey.js';
import { joinSurveys, readEntrySchema, type ReadEntry } from './survey-format.js';
import { AppendLog } from './work/append-log.js';
import { clearPlace, realPlace, type PlaceKind } from './work/place.js';
import { WorkFolder, workFolderOf } from './work/work-folder.js';
import { FileWorkers } from './workers/file-workers.js';

export interface PrepareOptions extends ContentOptions, WorkOptions {}

export interface PrepareShardOptions extends PrepareOptions {
  /** Which part of the source is read. */
  readonly shard: ShardSpec;
}

/** Makes a corpus of every piece below `source` and puts it at `outFolder`, where an older corpus is replaced. The
 *  same files and options give the same bytes, however many processes read them and however often it was interrupted.
 *  @param source a folder of any layout (MIDI files, MusicNet's scores, labels and metadata, archives of these), or an
 *    archive (.tar, .tar.gz, .tgz), which is streamed
 *  @throws {CorpusError} if the source cannot be read or holds no piece, something else is at `outFolder`, or an
 *    interrupted preparation of something else lies beside it
 *  @throws {RangeError} if an option is outside its range
 *  @example
 *  const { summary } = await prepareCorpus('musicnet', 'corpora/musicnet', { seed: 1 }); */
export async function prepareCorpus(
  source: string,
  outFolder: string,
  options: PrepareOptions = {},
): Promise<PreparedCorpus> {
  const content = resolveContent(options);
  const { signal, onProgress } = options;
  return prepare({ source, outFolder, options, shard: WHOLE, kind: CORPUS_PLACE }, (made) =>
    makeCorpus({
      source: made.files.name,
      survey: joinSurveys([made.survey.items]),
      stores: [
        {
          file: made.musicFile,
          name: made.work.folder,
          remedy: 'prepare it anew (--restart)',
        },
      ],
      options: content,
      work: made.work,
      workers: made.workers,
      signal,
      onProgress,
    }),
  );
}

/** Reads one shard of a source, for `mergeShards`: the files at every n-th place of the walk. All shards of a source
 *  need the same source and the same options.
 *  @throws as `prepareCorpus` does
 *  @example
 *  await prepareShard('lakh', 'parts/3', { shard: { index: 3, count: 8 } }); */
export async function prepareShard(
  source: string,
  outFolder: string,
  options: PrepareShardOptions,
): Promise<ShardDescription> {
  const { shard } = options;
  checkShardSpec(shard);
  const content = resolveContent(options);
  return prepare({ source, outFolder, options, shard, kind: SHARD_PLACE }, (made) =>
    finishShard({ ...made, source: made.files.name, shard, options: content }),
  );
}

interface Preparation {
  readonly source: string;
  readonly outFolder: string;
  readonly options: WorkOptions;
  readonly shard: ShardSpec;
  readonly kind: PlaceKind;
}

/** A source that has been read. */
interface Made {
  readonly files: CorpusSource;
  readonly survey: SourceSurvey;
  readonly musicFile: string;
  readonly work: WorkFolder;
  readonly workers: FileWorkers;
}

/** Reads the source and hands over to `finish`. What was done is kept if that, or the reading, is interrupted. */
async function prepare<Result>(
  { source, outFolder, options, shard, kind }: Preparation,
  finish: (made: Made) => Promise<Result>,
): Promise<Result> {
  const { signal } = options;
  const { restart, ...forWorkers } = resolveWork(options);
  await using workers = new FileWorkers(forWorkers);
  await clearPlace(outFolder, kind);
  const files = await openFor(source, outFolder, kind);
  await using work = await WorkFolder.open(outFolder, kind, {
    identity: { source: files.place, shard: `${shard.index}/${shard.count}` },
    restart,
  });
  const stop = (): void => void workers[Symbol.asyncDispose]();
  signal?.addEventListener('abort', stop);
  try {
    const musicFile =
      kind === SHARD_PLACE ? work.resultFile(SHARD_FILES.music) : work.file('music.bin');
    const survey = await readSource(files, { musicFile, work, workers, shard, options });
    return await finish({ files, survey, musicFile, work, workers });
  } catch (error) {
    signal?.throwIfAborted(); // and not what became of the processes that it ended
    if (error instanceof CorpusError && error.code === 'no-pieces') await work.abandon();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

async function readSource(
  files: CorpusSource,
  made: Pick<Made, 'musicFile' | 'work' | 'workers'> & Pick<Preparation, 'shard' | 'options'>,
): Promise<SourceSurvey> {
  const { musicFile, work, workers, shard, options } = made;
  const { itemCount } = files;
  await using log = await AppendLog.open<ReadEntry>({
    data: musicFile,
    journal: work.file('read.jsonl'),
    header: '{"read":1}',
    parse: (line) => readEntrySchema.safeParse(line).data,
    endOf: ({ found }) => ('music' in found ? found.music.offset + found.music.bytes : 0),
  });
  const survey = await surveySource(files, {
    shard,
    workers,
    log,
    tell: countFiles('survey', options.onProgress, {
      total: itemCount === undefined ? undefined : itemsOf(shard, itemCount),
      share: () => files.shareDone(),
    }),
    signal: options.signal,
  });
  options.signal?.throwIfAborted();
  if (survey.candidates === 0) throw nothingUsable(files.name, joinSurveys([survey.items]).others);
  return survey;
}

async function openFor(source: string, outFolder: string, kind: PlaceKind): Promise<CorpusSource> {
  const place = await realPlace(outFolder);
  const workPlace = await realPlace(workFolderOf(outFolder));
  const files = await openSource(source, { excluded: new Set([place, workPlace]) });
  if (kind === SHARD_PLACE && place.startsWith(join(files.place, sep))) {
    throw new CorpusError(
      'shard-in-source',
      `${outFolder}: a shard cannot lie inside its source, where the other shards would find it; choose another folder`,
    );
  }
  return files;
}
