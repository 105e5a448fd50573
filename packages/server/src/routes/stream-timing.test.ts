// Streams and time: pace, heartbeats, clients that go away or take nothing, and what ends a stream.
import type { NextTokenModel } from '@ostinato/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../create-app.js';
import { createDrain } from '../protection/drain.js';
import type { Limits } from '../limits.js';
import {
  type ChunkReader,
  openReader,
  parseEvents,
  type ReceivedEvent,
} from '../testing/read-events.js';
import { fakeServedModel } from '../testing/served-model.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An app whose model can be held up, broken, and watched. */
function watchedApp(limits: Partial<Limits> = {}) {
  const served = fakeServedModel();
  const watched = { tokens: 0, calls: 0, neededIn: [] as (number | undefined)[] };
  let gate: Promise<void> | undefined;
  let failure: Error | undefined;
  const decode: NextTokenModel['decode'] = async (request) => {
    watched.calls++;
    watched.neededIn.push(request.neededInMilliseconds);
    await gate;
    if (failure) throw failure;
    watched.tokens += request.uniforms.length;
    return served.model.decode(request);
  };
  const model = { ...served.model, decode };
  const drain = createDrain();
  const app = createApp({ models: { musicnet: { ...served, model } }, limits, drain });
  return {
    drain,
    watched,
    /** @returns lets it go on */
    holdUp() {
      let release = (): void => undefined;
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    break(error: Error) {
      failure = error;
    },
    async open(
      body: object,
      { signal, lastEventId }: { signal?: AbortSignal; lastEventId?: string } = {},
    ) {
      const answer = await app.request('/v1/models/musicnet/stream', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
        },
        body: JSON.stringify({ seed: 1, ...body }),
        ...(signal && { signal }),
      });
      return { answer, ...openReader(answer) };
    },
    metrics: async () => (await app.request('/metrics')).text(),
    /** What became of the streams. */
    async places() {
      const text = await (await app.request('/metrics')).text();
      const count = (sample: string): number =>
        Number(new RegExp(`^ostinato_places_${sample}\\} (.*)$`, 'm').exec(text)?.[1]);
      return {
        running: count('running\\{kind="streams"'),
        entered: count('entered_total\\{kind="streams"'),
        finished: count('left_total\\{kind="streams",outcome="finished"'),
        failed: count('left_total\\{kind="streams",outcome="failed"'),
        cancelled: count('left_total\\{kind="streams",outcome="cancelled"'),
        refused: count('left_total\\{kind="streams",outcome="refused"'),
      };
    },
  };
}

/** Reads all the time, and notes when what came. */
function listen(reader: Pick<ChunkReader, 'next'>) {
  const heard: (ReceivedEvent & { at: number })[] = [];
  const chunks: string[] = [];
  const run = async () => {
    for (;;) {
      const text = await reader.next();
      if (text === undefined) return 'ended';
      chunks.push(text);
      for (const event of parseEvents(text)) heard.push({ ...event, at: performance.now() });
    }
  };
  return { heard, chunks, done: run().catch((error: unknown) => error) };
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);
const startOf = ({ data }: ReceivedEvent) => data['startSeconds'] as number;

describe('real time', () => {
  it('says how long its notes last, so that who has fewer can go first', async () => {
    const { open, watched } = watchedApp();
    const { done } = listen(await open({ seconds: 60, pace: 'realtime', leadSeconds: 3 }));
    await seconds(61);
    expect(await done).toBe('ended');
    const [first, ...others] = watched.neededIn;
    expect(first).toBe(3000); // nobody listens yet: those who do go first
    expect(others.length).toBeGreaterThan(1);
    expect(Math.max(...others.map(Number))).toBeGreaterThan(500);
    const fast = watchedApp();
    const { done: composed } = listen(await fast.open({ seconds: 60 }));
    await seconds(5);
    expect(await composed).toBe('ended');
    expect(new Set(fast.watched.neededIn)).toEqual(new Set([undefined]));
  });

  it('sends each note a lead before it sounds, and composes little more', async () => {
    const { open, watched, metrics } = watchedApp();
    const { heard, chunks, done } = listen(
      await open({ seconds: 300, pace: 'realtime', leadSeconds: 3 }),
    );
    await seconds(1);
    const early = watched.tokens;
    await seconds(300);
    expect(await done).toBe('ended');
    expect(early).toBeLessThan(watched.tokens / 4);

    const notes = heard.filter(({ event }) => event === 'note');
    expect(notes.length).toBeGreaterThan(50);
    const zero = notes[0].at;
    for (const note of notes) {
      const sentAt = (note.at - zero) / 1000;
      expect(sentAt).toBeLessThanOrEqual(Math.max(0, startOf(note) - 3) + 0.002);
      // What is due within half a second goes together.
      expect(sentAt).toBeGreaterThanOrEqual(startOf(note) - 3.502);
    }
    expect(chunks.length).toBeLessThan(notes.length);
    expect(heard.at(-1)).toMatchObject({ event: 'end', data: { lateNotes: 0 } });
    expect(heard.at(-1)!.data['latestSeconds']).toBeLessThan(0.01);
    expect(await metrics()).toMatch(
      new RegExp(`note_delay_seconds_count\\{model="musicnet"\\} ${notes.length}\n`),
    );
  });

  it('begins when its lead is composed, so that no dense beginning is cut in two', async () => {
    const { open, holdUp, watched } = watchedApp();
    const goOn = holdUp();
    const { heard } = listen(await open({ seconds: 300, pace: 'realtime', leadSeconds: 25 }));
    await seconds(1);
    const goOnAgain = holdUp(); // the block after the first
    goOn();
    await seconds(1);
    expect(watched.calls).toBe(2);
    expect(heard.map(({ event }) => event)).toEqual(['start']);
    goOnAgain();
    await seconds(0.1);
    const notes = heard.slice(1);
    expect(notes.every(({ at }) => at === notes[0].at)).toBe(true);
    const lasts = startOf(notes.at(-1)!);
    expect(notes.length >= 32 || lasts >= 24).toBe(true); // as many as wait at most, or the lead
  });

  it('begins a piece that ends before its lead', async () => {
    const { open } = watchedApp();
    const { heard, done } = listen(await open({ notes: 5, pace: 'realtime', leadSeconds: 30 }));
    await seconds(0.1);
    expect(heard.filter(({ event }) => event === 'note')).toHaveLength(5);
    expect(await done).toBe('ended');
  });

  it('says that notes came late where the model was slow', async () => {
    const { open, holdUp, metrics } = watchedApp();
    const { heard, done } = listen(await open({ seconds: 300, pace: 'realtime' }));
    await seconds(2);
    const release = holdUp();
    await seconds(150);
    const before = heard.length;
    release();
    await seconds(200);
    expect(await done).toBe('ended');
    const { lateNotes, latestSeconds } = heard.at(-1)!.data;
    expect(lateNotes).toBeGreaterThan(0);
    expect(lateNotes).toBeLessThan(heard.length - before);
    expect(latestSeconds).toBeGreaterThan(10);
    expect(latestSeconds).toBeLessThan(150);
    expect(await metrics()).toContain(
      `ostinato_stream_late_notes_total{model="musicnet"} ${String(lateNotes)}\n`,
    );
  });
});

describe('a quiet stream', () => {
  it('says every 15 s that it is there', async () => {
    const { open, holdUp } = watchedApp();
    holdUp();
    const { chunks, heard } = listen(await open({ seconds: 5 }));
    await seconds(14.9);
    expect(heard.map(({ event }) => event)).toEqual(['start']);
    expect(chunks).toHaveLength(1);
    await seconds(46);
    expect(chunks.slice(1)).toEqual([':\n\n', ':\n\n', ':\n\n', ':\n\n']);
  });
});

describe('a client', () => {
  it('that goes away stops the work and leaves its place at once', async () => {
    const { open, watched, places } = watchedApp();
    const away = [
      async () => {
        const { next, cancel } = await open({ seconds: 60, pace: 'realtime' });
        await Promise.all([next(), seconds(0.1)]);
        return cancel;
      },
      async () => {
        const client = new AbortController();
        const { next } = await open({ seconds: 60, pace: 'realtime' }, { signal: client.signal });
        await Promise.all([next(), seconds(0.1)]);
        return async () => client.abort();
      },
    ];
    for (const [index, begin] of away.entries()) {
      const leave = await begin();
      expect(await places()).toMatchObject({ running: 1, entered: index + 1 });
      await leave();
      const { calls } = watched;
      expect(await places()).toMatchObject({ running: 0, cancelled: index + 1 });
      expect(vi.getTimerCount()).toBe(0);
      await seconds(100);
      expect(watched.calls).toBe(calls);
    }
  });

  it('that goes away while the model works leaves its place at once', async () => {
    const { open, holdUp, places } = watchedApp();
    holdUp();
    const client = new AbortController();
    const { next } = await open({ seconds: 60 }, { signal: client.signal });
    await Promise.all([next(), seconds(0.1)]);
    client.abort();
    expect(await places()).toMatchObject({ running: 0, cancelled: 1 });
    expect(await next()).toBeUndefined();
  });

  it('that takes nothing is composed for no further, and given up', async () => {
    const { open, watched, places } = watchedApp({ stallSeconds: 10 });
    const { next } = await open({ seconds: 500 });
    await Promise.all([next(), seconds(0.1)]);
    await Promise.all([next(), seconds(0.1)]);
    await seconds(9.5);
    expect(watched.tokens).toBeLessThan(500);
    expect(await places()).toMatchObject({ running: 1 });
    await seconds(0.5);
    expect(await places()).toMatchObject({ running: 0, cancelled: 1 });
    expect(await next()).toBeUndefined();
  });

  it('that never begins to read is given up', async () => {
    const { open, watched, places } = watchedApp({ stallSeconds: 10 });
    await open({ seconds: 500 });
    expect(await places()).toMatchObject({ running: 1 });
    await seconds(10);
    expect(await places()).toMatchObject({ running: 0, cancelled: 1 });
    expect(watched.calls).toBe(0);
  });

  it('that comes when all places are taken is refused', async () => {
    const { open, places } = watchedApp({ streams: 2 });
    const first = await open({ seconds: 60, pace: 'realtime' });
    await open({ seconds: 60, pace: 'realtime' });
    const { answer } = await open({ seconds: 60 });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    await first.cancel();
    expect((await open({ seconds: 60 })).answer.status).toBe(200);
    expect(await places()).toMatchObject({ running: 2, refused: 1, cancelled: 1, entered: 4 });
  });
});

describe('the end of a stream', () => {
  it('comes with a problem when its time is over', async () => {
    const { open, places } = watchedApp({ streamSeconds: 30 });
    const { heard, done } = listen(await open({ seconds: 60, pace: 'realtime' }));
    await seconds(30);
    expect(await done).toBe('ended');
    expect(heard.at(-1)).toMatchObject({ event: 'error', data: { code: 'deadline' } });
    expect(heard.at(-1)!.id).toBeUndefined();
    expect(await places()).toMatchObject({ running: 0, failed: 1 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('comes with a problem when the model fails, after what was composed', async () => {
    const { open, places, ...model } = watchedApp();
    const { heard, done } = listen(await open({ seconds: 300, pace: 'realtime' }));
    await seconds(1);
    model.break(new Error('a secret of the server'));
    await seconds(200);
    expect(await done).toBe('ended');
    expect(heard.slice(0, -1).map(({ event }) => event)).not.toContain('error');
    expect(heard.at(-1)).toMatchObject({ event: 'error', data: { code: 'internal' } });
    expect(JSON.stringify(heard.at(-1))).not.toContain('secret');
    expect(await places()).toMatchObject({ running: 0, failed: 1 });
  });

  it('comes with a problem when the server ends, and no other begins', async () => {
    const { open, places, drain } = watchedApp();
    const { heard, done } = listen(await open({ seconds: 300, pace: 'realtime' }));
    await seconds(1);
    drain.start();
    await seconds(10);
    expect((await open({ seconds: 1 })).answer.status).toBe(503);
    expect(await places()).toMatchObject({ running: 1, entered: 1 });
    drain.end();
    expect(await done).toBe('ended');
    expect(heard.at(-1)).toMatchObject({ event: 'error', data: { code: 'not-ready' } });
    expect(await places()).toMatchObject({ running: 0, failed: 1 });
  });

  it('frees its place and its timer', async () => {
    const { open, places } = watchedApp();
    const { done } = listen(await open({ notes: 10 }));
    await seconds(1);
    expect(await done).toBe('ended');
    expect(await places()).toMatchObject({ running: 0, finished: 1 });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('resuming', () => {
  it('asks the model for nothing twice, whether the old connection is gone or seems open', async () => {
    const { open, watched, metrics, places } = watchedApp();
    const body = { seconds: 60, pace: 'realtime' };
    const first = await open(body);
    const { heard } = listen(first);
    await seconds(10);
    const lastEventId = heard.at(-3)!.id!; // what came after it was lost on the way
    const { tokens } = watched;

    const second = await open(body, { lastEventId });
    const { heard: heardAgain } = listen(second);
    await seconds(0.1);
    expect(heardAgain.slice(0, 2).map(({ id }) => id)).toEqual(heard.slice(-2).map(({ id }) => id));
    await second.cancel();
    await first.cancel();
    expect(await places()).toMatchObject({ running: 0, cancelled: 2 });
    expect(watched.tokens - tokens).toBeLessThanOrEqual(64);

    const third = listen(await open(body, { lastEventId }));
    await seconds(0.1);
    expect(third.heard[0].id).toBe(heard.at(-2)!.id);
    expect(await metrics()).toContain(
      'ostinato_stream_resumes_total{model="musicnet",from="checkpoint"} 2\n',
    );
  });

  it('goes on with what is composed, however little: its listener plays already', async () => {
    const body = { seconds: 300, pace: 'realtime', leadSeconds: 30 };
    const { heard } = listen(await watchedApp().open(body));
    await seconds(1);
    const { open, holdUp, watched } = watchedApp(); // another server
    const goOn = holdUp();
    const { heard: again } = listen(await open(body, { lastEventId: heard[1].id! }));
    await seconds(1);
    holdUp(); // the block after the first
    goOn();
    await seconds(1);
    expect(watched.calls).toBe(2);
    expect(again[0].id).toBe(heard[2].id);
  });
});
