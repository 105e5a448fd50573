// More at once than the server takes, and many who go away.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../statistics.js';
import { rounded, scaled, type ServerCase, untilIdle } from './case.js';
import { prepareBurst } from './burst-client.js';
import { type Answer, composeNotes, request } from './http-client.js';
import { busyness, placeFigures } from './metrics.js';
import type { ServerProcess } from './server-process.js';
import { listen } from './stream-listener.js';

/** DEFAULT_LIMITS of the server: those that wait, and those at work too. */
const QUEUED = 128;
const CAPACITY = 64 + QUEUED;

/** All places are taken, and 200 more are asked for at once: by a process that sends bytes, and then by clients of node:http,
 *  whose own work on the same cores is in their times. */
export const overload: ServerCase = async (server, options) => {
  const surplus = scaled(200, options, 20);
  const pieceSeconds = scaled(20, options, 4); // they must last until all have come
  const compose = (seed: number): Promise<Answer> =>
    composeNotes(server.url, { seed, seconds: pieceSeconds });
  const seeds = Array.from({ length: surplus }, (_, i) => CAPACITY + i);
  await openConnections(server.url, CAPACITY + surplus);
  using burst = await prepareBurst(server.url, { seeds, pieceSeconds });
  const accepted = Array.from({ length: CAPACITY }, (_, i) => compose(i));
  await untilFull(server);
  const cpuBefore = server.cpuSeconds().answering;
  const crowd = await burst.send();
  const cpu = server.cpuSeconds().answering - cpuBefore;
  const clients = await Promise.all(seeds.map((seed) => compose(seed)));
  const refusedCrowd = crowd.answers.filter(({ status }) => status === 503);
  const refusedClients = clients.filter(({ status }) => status === 503);
  const pieces = await Promise.all(accepted);
  const { samples } = await untilIdle(server);
  const others = [...crowd.answers, ...clients];
  return {
    capacity: CAPACITY,
    surplus: others.length,
    finished: [...pieces, ...others].filter(({ status }) => status === 200).length,
    refused: refusedCrowd.length + refusedClients.length,
    withRetryAfter:
      refusedCrowd.filter(({ hasRetryAfter }) => hasRetryAfter).length +
      refusedClients.filter(({ headers }) => Number(headers['retry-after']) >= 1).length,
    refusedMilliseconds: spreadOf(refusedCrowd.map(({ milliseconds }) => milliseconds)),
    cpuMilliseconds: { answering: rounded(cpu * 1000), client: rounded(crowd.clientMilliseconds) },
    refusedMillisecondsOfHttpClients: spreadOf(
      refusedClients.map(({ milliseconds }) => milliseconds),
    ),
    busyAfterwards: busyness(samples),
  };
};

/** Connections of their own, so that the time of connecting is not the server's. */
async function openConnections(url: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => request(`${url}/v2/health/live`)));
}

async function untilFull(server: ServerProcess): Promise<void> {
  const waiting = 'ostinato_places_waiting{kind="compositions"}';
  while (((await server.metrics()).get(waiting) ?? 0) < QUEUED) await sleep(5);
}

/** Long requests, half of them compositions and half streams, whose clients leave after half a second. */
export const dropped: ServerCase = async (server, options) => {
  const each = scaled(100, options, 10);
  const before = placeFigures(await server.metrics());
  const client = new AbortController();
  setMaxListeners(each, client.signal);
  const compositions = Array.from({ length: each }, (_, i) =>
    composeNotes(server.url, { seed: i + 1, seconds: 600 }, { signal: client.signal }).catch(
      () => undefined,
    ),
  );
  const streams = Array.from({ length: each }, (_, i) =>
    listen(server.url, `seconds=600&pace=realtime&leadSeconds=30&seed=${i + 1}`),
  );
  await sleep(500);
  const busyBefore = busyness(await server.metrics());
  client.abort();
  for (const stream of streams) stream.leave();
  const { milliseconds, samples } = await untilIdle(server);
  await Promise.all(compositions);
  const after = placeFigures(samples);
  return {
    requests: 2 * each,
    busyBefore,
    millisecondsUntilIdle: rounded(milliseconds),
    cancelled: after.cancelled - before.cancelled,
  };
};

function spreadOf(values: readonly number[]): object {
  return {
    p50: rounded(percentile(values, 0.5)),
    p99: rounded(percentile(values, 0.99)),
    highest: rounded(Math.max(0, ...values)),
  };
}
