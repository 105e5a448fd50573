// Runs that are killed again and again by SIGKILL, against one that is not: a process of its own trains the real engine
// with dropout, augmentation, micro batches and a schedule with a memory, and dies in the middle of what it does.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@ostinato/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.js';
import { bestCheckpoint, checkpointFolder, listCheckpoints } from '../checkpoint/run-folder.js';

// Compiled, because a process must start fast; `npm test` builds first.
const TRAINEE = fileURLToPath(new URL('../../dist/testing/killed-trainee.js', import.meta.url));
/** 50 in all. */
const LANES = 2;
const KILLS_OF_A_LANE = 25;
/** Where sessions die in turn: at one of the first N moments of a kind. A start has 20 of any kind, a checkpoint some
 *  30: one append, four files, two renames with that of an older one, three removals. */
const DEATHS = [
  { kind: 'any', within: 40 },
  { kind: 'rm', within: 12 },
  { kind: 'step', within: 12 },
  { kind: 'writeFile', within: 30 },
  { kind: 'any', within: 200 },
  { kind: 'rename', within: 12 },
  { kind: 'appendFile', within: 5 },
  { kind: 'evaluation', within: 3 },
  { kind: 'mkdir', within: 5 },
  'from outside',
] as const;
/** Milliseconds until a kill from outside: about as long as a session lasts. */
const LONGEST_WAIT = 1000;

interface Death {
  /** What the process is told: kind, number, and whether to die half-way. */
  readonly orders: readonly string[];
  /** When it is killed all the same. */
  readonly afterMs?: number;
}

let folder: string;
let undisturbed: Map<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-killed-'));
  await session(join(folder, 'whole'));
  undisturbed = await contentOf(join(folder, 'whole'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** Trains until the end or death.
 *  @returns what the process said it was doing, in order; whether it died */
async function session(
  run: string,
  death?: Death,
): Promise<{ killed: boolean; places: readonly string[] }> {
  const child = spawn(process.execPath, [TRAINEE, run, ...(death?.orders ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const afterMs = death?.afterMs;
  const timer = afterMs && setTimeout(() => child.kill('SIGKILL'), afterMs);
  const signal = await new Promise<string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(signal);
      else reject(new Error(`a session failed: ${stderr}`));
    });
  });
  clearTimeout(timer);
  return { killed: signal !== null, places: stdout.trimEnd().split('\n') };
}

/** Every file of a run, by its path. */
async function contentOf(run: string): Promise<Map<string, string>> {
  const entries = await readdir(run, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(paths.map(async (path) => readFile(path, 'base64')));
  return new Map(paths.map((path, index) => [path.slice(run.length), contents[index]]));
}

/** Whatever has a checkpoint's name is one, and the best is there. */
async function checkWhole(run: string): Promise<void> {
  for (const step of await listCheckpoints(run)) await readCheckpoint(checkpointFolder(run, step));
  await bestCheckpoint(run);
}

/** @param missed sessions that ended before they were killed: a fast machine must not be waited for again and again */
function drawDeath(seed: number, index: number, missed: number): Death {
  const random = createRandom(seed, index);
  const death = DEATHS[index % DEATHS.length];
  if (death === 'from outside') {
    return { orders: [], afterMs: (LONGEST_WAIT * random.uniformAt(0)) / 2 ** missed };
  }
  const number = 1 + random.integerAt(1, death.within);
  const torn = random.uniformAt(2) < 0.5 ? ['torn'] : [];
  return { orders: [death.kind, String(number), ...torn] };
}

/** Kills sessions of a run until it is finished all the same, then those of another run, and so on.
 *  @returns the last words of the sessions that were killed */
async function killAgainAndAgain(seed: number): Promise<string[]> {
  const lastWords: string[] = [];
  let missed = 0;
  for (let runs = 0, kills = 0; kills < KILLS_OF_A_LANE; runs++) {
    const run = join(folder, `killed-${seed}-${runs}`);
    for (;;) {
      const death = kills < KILLS_OF_A_LANE ? drawDeath(seed, kills, missed) : undefined;
      const { killed, places } = await session(run, death);
      missed = killed ? 0 : missed + 1;
      if (!killed) break;
      kills++;
      lastWords.push(places.at(-1) ?? '');
      await checkWhole(run);
    }
    expect(await contentOf(run), `seed ${seed}, run ${runs}`).toEqual(undisturbed);
  }
  return lastWords;
}

describe('a run that is killed', () => {
  it('ends with the same bytes in every file after 50 kills', { timeout: 240_000 }, async () => {
    const lanes = Array.from({ length: LANES }, (_, lane) => killAgainAndAgain(lane + 1));
    const lastWords = (await Promise.all(lanes)).flat();
    expect(lastWords).toHaveLength(LANES * KILLS_OF_A_LANE);
    const kinds = DEATHS.flatMap((death) => (death === 'from outside' ? [] : [death.kind]));
    const meant = kinds.filter((kind) => kind !== 'any');
    expect(lastWords).toEqual(expect.arrayContaining(meant));
  });
});
