import { describe, expect, it } from 'vitest';
import { decimal, integer, path, pathWith } from './option-parsers.js';

describe('integer', () => {
  it.each([
    ['1', 1],
    ['+7', 7],
    ['010', 10],
  ])('reads %s', (text, value) => {
    expect(integer(1, 10)(text)).toBe(value);
  });

  it.each(['', ' ', '0', '11', '-1', '1.5', '1e1', '0x5', '5 ', 'NaN', 'Infinity', '٣'])(
    'refuses "%s"',
    (text) => {
      expect(() => integer(1, 10)(text)).toThrow('Expected an integer in 1..10.');
    },
  );
});

describe('decimal', () => {
  it.each([
    ['0.5', 0.5],
    ['.5', 0.5],
    ['1e-1', 0.1],
    ['1', 1],
  ])('reads %s', (text, value) => {
    expect(decimal(0.01, 1)(text)).toBe(value);
  });

  it.each(['', '0', '1.01', '-1', 'abc', 'NaN', 'Infinity', '1e999', '0,5', '0x1'])(
    'refuses "%s"',
    (text) => {
      expect(() => decimal(0.01, 1)(text)).toThrow('Expected a number in 0.01..1.');
    },
  );
});

describe('paths', () => {
  it('keeps a path as it is', () => {
    expect(path('some folder/ä.mid')).toBe('some folder/ä.mid');
  });

  it.each(['', '  ', 'a\0b'])('refuses %j', (text) => {
    expect(() => path(text)).toThrow('Expected a path.');
  });

  it('asks for the right ending', () => {
    expect(pathWith('.mid', '.midi')('A.MID')).toBe('A.MID');
    expect(() => pathWith('.mid', '.midi')('a.wav')).toThrow('ends in .mid or .midi');
  });
});
