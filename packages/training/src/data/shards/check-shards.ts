// Whether some shards are all shards of one preparation.
import { CorpusError } from '../corpus-error.js';
import type { OpenShard } from './open-shard.js';
import type { ShardDescription } from './shard-format.js';

/** Missing shards that a message names. */
const MOST_NAMED = 10;

/** Checks that the shards are of one source, made with the same options, each there once; gives them in their order.
 *  @throws {CorpusError} `foreign-shard`, `shard-twice` or `missing-shard`, naming folders and numbers */
export function checkShards(shards: readonly OpenShard[]): readonly OpenShard[] {
  const [first, ...others] = shards;
  if (first === undefined) {
    throw new CorpusError('missing-shard', 'merge: expected the folders of all shards, found none');
  }
  for (const other of others) {
    const difference = differenceOf(first.description, other.description);
    if (difference === undefined) continue;
    const { what, remedy } = difference;
    throw new CorpusError(
      'foreign-shard',
      `${other.folder}: ${what} than ${first.folder} (${difference.there}, not ${difference.here}); ${remedy}`,
    );
  }
  const { count } = first.description.shard;
  const byIndex = new Map<number, OpenShard>();
  for (const shard of shards) {
    const { index } = shard.description.shard;
    const before = byIndex.get(index);
    if (before) {
      throw new CorpusError(
        'shard-twice',
        `${shard.folder}: shard ${index}/${count}, and so is ${before.folder}; give each shard once`,
      );
    }
    byIndex.set(index, shard);
  }
  return allOf(byIndex, count);
}

function allOf(byIndex: ReadonlyMap<number, OpenShard>, count: number): OpenShard[] {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const missing = numbers.filter((index) => !byIndex.has(index));
  if (missing.length > 0) {
    const named = missing.slice(0, MOST_NAMED).map((index) => `${index}/${count}`);
    const more = missing.length > named.length ? ` and ${missing.length - named.length} more` : '';
    throw new CorpusError(
      'missing-shard',
      `merge: shard ${named.join(', ')}${more} is not among the ${byIndex.size} given; prepare it and give all folders`,
    );
  }
  return numbers.map((index) => byIndex.get(index)!);
}

interface Difference {
  readonly what: string;
  readonly here: string;
  readonly there: string;
  readonly remedy: string;
}

const SAME_OPTIONS = 'prepare all shards with the same options';
const SAME_STATE = 'prepare all shards of the source as it is now';

/** How a shard differs from another in what all must share. */
function differenceOf(one: ShardDescription, other: ShardDescription): Difference | undefined {
  const facts: [what: string, of: (shard: ShardDescription) => string, remedy: string][] = [
    ['another number of shards', ({ shard }) => `${shard.count}`, SAME_OPTIONS],
    ['another source', ({ source }) => source, 'merge the shards of one source'],
    ['another number of files in the source', ({ walk }) => `${walk.items}`, SAME_STATE],
    ['other names of files in the source', ({ walk }) => walk.sha256.slice(0, 12), SAME_STATE],
    ...(Object.keys(one.options) as (keyof ShardDescription['options'])[]).map(
      (name): (typeof facts)[number] => [
        `another ${OPTION_NAMES[name]}`,
        ({ options }) => `${options[name]}`,
        SAME_OPTIONS,
      ],
    ),
  ];
  for (const [what, of, remedy] of facts) {
    const [here, there] = [of(one), of(other)];
    if (here !== there) return { what, here, there, remedy };
  }
  return undefined;
}

const OPTION_NAMES: Record<keyof ShardDescription['options'], string> = {
  seed: 'seed',
  validationShare: 'validation share',
  testShare: 'test share',
  velocityBins: 'number of velocity bins',
  labelByFolder: 'labelling by folder',
  tokenizer: 'tokenizer',
};
