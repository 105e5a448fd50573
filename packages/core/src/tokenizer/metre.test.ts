import { describe, expect, it } from 'vitest';
import { ALL_METRES, barLength, metreName, planBars } from './metre.js';
import type { BarPlan, MetreChange } from './metre.js';

/** `3/4@96`: a signature and its position, 0 by default. */
function change(text: string): MetreChange {
  const [, numerator, denominator, position = '0'] = /^(\d+)\/(\d+)(?:@(\d+))?$/.exec(text)!;
  return { numerator: +numerator, denominator: +denominator, position: +position };
}

function plan(score: string[], lastOnset: number, vocabulary?: string[]): BarPlan {
  const metres = vocabulary?.map(change) ?? ALL_METRES;
  return planBars(score.map(change), lastOnset, metres, 1000);
}

function names({ bars }: BarPlan, vocabulary?: string[]): string[] {
  const metres = vocabulary?.map(change) ?? ALL_METRES;
  return bars.map(({ start, signature }) => `${metreName(metres[signature])}@${start}`);
}

describe('planBars', () => {
  it('is in 4/4 where the score says nothing', () => {
    expect(names(plan([], 100))).toEqual(['4/4@0', '4/4@96']);
  });

  it('ends with the bar of the last onset', () => {
    expect(names(plan(['3/4'], 143))).toEqual(['3/4@0', '3/4@72']);
    expect(names(plan(['3/4'], 144))).toHaveLength(3);
  });

  it('changes metre at a bar line', () => {
    const bars = plan(['3/4', '6/8@72', '2/4@144'], 200);
    expect(names(bars)).toEqual(['3/4@0', '6/8@72', '2/4@144', '2/4@192']);
    expect(bars).toMatchObject({ cutBars: 0, delayedSignatures: 0, approximatedBars: 0 });
  });

  it('keeps empty bars', () => {
    expect(plan(['4/4'], 960).bars).toHaveLength(11);
  });

  it('cuts a bar in which a new signature begins, in its own note value where possible', () => {
    const bars = plan(['4/4', '3/4@48', '4/4@66'], 70);
    expect(names(bars)).toEqual(['2/4@0', '3/16@48', '4/4@66']);
    expect(bars).toMatchObject({ cutBars: 2, delayedSignatures: 0 });
  });

  it('delays a signature to the next bar line where the cut bar cannot be said', () => {
    const bars = plan(['4/4', '3/4@49'], 100);
    expect(names(bars)).toEqual(['4/4@0', '3/4@96']);
    expect(bars).toMatchObject({ cutBars: 0, delayedSignatures: 1 });
  });

  it('takes the last of several delayed signatures', () => {
    const bars = plan(['4/4', '3/4@49', '2/4@50'], 100);
    expect(names(bars)).toEqual(['4/4@0', '2/4@96']);
    expect(bars.delayedSignatures).toBe(2);
  });

  it.each([
    ['a metre as long', '2/2', ['3/4', '4/4'], ['4/4']],
    ['equal parts', '12/4', ['4/4', '6/4'], ['6/4', '6/4']],
    ['the longest bars that fit', '11/4', ['3/4', '8/4'], ['8/4', '3/4']],
    ['the nearest length', '5/4', ['6/4', '2/2'], ['6/4']],
    ['the nearest length for a bar that is off the grid', '3/64', ['1/16', '4/4'], ['1/16']],
  ])('says an unknown metre as %s', (_, metre, vocabulary, expected) => {
    const length = vocabulary
      .filter((name) => expected.includes(name))
      .reduce((sum, name) => sum + barLength(change(name)), 0);
    const bars = plan([metre], length * expected.length - 1, vocabulary);
    const said = names(bars, vocabulary).map((name) => name.replace(/@.*/, ''));
    expect(said.slice(0, expected.length)).toEqual(expected);
    expect(bars.approximatedBars).toBe(bars.bars.length);
  });

  it('stops at the limit of bars', () => {
    expect(planBars([], 1e12, ALL_METRES, 7).bars).toHaveLength(7);
  });
});

describe('ALL_METRES', () => {
  it('holds each metre of at most eight quarters once, all of whole positions', () => {
    expect(new Set(ALL_METRES.map(metreName)).size).toBe(ALL_METRES.length);
    const lengths = ALL_METRES.map(barLength);
    expect(lengths.every((length) => Number.isInteger(length) && length <= 192)).toBe(true);
    expect(ALL_METRES).toHaveLength(2 + 4 + 8 + 16 + 32 + 64);
  });
});
