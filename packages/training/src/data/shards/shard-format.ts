// What a shard looks like on disk: everything that `merge` needs of its part of the source. A folder with
//   shard.json      which part of which source it is, and the hash of the survey
//   survey.jsonl    one line for every item of the source that belongs to it
//   music.bin       the files with music, each deflated, one after another
//   tokenizer.json  the tokenizer, where one was given
import { TOKENIZER_VERSION } from '@ostinato/core';
import * as z from 'zod';
import type { PlaceKind } from '../work/place.js';
import { MOST_SHARDS } from './shard-spec.js';

/** Version of `shard.json` and `survey.jsonl`; raised when their meaning changes, or the readers read otherwise. */
export const SHARD_SCHEMA_VERSION = 1;

export const SHARD_FILES = {
  shard: 'shard.json',
  survey: 'survey.jsonl',
  music: 'music.bin',
  tokenizer: 'tokenizer.json',
} as const;

export const SHARD_PLACE: PlaceKind = {
  name: 'a shard',
  mark: SHARD_FILES.shard,
  files: new Set(Object.values(SHARD_FILES)),
};

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
const shardNumber = z.int().min(1).max(MOST_SHARDS);
const share = z.number().min(0).max(0.5);

/** Schema of `shard.json`. */
export const shardSchema = z.strictObject({
  schemaVersion: z.literal(SHARD_SCHEMA_VERSION),
  tokenizerVersion: z.literal(TOKENIZER_VERSION),
  shard: z.strictObject({ index: shardNumber, count: shardNumber }),
  /** The base name of the folder or archive. */
  source: z.string(),
  /** The whole walk over the source: how many items it has, and the hash of their paths. */
  walk: z.strictObject({ items: count, sha256 }),
  options: z.strictObject({
    seed: z.union([z.int(), z.string()]),
    validationShare: share,
    testShare: share,
    velocityBins: count,
    labelByFolder: z.boolean(),
    /** Hash of the given tokenizer; null if one is fitted to the whole. */
    tokenizer: sha256.nullable(),
  }),
  /** What is in this shard. */
  items: count,
  pieces: count,
  dropped: count,
  musicBytes: count,
  surveyHash: sha256,
});

/** What `shard.json` says. */
export type ShardDescription = z.infer<typeof shardSchema>;
