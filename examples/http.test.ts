// The programs of examples/http, run as they are against a server on a port, with a network that costs no time.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readMidi } from '@ostinato/core';
import { createApp } from '@ostinato/server';
import { type RunningServer, serveApp } from '@ostinato/server/node';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fakeServedModel } from '../packages/server/src/testing/served-model.js';

const programOf = (name: string): string => fileURLToPath(new URL(`http/${name}`, import.meta.url));

let server: RunningServer;
let folder: string;
beforeAll(async () => {
  server = await serveApp(createApp({ models: { musicnet: fakeServedModel() } }), { port: 0 });
  folder = await mkdtemp(join(tmpdir(), 'ostinato-http-'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const origin = (): string => server.url.replace(/\/$/, '');
const isThere = (command: string): boolean => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

async function run(command: string, program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [programOf(program), origin()], {
    cwd: folder,
  });
  return stdout;
}

/** The file that each program writes last: ten seconds, and eight bars more. */
function expectLonger(): void {
  const { score } = readMidi(readFileSync(join(folder, 'longer.mid')));
  expect(score.name).toBe('musicnet, seed 7');
}

it('TypeScript', async () => {
  const said = vi.spyOn(console, 'log').mockReturnValue();
  const { argv } = process;
  const before = process.cwd();
  process.argv = [...argv.slice(0, 2), origin()];
  process.chdir(folder);
  await import('./http/client.js').finally(() => {
    process.argv = argv;
    process.chdir(before);
  });
  const text = said.mock.calls.flat().join('\n');
  expect(text).toMatch(
    /^musicnet can be like Bach, .*\n\d+ notes, [\d.]+ s\n[\d.]+ nats per note\n(?:the job is (?:queued|running)\n)*the job is succeeded$/,
  );
  const long = readMidi(readFileSync(join(folder, 'long.mid')));
  expect(long.score.name).toBe('musicnet, seed 8');
  expectLonger();
});

it.skipIf(!isThere('curl'))('curl (where it is installed)', async () => {
  const output = await run('sh', 'curl.sh');
  expect(output).toContain('"natsPerNote"');
  expect((await readdir(folder)).toSorted()).toEqual(
    expect.arrayContaining(['piece.json', 'piece.mid', 'piece.svg', 'piece.wav', 'same.mid']),
  );
  expectLonger();
  const [longer, same] = ['longer.mid', 'same.mid'].map((name) => readFileSync(join(folder, name)));
  expect(longer.equals(same)).toBe(true);
});

it.skipIf(!isThere('python3'))('Python (where python3 is installed)', async () => {
  const output = await run('python3', 'compose.py');
  expect(output).toMatch(/^\d+ notes, [\d.]+ s\nwhat the model could not say: dropped=0, /);
  expectLonger();
});
