// The short form of every case: that nothing is lost, nothing hangs and everything adds up. How fast it is, is for the
// long forms on a quiet machine.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

type Figures = Record<string, Record<string, unknown>>;
let figures: Figures;

async function run(cases: string): Promise<Figures> {
  const command = ['tools/bench/dist/main.js', 'server', '--scale', '0.01', '--cases', cases];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root });
  return (JSON.parse(stdout) as { figures: Figures }).figures;
}

beforeAll(async () => {
  const [stalled, others] = await Promise.all([
    run('stalled'), // it only waits
    run('realtime,throughput,composing,overload,dropped,mixed,endurance,drain,crash'),
  ]);
  figures = { ...stalled, ...others };
}, 300_000);

it('listens in real time', () => {
  expect(figures['realtime']).toMatchObject({ streams: 10, open: 10, health: { failures: 0 } });
  expect(figures['realtime']['notesPerSecond']).toBeGreaterThan(0);
});

it('composes for many', () => {
  expect(figures['throughput']['tokensPerSecond']).toHaveLength(1);
  expect(figures['composing']).toMatchObject({ health: { failures: 0 } });
});

it('refuses what is too much, and finishes all that it accepts', () => {
  const { finished, refused, withRetryAfter, busyAfterwards } = figures['overload'];
  expect(Number(finished) + Number(refused)).toBe(192 + 2 * 20);
  expect(refused).toBeGreaterThan(0);
  expect(withRetryAfter).toBe(refused);
  expect(busyAfterwards).toBe(0);
});

it('lets go of those that leave', () => {
  expect(figures['dropped']).toMatchObject({ requests: 20, cancelled: 20 });
});

it('loses count of nobody', () => {
  const { sent, sum, counted, places, busyAfterwards } = figures['mixed'];
  expect(sum).toBe(sent);
  expect(counted).toMatchObject({ failed: (sent as number) / 5 });
  expect(places).toMatchObject({ adds: true });
  expect(busyAfterwards).toBe(0);
  expect(figures['endurance']['counted']).toMatchObject({ refused: 0 });
});

it('closes connections that stall', () => {
  expect(figures['stalled']).toMatchObject({ connections: 20, left: 0, busyAfterwards: 0 });
});

it('ends without losing what it has accepted', () => {
  expect(figures['drain']).toMatchObject({ answered: 16, lost: 0, exitCodes: [0] });
});

it('goes on where an engine dies', () => {
  const { answers, wrongPieces, restarts, readyAfterwards } = figures['crash'];
  expect(answers).not.toHaveProperty('no answer');
  expect(wrongPieces).toBe(0);
  expect(restarts).toBe(1);
  expect(readyAfterwards).toBe(true);
});
