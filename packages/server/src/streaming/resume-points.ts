// Where broken streams can go on without composing anew. It only saves work: the seed makes composing anew exact.
import type { Generation, GenerationCheckpoint } from '@ostinato/core';
import { LRUCache } from 'lru-cache';

/** What the kept checkpoints may take together. One is 10 to 100 KB: 8 KB of state and the tokens of the piece. */
const MOST_BYTES = 16 * 2 ** 20;
/** A client that is not back by then has probably gone. */
const KEPT_MS = 5 * 60_000;

export interface ResumePoints {
  /** Follows a composition, so that a client can go on from it while its old connection still seems to be there.
   *  @param digest stands for everything that decides its notes
   *  @returns stops following; `keep` for when it may be asked for again */
  follow(digest: string, generation: Generation): (keep: boolean) => void;
  /** The furthest that is known of such a composition. */
  find(digest: string): GenerationCheckpoint | undefined;
}

export function createResumePoints(): ResumePoints {
  const followed = new Map<string, Generation>();
  const kept = new LRUCache<string, GenerationCheckpoint>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ tokens, state }) => tokens.byteLength + state.values.byteLength,
    ttl: KEPT_MS,
  });
  return {
    follow(digest, generation) {
      followed.set(digest, generation);
      return (keep) => {
        if (followed.get(digest) === generation) followed.delete(digest);
        if (keep) kept.set(digest, generation.checkpoint());
      };
    },
    find: (digest) => followed.get(digest)?.checkpoint() ?? kept.get(digest),
  };
}
