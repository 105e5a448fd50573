import { expect, it } from 'vitest';
import { parseDataFolder } from './data-folders.js';

it.each([
  ['corpora/mine', { folder: 'corpora/mine', weight: 1 }],
  ['corpora/mine=3', { folder: 'corpora/mine', weight: 3 }],
  ['corpora/mine=0.25', { folder: 'corpora/mine', weight: 0.25 }],
  ['a=b=1', { folder: 'a=b', weight: 1 }],
  ['mine=', undefined],
  ['mine=0', undefined],
  ['mine=-1', undefined],
  ['mine=x', undefined],
  ['mine=Infinity', undefined],
  ['=2', undefined],
  [' ', undefined],
  ['a\0b', undefined],
])('%j', (text, expected) => {
  expect(parseDataFolder(text)).toEqual(expected);
});
