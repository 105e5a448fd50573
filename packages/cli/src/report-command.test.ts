import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runOstinato } from './testing/run-ostinato.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-report-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('ostinato report', () => {
  it.each([
    ['a folder without a run', [], 'there is no run'],
    ['data that is no corpus', ['--data', 'nowhere'], 'corpus.json cannot be read'],
    [
      'a weight of nothing',
      ['--data', 'a=1', '--data', 'b=0'],
      "argument 'b=0' is invalid. Expected a folder, or DIR=WEIGHT",
    ],
  ])('refuses %s in one line', async (_, options, expected) => {
    const { code, stderr } = await runOstinato(['report', folder, ...options], { cwd: folder });
    expect(code).toBe(1);
    const lines = stderr.trim().split('\n');
    expect(lines.at(-1)).toContain(expected);
    expect(lines.filter((line) => line.startsWith('ostinato:'))).toHaveLength(1);
  });

  it('refuses a run.json that is damaged', async () => {
    await writeFile(join(folder, 'run.json'), '{"schemaVersion":');
    const { code, stderr } = await runOstinato(['report', folder]);
    expect(code).toBe(1);
    expect(stderr).toContain('ostinato: run.json');
    expect(stderr).not.toContain('internal');
  });
});
