import { describe, expect, it } from 'vitest';
import { RunCurves } from '../curves/run-curves.js';
import { findFindings, type RunFacts } from './findings.js';

const STEPS = 400;

/** A run's figures from formulas: evaluations come every 20 steps. */
function curvesOf(
  training: (step: number) => number,
  validation?: (step: number) => number,
  gradientNorm: (step: number) => number = () => 0.5,
): RunCurves {
  const curves = new RunCurves();
  for (let step = 1; step <= STEPS; step++) {
    const line = { loss: training(step), gradientNorm: gradientNorm(step), learningRate: 0.01 };
    curves.add({ kind: 'step', step, ...line });
    if (validation && step % 20 === 0) {
      curves.add({ kind: 'evaluation', step, loss: validation(step), accuracy: 0.5 });
    }
  }
  return curves;
}

const falling = (step: number): number => 2 + 3 * Math.exp(-step / 40);
const healthy: RunFacts = {
  curves: curvesOf(falling, falling),
  steps: STEPS,
  warmupSteps: 20,
  clipNorm: 1,
  parameters: 1000,
  trainingTokens: 5000,
  baseline: 3,
  files: 100,
  droppedFiles: 1,
};
const alike = { pitches: 0.9, pitchClasses: 0.9, durations: 0.9, voices: 0.9, instruments: 0.9 };
const titles = (facts: RunFacts): string[] => findFindings(facts).map(({ title }) => title);

describe('the findings of a run', () => {
  it('are one good one if all is well', () => {
    expect(findFindings(healthy)).toMatchObject([{ level: 'good', title: 'Nothing unusual' }]);
  });

  const cases: [string, Partial<RunFacts>, string][] = [
    ['there is no step', { curves: new RunCurves() }, 'No step yet'],
    ['there is no evaluation', { curves: curvesOf(falling) }, 'No evaluation yet'],
    [
      'validation rises while training falls',
      { curves: curvesOf(falling, (step) => 2 + Math.abs(step - 120) / 200) },
      'It learns the corpus by heart',
    ],
    [
      'the training loss jumps',
      { curves: curvesOf((step) => ([150, 300].includes(step) ? 9 : falling(step)), falling) },
      'The learning rate may be too high',
    ],
    [
      'the training loss climbs',
      { curves: curvesOf((step) => falling(step) + Math.max(0, step - 200) / 100, falling) },
      'The learning rate may be too high',
    ],
    [
      'every gradient is longer than the limit',
      { curves: curvesOf(falling, falling, () => 7) },
      'Every gradient is cut',
    ],
    [
      'there are fewer tokens than numbers',
      { trainingTokens: 900 },
      'Little data for this network',
    ],
    ['a 5-gram is better', { baseline: 1.5 }, 'Counting does as well'],
    [
      'the notes differ',
      { overlaps: { ...alike, voices: 0.2 }, composedNotes: 500 },
      'It composes unlike its corpus',
    ],
    ['many files were dropped', { droppedFiles: 20 }, 'Many files were dropped'],
    [
      'the loss still falls at the end',
      { curves: curvesOf(falling, (step) => 5 - step / 200) },
      'It could go on',
    ],
  ];
  it.each(cases)('say when %s', (_, change, title) => {
    expect(titles({ ...healthy, ...change })).toContain(title);
  });

  it('say that there is little data louder where there is very little', () => {
    const [first] = findFindings({ ...healthy, trainingTokens: 10 });
    expect(first).toMatchObject({ level: 'warning', title: 'Little data for this network' });
  });

  it.each<[string, Partial<RunFacts>]>([
    ['too few notes', { overlaps: { ...alike, voices: 0 }, composedNotes: 50 }],
    [
      'other keys after transposition',
      { overlaps: { ...alike, pitchClasses: 0 }, composedNotes: 500, transposed: true },
    ],
    [
      'notes that could not be compared',
      { overlaps: { ...alike, pitches: Number.NaN }, composedNotes: 500 },
    ],
    [
      'the noise of batches',
      { curves: curvesOf((step) => falling(step) * (1 + 0.2 * Math.sin(step * 7)), falling) },
    ],
  ])('are silent about %s', (_, change) => {
    expect(titles({ ...healthy, ...change })).toEqual(['Nothing unusual']);
  });

  it('need nothing but the curves', () => {
    expect(titles({ curves: healthy.curves })).toEqual(['Nothing unusual']);
  });
});
