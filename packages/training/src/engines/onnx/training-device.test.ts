import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TrainingError } from '../../trainer/training-error.js';
import type { TrialReport } from './device-trial.js';
import { runDeviceTrial } from './run-device-trial.js';
import { chooseDevice, resolveTrainingDevice } from './training-device.js';

const missing = (device: string): TrainingError =>
  new TrainingError('device', `device ${device}: not there; buy one`);
const wins: TrialReport = {
  productMs: { device: 0.5, cpu: 4 },
  stepMs: { device: 6.04, cpu: 52.4 },
};

/** Tries that end as given. */
const tries =
  (ends: Partial<Record<'cuda' | 'webgpu', TrialReport>>) =>
  ({ device }: { device: 'cuda' | 'webgpu' }): Promise<TrialReport> => {
    const end = ends[device];
    return end ? Promise.resolve(end) : Promise.reject(missing(device));
  };

describe('chooseDevice', () => {
  it.each([
    ['cuda before all', { cuda: wins, webgpu: wins }, 'cuda', 'cuda: it is installed and works'],
    [
      'webgpu where a step is faster',
      { webgpu: wins },
      'webgpu',
      'webgpu: a training step takes 6.0 ms on webgpu, 52 ms on the cpu',
    ],
    [
      'the cpu where a step on webgpu is slower',
      { webgpu: { ...wins, stepMs: { device: 80, cpu: 52 } } },
      'cpu',
      'cpu: a training step takes 80 ms on webgpu, 52 ms on the cpu; cuda: not there',
    ],
    [
      'the cpu where webgpu loses in a product, as software does',
      { webgpu: { productMs: { device: 770, cpu: 4.2 } } },
      'cpu',
      'cpu: a product of 512 x 512 takes 770 ms on webgpu, 4.2 ms on the cpu; cuda: not there',
    ],
    [
      'the cpu where nothing else is',
      {},
      'cpu',
      'cpu: no GPU can be used (cuda: not there; webgpu: not there)',
    ],
  ] as const)('takes %s', async (_, ends, device, reason) => {
    expect(await chooseDevice('auto', tries(ends))).toEqual({ device, reason });
  });

  it('takes the cpu without trying anything when asked', async () => {
    const chosen = await chooseDevice('cpu', () => Promise.reject(new Error('tried')));
    expect(chosen).toEqual({ device: 'cpu', reason: 'cpu, as asked' });
  });

  it('takes a slow device when asked, and says how slow', async () => {
    const slow = { productMs: { device: 770, cpu: 4.2 } };
    const { device, reason } = await chooseDevice('webgpu', tries({ webgpu: slow }));
    expect(device).toBe('webgpu');
    expect(reason).toContain('770 ms there, 4.2 ms on the cpu');
  });

  it('does not take another device for one that is missing', async () => {
    await expect(chooseDevice('cuda', tries({ webgpu: wins }))).rejects.toThrow('buy one');
  });
});

describe('resolveTrainingDevice', () => {
  it('finds cuda, or says in one line what it needs', async () => {
    const found = await resolveTrainingDevice('cuda').catch((error: unknown) => error);
    if (!(found instanceof TrainingError)) {
      expect(found).toMatchObject({ device: 'cuda' });
      return;
    }
    expect(found.code).toBe('device');
    expect(found.message).toMatch(/^device cuda: [^\n]*CUDA 12[^\n]*train on cpu$/);
  });
});

describe('runDeviceTrial', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ostinato-trial-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const request = { device: 'webgpu', compare: false } as const;
  const trial = (name: string, code: string, patienceMs = 30_000): Promise<TrialReport> => {
    const entry = join(folder, `${name}.cjs`);
    writeFileSync(entry, code);
    return runDeviceTrial(request, { entry, patienceMs });
  };

  it.each([
    ['crashes', 'process.abort()', 'device webgpu: its driver ended .* \\(SIGABRT\\)'],
    ['leaves', 'process.exit(3)', 'device webgpu: its driver ended .* \\(exit code 3\\)'],
    ['fails', 'process.send({ failure: "no such adapter" })', '^no such adapter$'],
  ])('a driver that %s is an error, not an end of this process', async (name, code, message) => {
    await expect(trial(name, code)).rejects.toThrow(
      expect.objectContaining({ code: 'device', message: expect.stringMatching(message) }),
    );
  });

  it('does not wait for a driver that hangs', async () => {
    const hanging = trial('hangs', 'setInterval(() => {}, 1000)', 200);
    await expect(hanging).rejects.toThrow('device webgpu: no answer in 0.2 seconds');
  });

  it('hands on what the trial found', async () => {
    const code = `process.once('message', ({ device }) => process.send({ report: { device } }))`;
    expect(await trial('reports', code)).toEqual({ device: 'webgpu' });
  });
});
