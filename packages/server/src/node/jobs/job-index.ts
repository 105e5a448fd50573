// Whose jobs there are, in the order in which they were submitted: a sorted set for each owner, since BullMQ knows of no
// owners. It may name jobs that are forgotten; whoever lists them removes them.
import type { Redis } from 'ioredis';
import type { Job } from '../../jobs/job.js';
import { strangeCursor } from '../../jobs/refusals.js';
import { digest, PREFIX } from '../redis/keys.js';

interface IndexEntry {
  readonly id: string;
  /** What comes after it. */
  readonly cursor: string;
}

export interface JobIndex {
  /** Adding a job again changes nothing. */
  add(job: Pick<Job, 'id' | 'owner' | 'submittedAt'>): Promise<void>;
  /** @param after a cursor; default: from the newest on
   *  @throws {ProblemError} `invalid-request` for what is no cursor */
  newest(
    owner: string | undefined,
    count: number,
    after: string | undefined,
  ): Promise<readonly IndexEntry[]>;
  remove(owner: string | undefined, entries: readonly IndexEntry[]): Promise<void>;
}

/** Milliseconds since 1970, so that the order of the texts is that of the times, and an id. */
const MEMBER = /^\d{15}-(?<id>[\w.-]{1,64}\.[\w-]{22})$/;

/** @param most jobs of an owner; beyond, the oldest is left out */
export function createJobIndex(redis: Redis, most: number): JobIndex {
  const keyOf = async (owner: string | undefined): Promise<string> =>
    `${PREFIX}:jobs-of:${await digest(owner ?? '')}`;
  return {
    async add({ id, owner, submittedAt }) {
      const key = await keyOf(owner);
      await redis.zadd(key, 0, `${String(submittedAt).padStart(15, '0')}-${id}`);
      await redis.zremrangebyrank(key, 0, -(most + 1));
    },
    async newest(owner, count, after) {
      if (after !== undefined && !MEMBER.test(after)) throw strangeCursor();
      const from = after === undefined ? '+' : `(${after}`;
      const members = await redis.zrevrangebylex(await keyOf(owner), from, '-', 'LIMIT', 0, count);
      return members.map((cursor) => ({ id: MEMBER.exec(cursor)?.groups?.['id'] ?? '', cursor }));
    },
    async remove(owner, entries) {
      if (entries.length === 0) return;
      await redis.zrem(await keyOf(owner), ...entries.map(({ cursor }) => cursor));
    },
  };
}
