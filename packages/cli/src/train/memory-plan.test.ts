import { presetConfig } from '@ostinato/model';
import { describe, expect, it } from 'vitest';
import { describePlan, machineMemory } from './memory-plan.js';

const request = { config: presetConfig('base', 400), batch: 32, steps: 128 };

describe('describePlan', () => {
  it('says what a run takes', () => {
    expect(describePlan(request, { isEstimated: true, available: 16e9 })).toEqual([
      'network: 2 x 512, 4,608,400 parameters; about 980 MB of memory, 92 GFLOP a step',
    ]);
  });

  it('names the micro batch that fits where memory is short', () => {
    const lines = describePlan(request, { isEstimated: true, available: 800e6 });
    expect(lines[1]).toBe(
      'warning: that is more than the 800 MB of this machine; with --micro-batch 16 it fits and learns the same',
    );
  });

  it('names what else to reduce where none fits', () => {
    const lines = describePlan(request, { isEstimated: true, available: 200e6 });
    expect(lines[1]).toMatch(/smaller network .* shorter --window/);
  });

  it('says nothing of memory that it does not know', () => {
    const lines = describePlan(request, { isEstimated: false, available: 1 });
    expect(lines).toEqual(['network: 2 x 512, 4,608,400 parameters; 92 GFLOP a step']);
  });
});

it('knows how much memory there is', () => {
  expect(machineMemory()).toBeGreaterThan(100e6);
  expect(machineMemory()).toBeLessThan(1e15);
});
