// Runs and their folders through the real binary: two trainers at once, and a user who does not wait.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runJson, runOstinato } from './testing/run-ostinato.js';
import { writeSmallPieces } from './testing/small-pieces.js';

const BINARY = fileURLToPath(new URL('../bin/ostinato.js', import.meta.url));
/** So many that a signal comes before the last, also on a busy machine. */
const STEPS = 60;
const train = (out: string): string =>
  `train --data corpus --out ${out} --preset tiny --batch 4 --window 32 --threads 1 --steps ${STEPS} --no-report`;
/** The same bytes come from the same device. */
const onCpu = (out: string): string => `${train(out)} --device cpu`;

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ostinato-run-safety-'));
  await writeSmallPieces(join(cwd, 'midi'), 12);
  await runJson('prepare midi --out corpus', { cwd });
});
afterAll(async () => rm(cwd, { recursive: true }));

it('refuses a second trainer in one line that names the first', async () => {
  const first = spawn(process.execPath, [BINARY, ...train('shared').split(' ')], { cwd });
  const gone = once(first, 'close');
  try {
    while (!existsSync(join(cwd, 'shared', 'run.json'))) await sleep(5);
    first.kill('SIGSTOP'); // it stays in the folder for as long as this test needs
    const { code, stderr } = await runOstinato('train --data corpus --out shared --resume', {
      cwd,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^ostinato: shared: another trainer works in this folder \(process \d+ on [^\n]+\n$/,
    );
    expect(stderr).toContain(`process ${first.pid} on`);
  } finally {
    first.kill('SIGKILL');
    await gone;
  }
  const resumed = await runJson(
    'train --data corpus --out shared --resume --threads 1 --no-report',
    { cwd },
  );
  expect(resumed).toMatchObject({ status: 'finished', step: STEPS });
});

it(
  'ends at once on a second SIGTERM, and resumes to the same bytes',
  { timeout: 180_000 },
  async () => {
    const parameters = (run: string): Promise<string> =>
      readFile(join(cwd, run, 'checkpoints', `step-${STEPS}`, 'parameters.safetensors'), 'hex');
    await runJson(onCpu('whole'), { cwd });
    const outcomes: string[] = [];
    for (const pauseMs of [0, 5, 20]) {
      const out = `hurried-${pauseMs}`;
      const child = spawn(process.execPath, [BINARY, ...onCpu(out).split(' ')], { cwd });
      const gone = once(child, 'close');
      await once(child.stderr, 'data');
      child.kill('SIGTERM');
      await sleep(pauseMs);
      child.kill('SIGTERM');
      const [code, signal] = (await gone) as [number | null, string | null];
      outcomes.push(signal ?? String(code));
      await runJson(`train --data corpus --out ${out} --resume --threads 1 --no-report`, { cwd });
      expect(await parameters(out)).toBe(await parameters('whole'));
    }
    // Whether the first signal was dealt with before the second came is for the system to decide.
    for (const outcome of outcomes) expect(['143', 'SIGTERM']).toContain(outcome);
  },
);
