import { describe, expect, it } from 'vitest';
import {
  decimal,
  integer,
  label,
  list,
  namedShape,
  namePair,
  path,
  pathWith,
  seed,
} from './option-parsers.js';

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

it('leaves out an open end of a range', () => {
  expect(decimal(0, 1, 'above')('1')).toBe(1);
  expect(() => decimal(0, 1, 'above')('0')).toThrow('Expected a number in 0 (excluded)..1.');
  expect(decimal(0, 1, 'below')('0')).toBe(0);
  expect(() => decimal(0, 1, 'below')('1')).toThrow('Expected a number in 0..1 (excluded).');
});

describe('seed', () => {
  it.each(['0', '7', '4294967295', 'Clara', '1.5'])('takes %s', (text) => {
    expect(seed(text)).toBe(text);
  });

  it.each(['', '-1', '4294967296'])('refuses "%s"', (text) => {
    expect(() => seed(text)).toThrow('Expected');
  });
});

describe('label', () => {
  it('collects several', () => {
    expect(label('ensemble=Solo Piano', label('composer=Bach'))).toEqual({
      composer: 'Bach',
      ensemble: 'Solo Piano',
    });
  });

  it.each(['', 'Bach', '=Bach', 'composer='])('refuses "%s"', (text) => {
    expect(() => label(text)).toThrow('Expected KIND=VALUE');
  });
});

describe('namedShape', () => {
  it('collects several, a scalar too', () => {
    const before = namedShape('tokens=2,16', namedShape('serving_default_x:0=3'));
    expect([...namedShape('scale=', before)]).toEqual([
      ['serving_default_x:0', [3]],
      ['tokens', [2, 16]],
      ['scale', []],
    ]);
  });

  it.each(['', 'tokens', '=2', 'tokens=2,', 'tokens=-1', 'tokens=2x3'])('refuses "%s"', (text) => {
    expect(() => namedShape(text)).toThrow('Expected NAME=SIZES');
  });
});

describe('namePair', () => {
  it('collects several', () => {
    expect([...namePair('a=b', namePair('x:0=y'))]).toEqual([
      ['x:0', 'y'],
      ['a', 'b'],
    ]);
  });

  it.each(['', 'a', '=b', 'a=', 'a=b=c'])('refuses "%s"', (text) => {
    expect(() => namePair(text)).toThrow('Expected REFERENCE=ONNX');
  });
});

describe('list', () => {
  it('splits at commas', () => {
    expect(list('Violin, cello')).toEqual(['violin', 'cello']);
  });

  it.each(['', 'violin,', ','])('refuses "%s"', (text) => {
    expect(() => list(text)).toThrow('Expected names separated by commas.');
  });
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
