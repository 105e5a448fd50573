// Thousands of requests: nothing is lost on the way, and nothing stays behind.
import { median } from '../statistics.js';
import { rounded, scaled, type ServerCase, untilIdle } from './case.js';
import { composeNotes } from './http-client.js';
import { busyness, placeFigures } from './metrics.js';
import { type Fate, sendMixed, type Sender } from './requests.js';

/** 5,000 requests of every kind: what the clients counted, and what the server did. */
export const mixed: ServerCase = async (server, options) => {
  const count = scaled(5000, options, 200);
  const clients = 100;
  const before = placeFigures(await server.metrics());
  const fates: Record<Fate, number> = { ok: 0, failed: 0, refused: 0, cancelled: 0 };
  await sendAll(count, clients, async (index) => {
    fates[await sendMixed(server.url, index)]++;
  });
  const { milliseconds, samples } = await untilIdle(server);
  const after = placeFigures(samples);
  const placed = Object.fromEntries(
    Object.entries(after).map(([name, value]) => [
      name,
      value - before[name as keyof typeof before],
    ]),
  );
  const { entered, finished, failed, cancelled, refused } = placed;
  return {
    sent: count,
    counted: fates,
    sum: fates.ok + fates.failed + fates.refused + fates.cancelled,
    places: { ...placed, adds: entered === finished + failed + cancelled + refused },
    busyAfterwards: busyness(samples),
    millisecondsUntilIdle: rounded(milliseconds),
  };
};

/** 20,000 short requests: memory and descriptors in the second half, when everything is warm. */
export const endurance: ServerCase = async (server, options) => {
  const count = scaled(20_000, options, 200);
  const every = Math.max(1, Math.floor(count / 40));
  const memory: number[] = [];
  const descriptors: number[] = [];
  const send: Sender = async (url, index) => {
    if (index % 5 === 4) return sendMixed(url, index % 10);
    const { status } = await composeNotes(url, { seed: index, notes: 5 });
    return status === 200 ? 'ok' : 'failed';
  };
  const started = performance.now();
  const fates: Record<Fate, number> = { ok: 0, failed: 0, refused: 0, cancelled: 0 };
  await sendAll(count, 16, async (index) => {
    fates[await send(server.url, index)]++;
    if (index % every !== every - 1) return;
    memory.push(server.memoryMB());
    descriptors.push(server.descriptors());
  });
  const seconds = (performance.now() - started) / 1000;
  await untilIdle(server);
  const half = memory.length / 2;
  // Medians of tenths: collections of garbage make single values jump.
  const tenth = Math.max(1, Math.floor(memory.length / 10));
  const atHalf = median(memory.slice(half, half + tenth));
  const atEnd = median(memory.slice(-tenth));
  return {
    requests: count,
    counted: fates,
    perSecond: rounded(count / seconds),
    memoryMB: { atHalf: rounded(atHalf), atEnd: rounded(atEnd), growth: rounded(atEnd - atHalf) },
    descriptors: {
      atHalf: median(descriptors.slice(half, half + tenth)),
      atEnd: median(descriptors.slice(-tenth)),
    },
  };
};

/** Sends that many, with as many clients at a time, each of which sends its next when the one before is done. */
async function sendAll(
  count: number,
  clients: number,
  send: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < count) await send(next++);
  };
  await Promise.all(Array.from({ length: clients }, run));
}
