// One limit for several servers, on a real Redis.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../create-app.js';
import { fakeServedModel } from '../../testing/served-model.js';
import { isRedisInstalled, RedisServer } from '../../testing/redis-server.js';
import { SharedCounts } from './shared-counts.js';

const models = { musicnet: fakeServedModel() };
const keys = ['ann', 'bob'].map((name) => ({ name, key: `the-key-of-${name}-in-tests` }));

describe.skipIf(!isRedisInstalled())('a rate limit on Redis', () => {
  let redis: RedisServer;
  const open: SharedCounts[] = [];
  const told: string[] = [];
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.dispose());
  afterEach(async () => {
    for (const counts of open.splice(0)) counts.close();
    told.length = 0;
    await redis.flush();
  });

  /** @returns asks a server of its own */
  async function server(answerMs = 10_000) {
    const tell = (_: object, message: string): void => void told.push(message);
    const logger = { info: tell, warn: tell, error: tell };
    const store = await SharedCounts.open({ address: redis.address, answerMs, logger });
    open.push(store);
    const app = createApp({ models, access: { keys, rateLimit: { requests: 4, store } } });
    return async (name = 'ann') =>
      app.request('/v1/models', {
        headers: { authorization: `Bearer the-key-of-${name}-in-tests` },
      });
  }

  it('is one for all servers, and for each key', async () => {
    const [here, there] = [await server(), await server()];
    const left: (string | null)[] = [];
    for (const ask of [here, there, here, there]) {
      const answer = await ask();
      expect(answer.status).toBe(200);
      left.push(answer.headers.get('ratelimit-remaining'));
    }
    expect(left).toEqual(['3', '2', '1', '0']);
    for (const ask of [here, there]) {
      const refused = await ask();
      expect(refused.status).toBe(429);
      expect(await refused.json()).toMatchObject({ code: 'rate-limited' });
      const wait = Number(refused.headers.get('retry-after'));
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
      expect((await ask('bob')).status).toBe(200);
    }
    // Nothing stays for longer than its window, and no key is in it.
    const names = (await redis.ask('KEYS', 'ostinato:rate:*')) as string[];
    expect(names).toHaveLength(2);
    expect(names.join()).not.toContain('in-tests');
    for (const name of names) expect(Number(await redis.ask('PTTL', name))).toBeGreaterThan(0);
  });

  it('is each server’s own while Redis is gone or silent, said once, and shared again afterwards', async () => {
    const [here, there] = [await server(500), await server(500)];
    for (let i = 0; i < 4; i++) expect((await here()).status).toBe(200);
    redis.freeze();
    const statusesOf = async (ask: typeof here) => {
      const statuses: number[] = [];
      for (let i = 0; i < 5; i++) statuses.push((await ask()).status);
      return statuses;
    };
    const own = [200, 200, 200, 200, 429];
    expect(await Promise.all([here, there].map(statusesOf))).toEqual([own, own]);
    const alone = 'rate limits are not shared: each server counts for itself';
    expect(told).toEqual([alone, alone]);
    redis.thaw();
    for (const ask of [here, there])
      for (const before = told.length; told.length === before; await pause(50)) await ask('bob');
    expect(told.slice(2)).toEqual(Array(2).fill('rate limits are shared again'));
    expect((await there()).status).toBe(429); // four were counted before, here
  });
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
