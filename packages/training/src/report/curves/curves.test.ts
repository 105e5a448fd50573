import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoundedSeries, smoothed } from './bounded-series.js';
import { readCurves } from './read-curves.js';
import { RunCurves } from './run-curves.js';

describe('a bounded series', () => {
  it('keeps every point while they fit', () => {
    const series = new BoundedSeries(8);
    for (let step = 1; step <= 8; step++) series.add(step, step * 10);
    expect(series.points().map(({ step, mean }) => [step, mean])).toEqual(
      Array.from({ length: 8 }, (_, i) => [i + 1, (i + 1) * 10]),
    );
  });

  it('stays bounded and keeps mean, extremes and count of what it joins', () => {
    const series = new BoundedSeries(64);
    const count = 100_000;
    for (let step = 0; step < count; step++) series.add(step, step === 70_000 ? 999 : 1);
    const points = series.points();
    expect(points.length).toBeLessThanOrEqual(64);
    expect(points.length).toBeGreaterThan(32);
    expect(points.reduce((sum, point) => sum + point.count, 0)).toBe(count);
    expect(Math.max(...points.map(({ max }) => max))).toBe(999);
    expect(points.map(({ step }) => step)).toEqual(
      points.map(({ step }) => step).toSorted((a, b) => a - b),
    );
  });

  it('is the same curve whatever the order', () => {
    const steps = Array.from({ length: 5000 }, (_, step) => step);
    const forwards = new BoundedSeries(50);
    const backwards = new BoundedSeries(50);
    for (const step of steps) forwards.add(step, step % 7);
    for (const step of steps.toReversed()) backwards.add(step, step % 7);
    expect(backwards.points()).toEqual(forwards.points());
  });

  it('leaves out what is no number', () => {
    const series = new BoundedSeries();
    for (const value of [null, undefined, Number.NaN, Infinity, 'two']) series.add(1, value);
    expect(series.points()).toEqual([]);
  });

  it('is smoothed without a drift of its own', () => {
    const series = new BoundedSeries(1000);
    for (let step = 0; step < 400; step++) series.add(step, 3 + (step % 2 === 0 ? 1 : -1));
    const values = smoothed(series.points());
    expect(values).toHaveLength(400);
    // A mean over 21 points of which ten or eleven are up.
    for (const value of values.slice(10, -10)) expect(Math.abs(value - 3)).toBeLessThan(0.05);
    expect(smoothed([])).toEqual([]);
  });
});

describe('the curves of a log', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ostinato-curves-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const write = (text: string) => writeFile(join(folder, 'metrics.jsonl'), text);

  it('know the newest step and the best and the newest evaluation', async () => {
    const lines = [
      {
        kind: 'step',
        step: 1,
        loss: 5,
        gradientNorm: 2,
        learningRate: 0.1,
        tokens: 64,
        epoch: 0.5,
      },
      { kind: 'evaluation', step: 1, loss: 4, accuracy: 0.1, lossPerNote: null },
      { kind: 'step', step: 2, loss: 4, gradientNorm: 2, learningRate: 0.1, tokens: 128, epoch: 1 },
      { kind: 'evaluation', step: 2, loss: 4.5, accuracy: 0.2, lossPerNote: 9 },
    ];
    await write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const curves = new RunCurves();
    expect(await readCurves(folder, curves)).toBe(0);
    expect(curves).toMatchObject({ lastStep: 2, evaluations: 2, tokens: 128, epoch: 1 });
    expect(curves.best).toMatchObject({ step: 1, loss: 4, lossPerNote: undefined });
    expect(curves.newest).toMatchObject({ step: 2, accuracy: 0.2, lossPerNote: 9 });
    expect(curves.points('evaluation.loss').map(({ mean }) => mean)).toEqual([4, 4.5]);
  });

  it('can be read up to a step', async () => {
    await write('{"kind":"step","step":1,"loss":5}\n{"kind":"step","step":2,"loss":4}\n');
    const curves = new RunCurves();
    await readCurves(folder, curves, { before: 2 });
    expect(curves.lastStep).toBe(1);
  });

  it('count what cannot be read, and go on', async () => {
    const bad = [
      '',
      'null',
      '{"kind":"step"',
      '[1]',
      '{"kind":"other","step":1}',
      'x'.repeat(300_000),
    ];
    await write(`${bad.join('\n')}\n{"kind":"step","step":3,"loss":null}\n{"kind":"step","st`);
    const curves = new RunCurves();
    expect(await readCurves(folder, curves)).toBe(bad.length);
    expect(curves.lastStep).toBe(3);
    expect(curves.points('step.loss')).toEqual([]);
  });

  it('are empty without a log, and a folder in its place is an error', async () => {
    const curves = new RunCurves();
    expect(await readCurves(folder, curves)).toBe(0);
    expect(curves.lastStep).toBe(0);
    await mkdir(join(folder, 'metrics.jsonl'));
    await expect(readCurves(folder, curves)).rejects.toMatchObject({ code: 'missing' });
  });
});
