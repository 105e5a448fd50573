// The server as a whole: the bundled model behind a port of this machine.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { countNotes, readMidi } from '@ostinato/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOstinato } from './testing/run-ostinato.js';
import { type ServedOstinato, serveOstinato } from './testing/serve-ostinato.js';

const KEY = 'a-key-for-the-tests-of-serve';
const authorization = `Bearer ${KEY}`;

let cwd: string;
let server: ServedOstinato;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ostinato-serve-'));
  await writeFile(join(cwd, 'keys.txt'), `# who may\n\ntester:${KEY}\n`);
  server = await serveOstinato(['--no-studio', '--key-file', join(cwd, 'keys.txt')]);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true });
});

const compose = (body: object, headers: Record<string, string> = {}) =>
  fetch(`${server.url}v1/models/musicnet/compose`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** Whether a process that has imported these modules, one after the other, has ioredis in it: after each. */
async function hasRedisAfter(...modules: readonly string[]): Promise<unknown> {
  const script = `
    import Module from 'node:module';
    const found = [];
    for (const module of process.argv.slice(1)) {
      await import(module);
      found.push(Object.keys(Module._cache).some((file) => /[\\\\/]ioredis[\\\\/]/.test(file)));
    }
    console.log(JSON.stringify(found));`;
  const args = ['--input-type=module', '-e', script, ...modules];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

describe('ostinato serve', () => {
  it('loads what speaks to Redis only where a queue is named', async () => {
    const compiled = (name: string) => new URL(`../dist/commands/${name}.js`, import.meta.url).href;
    expect(await hasRedisAfter(compiled('serve'), compiled('worker'))).toEqual([false, true]);
  });

  it('composes what `ostinato generate` composes, byte for byte', async () => {
    const [answer] = await Promise.all([
      compose({ seed: '7', seconds: 5 }, { accept: 'audio/midi' }),
      runOstinato('generate --model musicnet --seed 7 --seconds 5 --out piece.mid', { cwd }),
    ]);
    expect(answer.status).toBe(200);
    const here = await readFile(join(cwd, 'piece.mid'));
    expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), here)).toBe(0);
  });

  it('needs the key', async () => {
    expect((await compose({ seconds: 1 }, { authorization: 'Bearer guess' })).status).toBe(401);
    expect((await fetch(`${server.url}openapi.json`)).status).toBe(200);
  });

  it('loses nothing that it has accepted when it is told to end', async () => {
    const accepted = Array.from({ length: 16 }, (_, seed) => compose({ seed, seconds: 10 }));
    const submitted = await fetch(`${server.url}v1/jobs`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'musicnet',
        kind: 'compose',
        request: { seed: 7, seconds: 10 },
      }),
    });
    const { id: job } = (await submitted.json()) as { id: string };
    // As soon as the first answer is there all have been accepted, as they came together.
    await Promise.race(accepted);
    server.kill('SIGTERM');
    const answers = await Promise.all(accepted);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const pieces = await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    for (const piece of pieces)
      expect(countNotes(readMidi(new Uint8Array(piece)).score)).toBeGreaterThan(0);
    expect(await server.ended).toBe(0);
    const records = server.records();
    expect(records.filter(({ route }) => route === '/v1/models/:model/compose')).toHaveLength(18);
    expect(records.filter(({ msg }) => msg === 'job ended')).toMatchObject([
      { job, state: 'succeeded' },
    ]);
    expect(records.at(-1)).toMatchObject({ msg: 'ended' });
    expect(JSON.stringify(records)).not.toContain(KEY);
  });
});
