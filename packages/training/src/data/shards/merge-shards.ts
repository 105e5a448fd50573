// `merge`: all shards of a source -> the corpus that preparing the whole source gives, byte for byte. The sources are
// not needed any more.
import { join, resolve, sep } from 'node:path';
import { CorpusError } from '../corpus-error.js';
import { hashBytes } from '../hash.js';
import { CORPUS_PLACE, makeCorpus, type PreparedCorpus } from '../make-corpus.js';
import { resolveWork, type WorkOptions } from '../prepare-options.js';
import { joinSurveys, type SurveyItem } from '../survey-format.js';
import { clearPlace } from '../work/place.js';
import { WorkFolder } from '../work/work-folder.js';
import { FileWorkers } from '../workers/file-workers.js';
import { checkShards } from './check-shards.js';
import {
  openShard,
  readShardItems,
  readShardTokenizer,
  shardRemedy,
  type OpenShard,
} from './open-shard.js';
import { SHARD_FILES } from './shard-format.js';

/** Makes the corpus of all shards of a source, with the options that they were prepared with.
 *  @param folders the shards, in any order
 *  @throws {CorpusError} if a shard is missing, there twice, damaged, or was prepared of another source or with other
 *    options; and as `prepareCorpus` does
 *  @example
 *  await mergeShards(['parts/1', 'parts/2'], 'corpora/lakh'); */
export async function mergeShards(
  folders: readonly string[],
  outFolder: string,
  options: WorkOptions = {},
): Promise<PreparedCorpus> {
  const { signal, onProgress } = options;
  const { restart, ...forWorkers } = resolveWork(options);
  await using workers = new FileWorkers(forWorkers);
  const shards = await openShards(folders, outFolder);
  const [{ description }] = shards;
  const { tokenizer: _, ...content } = description.options;
  const tokenizer = await readShardTokenizer(shards[0]);
  const survey = joinSurveys(await readItems(shards, signal));
  await clearPlace(outFolder, CORPUS_PLACE);
  await using work = await WorkFolder.open(outFolder, CORPUS_PLACE, {
    identity: { source: description.source, merge: identityOf(shards) },
    restart,
  });
  const stop = (): void => void workers[Symbol.asyncDispose]();
  signal?.addEventListener('abort', stop);
  try {
    const stores = shards.map((shard) => ({
      file: resolve(shard.folder, SHARD_FILES.music),
      name: shard.folder,
      remedy: shardRemedy(shard.description),
    }));
    return await makeCorpus({
      source: description.source,
      survey,
      stores,
      options: { ...content, tokenizer },
      work,
      workers,
      signal,
      onProgress,
    });
  } catch (error) {
    signal?.throwIfAborted(); // and not what became of the processes that it ended
    if (error instanceof CorpusError && error.code === 'no-pieces') await work.abandon();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

async function openShards(
  folders: readonly string[],
  outFolder: string,
): Promise<readonly OpenShard[]> {
  const out = resolve(outFolder);
  const inside = folders.find((folder) => `${out}${sep}`.startsWith(join(resolve(folder), sep)));
  if (inside !== undefined) {
    throw new CorpusError(
      'not-a-corpus',
      `${outFolder}: the corpus cannot lie in the shard ${inside}; choose another folder`,
    );
  }
  const shards: OpenShard[] = [];
  for (const folder of folders) shards.push(await openShard(folder));
  return checkShards(shards);
}

async function readItems(
  shards: readonly OpenShard[],
  signal: AbortSignal | undefined,
): Promise<SurveyItem[][]> {
  const surveys: SurveyItem[][] = [];
  for (const shard of shards) {
    signal?.throwIfAborted();
    surveys.push(await readShardItems(shard));
  }
  return surveys;
}

function identityOf(shards: readonly OpenShard[]): string {
  return hashBytes(shards.map(({ description }) => description.surveyHash).join('\n'));
}
