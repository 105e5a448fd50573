// A shard on disk, checked before anything is made of it.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { OstinatoError, parseTokenizer, type Tokenizer } from '@ostinato/core';
import { CorpusError } from '../corpus-error.js';
import { surveyItemSchema, type SurveyItem } from '../survey-format.js';
import {
  SHARD_FILES,
  SHARD_SCHEMA_VERSION,
  shardSchema,
  type ShardDescription,
} from './shard-format.js';

export interface OpenShard {
  /** As it was given, for messages. */
  readonly folder: string;
  readonly description: ShardDescription;
}

/** Reads what a folder says of itself.
 *  @throws {CorpusError} `not-a-shard`, `other-version` or `damaged-shard`, each with the folder */
export async function openShard(folder: string): Promise<OpenShard> {
  const text = await readFile(join(folder, SHARD_FILES.shard), 'utf8').catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CorpusError(
      'not-a-shard',
      `${folder}: expected a folder that \`prepare --shard\` made; ${SHARD_FILES.shard} cannot be read (${code})`,
      { cause },
    );
  });
  const description = parseDescription(folder, text);
  const music = await sizeOf(join(folder, SHARD_FILES.music));
  if (music !== description.musicBytes) {
    const found = music === undefined ? 'none' : `${music}`;
    throw damagedShard(
      folder,
      description,
      `${SHARD_FILES.music}: expected ${description.musicBytes} bytes, found ${found}`,
    );
  }
  return { folder, description };
}

/** The items of a shard, in the order of the walk.
 *  @throws {CorpusError} `damaged-shard` if they are not those that were written */
export async function readShardItems({ folder, description }: OpenShard): Promise<SurveyItem[]> {
  const hash = createHash('sha256');
  const items: SurveyItem[] = [];
  const where = SHARD_FILES.survey;
  try {
    const stream = createReadStream(join(folder, where));
    stream.on('data', (chunk) => hash.update(chunk));
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      items.push(surveyItemSchema.parse(JSON.parse(line)));
    }
  } catch (cause) {
    const fault = `${where}: line ${items.length + 1} cannot be read`;
    throw damagedShard(folder, description, fault, cause);
  }
  if (hash.digest('hex') !== description.surveyHash || items.length !== description.items) {
    throw damagedShard(folder, description, `${where}: not the file that was written`);
  }
  return items;
}

/** The tokenizer that was given for a shard; undefined if none was.
 *  @throws {CorpusError} `damaged-shard` if it is not the one that was written */
export async function readShardTokenizer({
  folder,
  description,
}: OpenShard): Promise<Tokenizer | undefined> {
  const { tokenizer: expected } = description.options;
  if (expected === null) return undefined;
  let tokenizer: Tokenizer;
  try {
    tokenizer = parseTokenizer(await readFile(join(folder, SHARD_FILES.tokenizer), 'utf8'));
  } catch (cause) {
    const reason = cause instanceof OstinatoError ? cause.message : 'cannot be read';
    throw damagedShard(folder, description, `${SHARD_FILES.tokenizer}: ${reason}`, cause);
  }
  if (tokenizer.hash === expected) return tokenizer;
  throw damagedShard(folder, description, `${SHARD_FILES.tokenizer}: not the one that was given`);
}

/** What to do about a damaged shard. */
export function shardRemedy({ shard: { index, count } }: ShardDescription): string {
  return `prepare shard ${index}/${count} again`;
}

function damagedShard(
  folder: string,
  description: ShardDescription,
  fault: string,
  cause?: unknown,
): CorpusError {
  return new CorpusError(
    'damaged-shard',
    `${folder}: ${fault}; ${shardRemedy(description)}`,
    cause === undefined ? {} : { cause },
  );
}

function parseDescription(folder: string, text: string): ShardDescription {
  const where = `${folder}: ${SHARD_FILES.shard}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CorpusError('damaged-shard', `${where}: not JSON; prepare this shard again`, {
      cause,
    });
  }
  const result = shardSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') || 'content';
  if (place === 'schemaVersion' || place === 'tokenizerVersion') {
    throw new CorpusError(
      'other-version',
      `${where}: made by another version of Ostinato (${place} is not ${place === 'schemaVersion' ? SHARD_SCHEMA_VERSION : 'ours'}); ` +
        'prepare and merge all shards with one version',
    );
  }
  throw new CorpusError(
    'damaged-shard',
    `${where}: ${place}: ${issue?.message ?? 'not valid'}; prepare this shard again`,
    { cause: result.error },
  );
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    (status) => (status.isFile() ? status.size : undefined),
    () => undefined,
  );
}
