// What the cases have in common: how large they are, and waiting for the server to be at rest.
import { setTimeout as sleep } from 'node:timers/promises';
import { busyness, type Samples } from './metrics.js';
import type { ServerProcess } from './server-process.js';

export interface CaseOptions {
  /** The folder of the model. */
  readonly model: string;
  /** Listeners in real time, at scale 1. */
  readonly streams: number;
  /** 1 for the sizes that count; below for a short form, which shows that the case works. */
  readonly scale: number;
  /** Further options of `ostinato serve`. */
  readonly serve: readonly string[];
}

/** A case that runs against a server which it leaves as it found it. */
export type ServerCase = (server: ServerProcess, options: CaseOptions) => Promise<object>;

/** @param full at scale 1
 *  @param least in a short form */
export function scaled(full: number, { scale }: CaseOptions, least: number): number {
  return Math.max(least, Math.round(full * scale));
}

/** Waits until nobody runs or waits any more.
 *  @returns the milliseconds that it took
 *  @throws {Error} if it takes longer than that */
export async function untilIdle(
  server: ServerProcess,
  mostMilliseconds = 10_000,
): Promise<{ milliseconds: number; samples: Samples }> {
  const started = performance.now();
  for (;;) {
    const samples = await server.metrics();
    const milliseconds = performance.now() - started;
    if (busyness(samples) === 0) return { milliseconds, samples };
    if (milliseconds > mostMilliseconds) {
      throw new Error(`the server is still busy after ${mostMilliseconds} ms`);
    }
    await sleep(10);
  }
}

export const rounded = (value: number): number => Number(value.toPrecision(4));
