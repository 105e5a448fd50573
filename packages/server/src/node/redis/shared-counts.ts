// Counts for rate limits that several servers share, on Redis. Where it does not answer each server counts for itself: the
// limit is then that of every server, and nobody is shut out because a count is missing.
import { type ClientRateLimitInfo, RedisStore, type Store } from 'hono-rate-limiter';
import type { Redis } from 'ioredis';
import type { AppEnv } from '../../app-env.js';
import type { Logger } from '../../app-options.js';
import { WindowCounts } from '../../protection/window-counts.js';
import { connectOrFail, type RedisPlace } from './connection.js';
import { PREFIX } from './keys.js';

export interface SharedCountsOptions extends RedisPlace {
  /** Milliseconds that Redis gets for an answer. Default 500. */
  readonly answerMs?: number;
  readonly logger?: Logger;
}

/** After no answer, how long nobody waits for one. */
const ALONE_MS = 2_000;

/** For `access.rateLimit.store`; whoever opens it closes it. Servers share the counts of one Redis. */
export class SharedCounts implements Store<AppEnv> {
  readonly #redis: Redis;
  readonly #store: RedisStore<AppEnv>;
  readonly #logger: Logger | undefined;
  #own = new WindowCounts(0);
  #aloneUntil = 0;
  #isAlone = false;

  /** Connects. Redis need not be there yet.
   *  @throws {OstinatoError} `queue-address`, `queue-ca`, `queue-tls`, `queue-refused` */
  static async open({
    answerMs = 500,
    logger,
    ...place
  }: SharedCountsOptions): Promise<SharedCounts> {
    // Without a logger: what matters is told here, once.
    const { redis } = await connectOrFail(place, undefined, answerMs);
    return new SharedCounts(redis, logger);
  }

  private constructor(redis: Redis, logger: Logger | undefined) {
    this.#redis = redis;
    this.#store = new RedisStore({ client: clientOf(redis), prefix: `${PREFIX}:rate:` });
    this.#logger = logger;
  }

  /** Called by the library. */
  init(options: Parameters<RedisStore<AppEnv>['init']>[0]): void {
    this.#store.init(options);
    this.#own = new WindowCounts(options.windowMs);
  }

  async increment(key: string): Promise<ClientRateLimitInfo> {
    if (Date.now() < this.#aloneUntil) return this.#own.increment(key);
    try {
      const counted = await this.#store.increment(key);
      if (this.#isAlone) this.#logger?.info({}, 'rate limits are shared again');
      this.#isAlone = false;
      return counted;
    } catch (error) {
      this.#aloneUntil = Date.now() + ALONE_MS;
      if (!this.#isAlone) {
        const facts = { error: (error as Error).message };
        this.#logger?.warn(facts, 'rate limits are not shared: each server counts for itself');
      }
      this.#isAlone = true;
      return this.#own.increment(key);
    }
  }

  /** Never called with the options of `limitRate`. */
  async decrement(key: string): Promise<void> {
    await this.#store.decrement(key);
  }

  async resetKey(key: string): Promise<void> {
    this.#own.resetKey(key);
    await this.#store.resetKey(key);
  }

  close(): void {
    this.#redis.disconnect();
  }
}

/** What the library calls a client. */
function clientOf(redis: Redis): ConstructorParameters<typeof RedisStore>[0]['client'] {
  return {
    scriptLoad: async (script) => String(await redis.script('LOAD', script)),
    evalsha: async <T>(sha: string, keys: string[], args: unknown) =>
      (await redis.evalsha(sha, keys.length, ...keys, ...(args as string[]))) as T,
    decr: (key) => redis.decr(key),
    del: (key) => redis.del(key),
  };
}
