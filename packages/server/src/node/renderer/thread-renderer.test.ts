// It runs compiled code: `npm run build` first.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OstinatoError, type Score } from '@ostinato/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inlineRenderer } from '../../rendering/renderer.js';
import { problemOf } from '../../problem/problem-of.js';
import { smallMidi, smallScore } from '../../testing/requests.js';
import { fakeServedModel } from '../../testing/served-model.js';
import { createThreadRenderer, type ThreadRenderer } from './thread-renderer.js';

const { tokenizer } = fakeServedModel();
const score = smallScore();

let renderer: ThreadRenderer;
beforeAll(() => {
  renderer = createThreadRenderer({ threads: 1, queued: 8 });
});
afterAll(async () => renderer[Symbol.asyncDispose]());

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A piece of an hour: seconds of work to sound. */
const long: Score = {
  ...score,
  tracks: [
    {
      ...score.tracks[0],
      notes: Array.from({ length: 3600 }, (_, i) => ({
        pitch: 60,
        startTicks: i * 960,
        durationTicks: 960,
        velocity: 80,
      })),
    },
  ],
};

describe('a renderer on threads', () => {
  it('gives what one gives that renders where it is called', async () => {
    expect(await renderer.midi(score)).toEqual(await inlineRenderer.midi(score));
    expect(await renderer.svg(score)).toBe(await inlineRenderer.svg(score));
    const midi = smallMidi({ drums: 3 });
    expect(await renderer.readMidi(midi, {})).toEqual(await inlineRenderer.readMidi(midi, {}));
    const labels = { composer: 'Bach' };
    expect(await renderer.encode(tokenizer, score, labels)).toEqual(
      await inlineRenderer.encode(tokenizer, score, labels),
    );
    const [sound, inline] = await Promise.all([renderer.wav(score), inlineRenderer.wav(score)]);
    expect(sound.bytes).toBe(inline.bytes);
    const [there, here] = await Promise.all([bytesOf(sound.stream), bytesOf(inline.stream)]);
    expect(Buffer.compare(there, here)).toBe(0);
  });

  it('throws what core throws, by its name and code', async () => {
    const refusal = await renderer
      .readMidi(Uint8Array.of(1, 2, 3), {})
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(OstinatoError);
    expect(refusal).toMatchObject({ name: 'MidiFormatError' });
    expect(problemOf(refusal)).toMatchObject({ code: 'invalid-midi' });
    await expect(renderer.encode(tokenizer, { ...score, tracks: [] }, {})).rejects.toMatchObject({
      code: 'empty-score',
    });
  });

  it('makes no more of a sound than is asked for, and does other work meanwhile', async () => {
    const { stream } = await renderer.wav(long);
    const reader = stream.getReader();
    await reader.read();
    await reader.read();
    expect(await renderer.svg(score)).toContain('<svg');
    await reader.cancel();
    expect(await renderer.svg(score)).toContain('<svg');
  });

  it('refuses at once what finds no place in its queue', async () => {
    const all = Array.from({ length: 30 }, () => renderer.midi(long));
    const settled = await Promise.allSettled(all);
    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(10);
    expect(refused[0]).toMatchObject({ reason: { code: 'overloaded' } });
    expect(await renderer.svg(score)).toContain('<svg');
  });

  it('replaces a thread that ends or hangs, and does again what died with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ostinato-renderer-'));
    const script = join(folder, 'worker.mjs');
    const workerpool = pathToFileURL(createRequire(import.meta.url).resolve('workerpool')).href;
    await writeFile(
      script,
      `import { existsSync, writeFileSync } from 'node:fs';
import workerpool from '${workerpool}';
const flag = new URL('died', import.meta.url);
workerpool.worker({
  svg: () => {
    if (existsSync(flag)) return { value: 'drawn' };
    writeFileSync(flag, '');
    process.exit(1);
  },
  midi: () => { for (;;); },
});
`,
    );
    await using frail = createThreadRenderer({ threads: 1, seconds: 3, script });
    expect(await frail.svg(score)).toBe('drawn');
    await expect(frail.midi(score)).rejects.toMatchObject({ code: 'deadline' });
    expect(await frail.svg(score)).toBe('drawn');
    await rm(folder, { recursive: true });
  });

  it('says that a sound has no thread any more, whenever it is asked for', async () => {
    const own = createThreadRenderer({ threads: 1 });
    const [first, later] = [await own.wav(long), await own.wav(long)].map(({ stream }) =>
      stream.getReader(),
    );
    await first.read();
    const asked = Promise.all([first.read(), first.read(), first.read()]);
    await Promise.all([expect(asked).rejects.toThrow('has ended'), own[Symbol.asyncDispose]()]);
    await pause(100);
    await expect(later.read()).rejects.toThrow('has ended');
  });

  it('leaves what is short to its thread when nobody waits for it any more, with the sounds there', async () => {
    // However long a busy machine takes for it.
    await using patient = createThreadRenderer({ threads: 1, patienceMs: 50_000 });
    const { stream } = await patient.wav(long);
    const reader = stream.getReader();
    await reader.read();
    const gone = new AbortController();
    const reason = new Error('gone');
    const all = ['midi', 'svg', 'wav'].map((form) =>
      patient[form as 'midi' | 'svg' | 'wav'](long, { signal: gone.signal }),
    );
    gone.abort(reason);
    for (const each of all) await expect(each).rejects.toBe(reason);
    await expect(patient.midi(score, { signal: gone.signal })).rejects.toBe(reason);
    expect(await patient.svg(score)).toContain('<svg');
    expect((await reader.read()).done).toBe(false); // the thread is the same
    await reader.cancel();
  });

  it('ends what does not end by itself when nobody waits for it any more', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ostinato-renderer-'));
    const script = join(folder, 'worker.mjs');
    const workerpool = pathToFileURL(createRequire(import.meta.url).resolve('workerpool')).href;
    await writeFile(
      script,
      `import { writeFileSync } from 'node:fs';
import workerpool from '${workerpool}';
workerpool.worker({
  readMidi: () => { writeFileSync(new URL('read', import.meta.url), ''); return { value: 'read' }; },
  midi: () => { for (;;) writeFileSync(new URL('alive', import.meta.url), String(Date.now())); },
  svg: () => ({ value: 'drawn' }),
});
`,
    );
    await using busy = createThreadRenderer({ threads: 1, script });
    const gone = new AbortController();
    const hanging = busy.midi(score, { signal: gone.signal });
    const queued = busy.readMidi(Uint8Array.of(1), {}, { signal: gone.signal });
    const waiting = busy.svg(score);
    while (!existsSync(join(folder, 'alive'))) await pause(10);
    gone.abort(new Error('gone'));
    await expect(hanging).rejects.toThrow('gone');
    await expect(queued).rejects.toThrow('gone');
    expect(await waiting).toBe('drawn'); // on another thread, since the first one is not free
    const last = await readFile(join(folder, 'alive'), 'utf8');
    await pause(50);
    expect(await readFile(join(folder, 'alive'), 'utf8')).toBe(last);
    expect(existsSync(join(folder, 'read'))).toBe(false); // what waited never began
    await rm(folder, { recursive: true });
  });

  it.each([0, 1.5, 65])('refuses %s threads', (threads) => {
    expect(() => createThreadRenderer({ threads })).toThrow(RangeError);
  });
});
