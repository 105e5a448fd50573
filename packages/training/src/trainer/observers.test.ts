import { describe, expect, it } from 'vitest';
import { Observers } from './observers.js';
import type { EvaluationMoment } from './run-observer.js';

const moment = {} as EvaluationMoment;

describe('observers', () => {
  it('are all told when one of them fails, and the first failure is kept', async () => {
    const told: string[] = [];
    const observers = new Observers([
      {
        onEvaluation: async () => {
          throw new Error('first');
        },
      },
      {
        onEvaluation: async () => {
          told.push('second');
          throw new Error('second');
        },
      },
    ]);
    await observers.evaluation(moment);
    expect(told).toEqual(['second']);
    expect(observers.failed).toBe(true);
    expect(() => observers.throwFailure()).toThrow('first');
  });

  it('are closed once, and what closing throws ends the work', async () => {
    let closed = 0;
    const observers = new Observers([
      {
        close: async () => {
          closed++;
          throw new Error('cannot close');
        },
      },
      {
        close: async () => {
          closed++;
        },
      },
    ]);
    await expect(observers.during(async () => 1)).rejects.toThrow('cannot close');
    await observers.close();
    expect(closed).toBe(2);
  });

  it('are closed after a failure, which is what is thrown', async () => {
    let closed = 0;
    const close = async (): Promise<void> => {
      closed++;
      throw new Error('cannot close');
    };
    const work = new Observers([{ close }]).during(async () => {
      throw new Error('the work failed');
    });
    await expect(work).rejects.toThrow('the work failed');
    expect(closed).toBe(1);
  });
});
