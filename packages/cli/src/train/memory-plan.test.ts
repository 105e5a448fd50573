import { presetConfig } from '@ostinato/model';
import { describe, expect, it } from 'vitest';
import { describePlan, machineMemory } from './memory-plan.js';

const request = { config: presetConfig('base', 400), batch: 32, steps: 128 };
const facts = { isEstimated: true, available: 16e9, steps: 3000, stepSeconds: 0.5 };

describe('describePlan', () => {
  it('says what a run takes', () => {
    expect(describePlan(request, facts)).toEqual([
      'network: 2 x 512, 4,608,400 parameters; about 980 MB of memory, 92 GFLOP a step',
      'time: very roughly 25 min 00 s for 3,000 steps, evaluations not counted; better known after a few',
    ]);
  });

  it('names the micro batch that fits where memory is short', () => {
    const lines = describePlan(request, { ...facts, available: 800e6 });
    expect(lines[2]).toBe(
      'warning: that is more memory than the 800 MB of this machine; with --micro-batch 16 it fits and learns the same',
    );
  });

  it('names what else to reduce where none fits', () => {
    const lines = describePlan(request, { ...facts, available: 200e6 });
    expect(lines[2]).toMatch(/smaller network .* shorter --window/);
  });

  it('says nothing of memory and time that it does not know', () => {
    const unknown = { isEstimated: false, available: 1, stepSeconds: undefined };
    expect(describePlan(request, { ...facts, ...unknown })).toEqual([
      'network: 2 x 512, 4,608,400 parameters; 92 GFLOP a step',
      'time: known after a few steps',
    ]);
  });
});

it('knows how much memory there is', () => {
  expect(machineMemory()).toBeGreaterThan(100e6);
  expect(machineMemory()).toBeLessThan(1e15);
});
