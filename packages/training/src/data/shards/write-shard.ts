// Finishes a shard: its music lies in the work folder, the rest is written beside it.
import { stat } from 'node:fs/promises';
import { TOKENIZER_VERSION, tokenizerToJson } from '@ostinato/core';
import { writeFileDurably } from '../../checkpoint/durable.js';
import type { CorpusOptions } from '../prepare-options.js';
import type { SourceSurvey } from '../survey.js';
import type { WorkFolder } from '../work/work-folder.js';
import { writeJsonLines } from '../work/write-text.js';
import { SHARD_FILES, SHARD_SCHEMA_VERSION, type ShardDescription } from './shard-format.js';
import type { ShardSpec } from './shard-spec.js';

export interface ShardRequest {
  readonly source: string;
  readonly shard: ShardSpec;
  readonly options: CorpusOptions;
  readonly survey: SourceSurvey;
  readonly musicFile: string;
  readonly work: WorkFolder;
}

/** Writes what a shard consists of and moves it to its place. */
export async function finishShard(request: ShardRequest): Promise<ShardDescription> {
  const { source, shard, options, survey, work } = request;
  const { tokenizer, ...rest } = options;
  const { items, walked, walkHash } = survey;
  const description: ShardDescription = {
    schemaVersion: SHARD_SCHEMA_VERSION,
    tokenizerVersion: TOKENIZER_VERSION,
    shard: { index: shard.index, count: shard.count },
    source,
    walk: { items: walked, sha256: walkHash },
    options: { ...rest, tokenizer: tokenizer?.hash ?? null },
    items: items.length,
    pieces: items.filter((item) => 'facts' in item).length,
    dropped: items.filter((item) => 'left' in item && item.left.status === 'dropped').length,
    musicBytes: (await stat(request.musicFile)).size,
    surveyHash: await writeJsonLines(work.resultFile(SHARD_FILES.survey), items),
  };
  if (tokenizer)
    await writeText(work.resultFile(SHARD_FILES.tokenizer), tokenizerToJson(tokenizer));
  await writeText(work.resultFile(SHARD_FILES.shard), `${JSON.stringify(description, null, 2)}\n`);
  await work.finish();
  return description;
}

function writeText(path: string, text: string): Promise<void> {
  return writeFileDurably(path, new TextEncoder().encode(text));
}
