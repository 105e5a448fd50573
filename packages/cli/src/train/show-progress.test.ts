import type { TrainProgress } from '@ostinato/training';
import { describe, expect, it } from 'vitest';
import { showTraining } from './show-progress.js';

function recorder() {
  const notes: string[] = [];
  const updates: string[] = [];
  const show = showTraining({
    note: (text) => notes.push(text),
    update: (text) => updates.push(text),
    end: () => undefined,
  });
  return { show, notes, updates };
}

const step = (at: number, loss: number, secondsLeft = 754): TrainProgress => ({
  kind: 'step',
  step: at,
  steps: 3000,
  epoch: 0.1,
  loss,
  gradientNorm: 1,
  accuracy: 0.4,
  learningRate: 0.001,
  tokensPerSecond: 7812.3,
  secondsLeft,
});

describe('showTraining', () => {
  it('shows step, loss, its curve, rate and time left', () => {
    const { show, updates } = recorder();
    for (const [index, loss] of [4, 3, 2, 1].entries()) show(step(index + 1, loss));
    expect(updates.at(-1)).toBe('step 4/3000, loss 1.000 █▆▃▁ 7,812 tokens/s, 12 min 34 s left');
  });

  it('keeps the curve of a long run short', () => {
    const { show, updates } = recorder();
    for (let at = 1; at <= 5000; at++) show(step(at, 5000 - at));
    const curve = /[▁-█]+/.exec(updates.at(-1) ?? '')?.[0];
    expect(curve).toHaveLength(16);
    expect(curve).toMatch(/^█.*▁$/);
  });

  it('says once, after three steps of the session, how long it will take', () => {
    const { show, notes } = recorder();
    show({ kind: 'start', step: 100, steps: 3000, engine: 'a clock' });
    for (let at = 101; at <= 110; at++) show(step(at, 1));
    expect(notes).toEqual([
      'training by a clock, from step 100 to 3000',
      'about 12 min 34 s to go by the pace of the first 3 steps, evaluations not counted',
    ]);
  });

  it('says of an evaluation where it stands and whether the rate was cut', () => {
    const { show, notes } = recorder();
    const evaluation = { kind: 'evaluation', loss: 2, accuracy: 0.5, lossPerNote: null } as const;
    show({ ...evaluation, step: 1, best: true, sinceBest: 0, cutTo: null });
    show({ ...evaluation, step: 2, best: false, sinceBest: 2, cutTo: 0.0015 });
    expect(notes).toEqual([
      'step 1: validation loss 2.0000 nats per token, accuracy 50.0 %, the best so far',
      'step 2: validation loss 2.0000 nats per token, accuracy 50.0 %, 2 since the best; learning rate cut to 0.00150',
    ]);
  });
});
