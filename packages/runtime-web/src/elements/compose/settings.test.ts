import { describe, expect, it } from 'vitest';
import {
  type ComposeSettings,
  formatLabels,
  fromFragment,
  instrumentsOf,
  parseLabels,
  parseLength,
  parseList,
  parseTemperature,
  randomSeed,
  toFragment,
} from './settings.js';

const settings: ComposeSettings = {
  seed: 'für Elise & co=1',
  temperature: 0.9,
  length: 120,
  labels: { composer: 'Dvořák', ensemble: 'String Quartet' },
  instruments: ['violin', 'cello'],
};

describe('attributes', () => {
  it.each([
    ['endless', 'endless'],
    ['90', 90],
    ['0', 60],
    ['-1', 60],
    ['3601', 60],
    ['NaN', 60],
    ['', 60],
    [null, 60],
  ])('length %j is %j', (text, length) => {
    expect(parseLength(text)).toBe(length);
  });

  it.each([
    ['1.2', 1.2],
    ['0', undefined],
    ['101', undefined],
    ['warm', undefined],
    [null, undefined],
  ])('temperature %j is %j', (text, temperature) => {
    expect(parseTemperature(text)).toBe(temperature);
  });

  it('labels and lists come back as they were', () => {
    expect(parseLabels(formatLabels(settings.labels))).toEqual(settings.labels);
    expect(parseLabels('composer = Bach ;; = x; y=')).toEqual({ composer: 'Bach' });
    expect(parseLabels(null)).toEqual({});
    expect(parseList(' violin,, cello ')).toEqual(['violin', 'cello']);
  });

  it('instruments that a model lacks are left out', () => {
    expect(instrumentsOf(['cello', 'kazoo', 'violin'], [0, 40, 42])).toEqual([40, 42]);
  });

  it('random seeds are short and differ', () => {
    expect(randomSeed(() => 0.123_456_7)).toBe('123456');
    expect(randomSeed(() => 0)).toBe('0');
  });
});

describe('links', () => {
  it('say everything, and are read back', () => {
    expect(fromFragment(`#${toFragment(settings, '')}`, '')).toEqual(settings);
    expect(fromFragment(toFragment({ ...settings, length: 'endless' }, 'a b'), 'a b')).toEqual({
      ...settings,
      length: 'endless',
    });
  });

  it('are for one element', () => {
    expect(fromFragment(toFragment(settings, 'left'), 'right')).toBeUndefined();
    expect(fromFragment(toFragment(settings, 'left'), '')).toBeUndefined();
    expect(fromFragment('#section-2', '')).toBeUndefined();
    expect(fromFragment('', '')).toBeUndefined();
  });

  it('that somebody has spoiled do no harm', () => {
    expect(fromFragment('#ostinato?length=1e9&temperature=-3&seed=', '')).toEqual({ length: 60 });
    expect(fromFragment(`#ostinato?seed=${'x'.repeat(5000)}`, '')?.seed).toHaveLength(200);
  });
});
