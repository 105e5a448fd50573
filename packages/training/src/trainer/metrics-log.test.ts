import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MetricsLine, MetricsLog, readMetrics } from './metrics-log.js';

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'ostinato-metrics-'));
});
afterEach(async () => rm(run, { recursive: true, force: true }));

const stepLine = (step: number): MetricsLine => ({
  kind: 'step',
  step,
  loss: 1 / step,
  gradientNorm: 1,
  learningRate: 0.001,
});

async function write(from: number, to: number): Promise<void> {
  const log = await MetricsLog.open(run, from - 1);
  for (let step = from; step <= to; step++) log.append(stepLine(step));
  await log.close();
}

describe('the metrics log', () => {
  it('gives back its lines', async () => {
    await write(1, 5);
    expect(await readMetrics(run)).toEqual([1, 2, 3, 4, 5].map(stepLine));
  });

  it('is empty where there is none', async () => {
    expect(await readMetrics(run)).toEqual([]);
  });

  it('forgets lines after the step it goes on from', async () => {
    await write(1, 8);
    await write(4, 5);
    expect(await readMetrics(run)).toEqual([1, 2, 3, 4, 5].map(stepLine));
  });

  it('leaves out a last line that was cut, and removes it when it goes on', async () => {
    await write(1, 3);
    await appendFile(join(run, 'metrics.jsonl'), '{"kind":"step","step":4,"lo');
    expect(await readMetrics(run)).toHaveLength(3);
    await write(4, 4);
    expect(await readFile(join(run, 'metrics.jsonl'), 'utf8')).toBe(
      [1, 2, 3, 4].map((step) => `${JSON.stringify(stepLine(step))}\n`).join(''),
    );
  });

  it('names another line that is not readable', async () => {
    await write(1, 3);
    const path = join(run, 'metrics.jsonl');
    const lines = (await readFile(path, 'utf8')).split('\n');
    lines[1] = '{}';
    await writeFile(path, lines.join('\n'));
    await expect(readMetrics(run)).rejects.toThrow(/metrics\.jsonl line 2/);
  });
});
