// Keys in Redis and values of JSON under them.
import type { Redis } from 'ioredis';

/** Of all keys: `ostinato:…`. */
export const PREFIX = 'ostinato';

/** Sets a key to a value as JSON, unless it is set.
 *  @returns what it is set to */
export async function setOnce<T>(redis: Redis, key: string, value: T, seconds: number): Promise<T> {
  const set = await redis.set(key, JSON.stringify(value), 'EX', seconds, 'NX');
  if (set !== null) return value;
  // It may have expired in between: then the next try sets it.
  return (await read<T>(redis, key)) ?? setOnce(redis, key, value, seconds);
}

export async function read<T>(redis: Redis, key: string): Promise<T | undefined> {
  const text = await redis.get(key);
  return text === null ? undefined : (JSON.parse(text) as T);
}

/** For names that clients choose. */
export async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(hash).toString('hex');
}
