import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashInJavaScript, hashInSlices, HashMemory } from './hash.js';

const openssl = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

const contentOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 31);

describe('hashInSlices', () => {
  it.each([0, 1, 2 ** 16 - 1, 2 ** 16, 2 ** 16 + 1, 3 * 2 ** 16 + 5])(
    'gives the SHA-256 of %d bytes',
    async (length) => {
      const content = contentOf(length);
      expect(await hashInSlices(content)).toBe(openssl(content));
    },
  );

  it('lets others have the thread meanwhile', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await hashInSlices(contentOf(4 * 2 ** 20));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });
});

describe('HashMemory', () => {
  it('recalls what was found, and the last of it where a buffer was filled anew', async () => {
    const found = ['1'.repeat(64), '2'.repeat(64)];
    const memory = new HashMemory(() => found.shift()!);
    const content = contentOf(10);
    await memory.hash(content);
    expect(memory.recall(content)).toBe('1'.repeat(64));
    await memory.hash(content);
    expect(memory.recall(content)).toBe('2'.repeat(64));
  });

  it('takes nobody for somebody else who looks the same', async () => {
    const memory = new HashMemory(() => 'f'.repeat(64));
    await memory.hash(contentOf(10));
    expect(memory.recall(contentOf(10))).toBe(hashInJavaScript(contentOf(10)));
  });
});
