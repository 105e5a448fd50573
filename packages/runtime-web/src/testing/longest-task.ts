// How long a page was held up, in time of the processor: on a busy machine the clock would count the others' work as well.
import type { Browser, Page } from '@ostinato/chromium';

/** An event of Chromium's trace: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  /** Of a complete event: microseconds that its thread was running. */
  readonly tdur?: number;
}

const BEGIN = 'ostinato-begin';

/** Runs work in a page.
 *  @returns processor time of the longest task of the page's main thread meanwhile, milliseconds */
export async function longestTask(
  browser: Browser,
  page: Page,
  work: () => Promise<unknown>,
): Promise<number> {
  await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] });
  await page.evaluate((name) => performance.mark(name), BEGIN);
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  const begin = traceEvents.find(({ name }) => name === BEGIN);
  if (!begin) throw new Error('the trace does not have the page');
  // Not every task is an event of its own: some show only as what they do, such as going on after an `await`.
  const times = traceEvents
    .filter(({ pid, tid, ts }) => pid === begin.pid && tid === begin.tid && ts > begin.ts)
    .map(({ tdur = 0 }) => tdur / 1000);
  return Math.max(...times);
}
