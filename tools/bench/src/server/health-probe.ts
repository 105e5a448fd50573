// Asks for the server's health again and again, from a thread of its own, so that the other clients do not delay it.
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { percentile } from '../statistics.js';
import { request } from './http-client.js';

export interface HealthFigures {
  readonly probes: number;
  /** That were not answered with 200. */
  readonly failures: number;
  readonly milliseconds: { readonly p50: number; readonly p99: number; readonly highest: number };
}

const BETWEEN_PROBES_MS = 20;

/** @returns ends it, and gives its figures */
export function probeHealth(url: string): () => Promise<HealthFigures> {
  const worker = new Worker(new URL(import.meta.url), { workerData: `${url}/v2/health/live` });
  const figures = new Promise<HealthFigures>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return () => {
    worker.postMessage('end');
    return figures;
  };
}

async function probe(url: string, port: NonNullable<typeof parentPort>): Promise<void> {
  const over = new AbortController();
  port.once('message', () => over.abort());
  const times: number[] = [];
  let failures = 0;
  while (!over.signal.aborted) {
    const { status, milliseconds } = await request(url).catch(() => ({
      status: 0,
      milliseconds: 0,
    }));
    if (status === 200) times.push(milliseconds);
    else failures++;
    await sleep(BETWEEN_PROBES_MS);
  }
  const figures: HealthFigures = {
    probes: times.length + failures,
    failures,
    milliseconds: {
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
      highest: Math.max(0, ...times),
    },
  };
  port.postMessage(figures);
}

if (!isMainThread && parentPort) await probe(workerData as string, parentPort);
