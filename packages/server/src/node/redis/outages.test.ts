// A real Redis that falls silent; `redis-jobs.test.ts` has one that goes away.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isRedisInstalled, RedisServer } from '../../testing/redis-server.js';
import { connectOrFail } from './connection.js';

describe.skipIf(!isRedisInstalled())('a Redis that falls silent', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.dispose());

  it('is told of once, and once more when it answers again', async () => {
    const told: unknown[] = [];
    const tell = (facts: object, message: string): void => void told.push({ ...facts, message });
    const logger = { info: tell, warn: tell, error: tell };
    const { redis, outages } = await connectOrFail({ address: server.address }, logger, 200);
    server.freeze();
    for (let i = 0; i < 3; i++) {
      const error: unknown = await redis.get('key').catch((reason: unknown) => reason);
      outages.report(error as Error, 'the queue cannot be used');
    }
    const gone = { error: 'it gives no answer', message: 'the queue cannot be reached' };
    expect(told).toEqual([gone]);
    server.thaw();
    const back = { message: 'the queue can be reached again' };
    await vi.waitFor(() => expect(told).toEqual([gone, back]), { timeout: 60_000 });
    outages.report(new Error('WRONGTYPE'), 'the queue cannot be used');
    expect(told.at(-1)).toEqual({ error: 'WRONGTYPE', message: 'the queue cannot be used' });
    redis.disconnect();
  });
});
