import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { curveOf, readEvents } from '../../testing/read-events.js';
import { EventFile } from './event-file.js';
import { audio, image, isKeptEvaluation, metricValues, scalar, text } from './run-events.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-events-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const TIME = 1_800_000_000_000;
const open = (firstStep: number, time = TIME) => EventFile.open(folder, firstStep, () => time);

describe('an event file', () => {
  it('begins with its version and the start of a session', async () => {
    await (await open(7)).close();
    const [version, start] = await readEvents(folder);
    expect(version.what).toEqual({ case: 'fileVersion', value: 'brain.Event:2' });
    expect(version.wallTime).toBe(1_800_000_000);
    expect(start.step).toBe(7n);
    expect(start.what.case).toBe('sessionLog');
  });

  it('holds what was added once it was flushed', async () => {
    const events = await open(1);
    events.add(1, [scalar('loss', 2.5), text('config', '**x**')]);
    events.add(2, [image('roll', Uint8Array.of(1), { width: 3, height: 2 })]);
    events.add(3, [audio('piece', Uint8Array.of(2), { sampleRate: 22_050, frames: 1 })]);
    await events.flush();
    const found = (await readEvents(folder)).slice(2);
    await events.close();
    expect(found.map(({ step }) => step)).toEqual([1n, 2n, 3n]);
    const tags = found.flatMap(({ what }) =>
      what.case === 'summary' ? what.value.value.map(({ tag, value }) => [tag, value.case]) : [],
    );
    expect(tags).toEqual([
      ['loss', 'simpleValue'],
      ['config', 'tensor'],
      ['roll', 'image'],
      ['piece', 'audio'],
    ]);
  });

  it('is superseded, from its first step on, by the session after a kill', async () => {
    const killed = await open(1);
    for (let step = 1; step <= 20; step++) killed.add(step, [scalar('loss', step)]);
    await killed.close();
    // The kill came in the middle of a record.
    const [name] = await readdir(folder);
    const { length } = await readFile(join(folder, name));
    await truncate(join(folder, name), length - 5);

    // In the same second: the new file must still come after the old one.
    const resumed = await open(11);
    for (let step = 11; step <= 15; step++) resumed.add(step, [scalar('loss', 100 + step)]);
    await resumed.close();
    expect(await readdir(folder)).toHaveLength(2);
    expect(curveOf(await readEvents(folder), 'loss')).toEqual([
      ...Array.from({ length: 10 }, (_, i) => [i + 1, i + 1]),
      ...Array.from({ length: 5 }, (_, i) => [i + 11, i + 111]),
    ]);
  });

  it('comes after those of a clock that was ahead, and leaves the files of others alone', async () => {
    await (await open(1, TIME + 5000)).close();
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await (await open(2, TIME)).close();
    expect((await readdir(folder)).sort()).toEqual([
      'events.out.tfevents.1800000005.ostinato',
      'events.out.tfevents.1800000006.ostinato',
      'notes.txt',
    ]);
  });

  it('writes much without being asked', async () => {
    const events = await open(1);
    for (let step = 1; step <= 5000; step++) events.add(step, [scalar('loss', step)]);
    await events.flush();
    expect(curveOf(await readEvents(folder), 'loss')).toHaveLength(5000);
    await events.close();
  });
});

describe('the values of a run', () => {
  const step = { kind: 'step', loss: 3, gradientNorm: 0.5, learningRate: 1e-3 } as const;
  const tags = (values: readonly { tag?: string }[]) => values.map(({ tag }) => tag);

  it('are those that the line has', () => {
    expect(tags(metricValues({ ...step, step: 3 }))).toEqual([
      'loss/train',
      'learning_rate',
      'gradient_norm',
    ]);
    expect(tags(metricValues({ ...step, step: 3, accuracy: 0.3 }))).toContain('accuracy/train');
    const line = {
      kind: 'evaluation',
      step: 3,
      loss: 2,
      accuracy: 0.4,
      lossPerNote: null,
    } as const;
    expect(tags(metricValues(line))).toEqual(['loss/validation', 'accuracy/validation']);
  });

  it('are fewer the longer the run is', () => {
    let written = 0;
    for (let at = 1; at <= 200_000; at++) {
      if (metricValues({ ...step, step: at }).length > 0) written++;
    }
    expect(written).toBe(110_000);
  });

  it('have pictures and sounds of ten evaluations for each power of ten', () => {
    const kept = Array.from({ length: 1000 }, (_, i) => i + 1).filter(isKeptEvaluation);
    expect(kept.slice(0, 12)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30]);
    expect(kept).toHaveLength(28);
  });
});
