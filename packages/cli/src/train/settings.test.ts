import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inWords } from './domain.js';
import { SETTINGS } from './settings.js';

const page = readFileSync(new URL('../../../../docs/training.md', import.meta.url), 'utf8');
/** Each setting's row in a table of the page. */
const rows = new Map(
  page.split('\n').flatMap((line): [string, string][] => {
    const [, keys = ''] = /^\| (`[^|]+`) +\|/.exec(line) ?? [];
    return keys.split(', ').map((key) => [key.replaceAll('`', '').trim(), line]);
  }),
);

describe('docs/training.md', () => {
  it.each(SETTINGS.map((setting): [string, typeof setting] => [setting.key, setting]))(
    'has %s with its default',
    (key, setting) => {
      const row = rows.get(key);
      expect(row).toBeDefined();
      if (setting.default !== undefined) expect(row).toContain(setting.default);
    },
  );
});

describe('ranges', () => {
  it.each([
    ['steps', 'an integer in 1..10000000'],
    ['learning-rate', 'a number in 0 (excluded)..1'],
    ['plateau-factor', 'a number in 0 (excluded)..1 (excluded)'],
    ['schedule', 'one of cosine, plateau, constant'],
    ['rotate-bars', 'true or false'],
  ])('of %s is %s', (key, words) => {
    expect(inWords(SETTINGS.find((setting) => setting.key === key)!.domain)).toBe(words);
  });
});
