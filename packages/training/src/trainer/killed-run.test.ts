// Runs that are killed again and again by SIGKILL, against one that is not: a process of its own trains the real engine
// with dropout, transposition and label dropout, and dies in the middle of what it does.
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
/** Changes of the file system until death: a start makes 20, and a checkpoint some 25. */
const FARTHEST_CHANGE = 160;
/** Milliseconds until a kill from outside: about as long as a session lasts. */
const LONGEST_WAIT = 1000;

type Death = { readonly change: number; readonly torn: boolean } | { readonly afterMs: number };

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
  const change = death && 'change' in death ? [String(death.change)] : [];
  const torn = death && 'change' in death && death.torn ? ['torn'] : [];
  const child = spawn(process.execPath, [TRAINEE, run, ...change, ...torn], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const timer =
    death && 'afterMs' in death && setTimeout(() => child.kill('SIGKILL'), death.afterMs);
  const signal = await new Promise<string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(signal);
      else reject(new Error(`a session failed: ${stderr}`));
    });
  });
  clearTimeout(timer || undefined);
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

function drawDeath(seed: number, index: number): Death {
  const random = createRandom(seed, index);
  if (index % 5 === 4) return { afterMs: LONGEST_WAIT * random.uniformAt(0) };
  // Half of the deaths are in the first 40 changes: the start and the first checkpoint of a session.
  const farthest = index % 2 === 0 ? 40 : FARTHEST_CHANGE;
  return { change: 1 + random.integerAt(1, farthest), torn: random.uniformAt(2) < 0.5 };
}

/** Kills sessions of a run until it is finished all the same, then those of another run, and so on.
 *  @returns the last words of the sessions that were killed */
async function killAgainAndAgain(seed: number): Promise<string[]> {
  const lastWords: string[] = [];
  for (let runs = 0, kills = 0; kills < KILLS_OF_A_LANE; runs++) {
    const run = join(folder, `killed-${seed}-${runs}`);
    for (;;) {
      const death = kills < KILLS_OF_A_LANE ? drawDeath(seed, kills) : undefined;
      const { killed, places } = await session(run, death);
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
    // Seeds were chosen so that every kind of change was cut by a kill at least once.
    const changes = ['mkdir', 'open', 'writeFile', 'sync', 'rename', 'rm', 'appendFile'];
    expect(lastWords).toEqual(expect.arrayContaining(changes));
  });
});
