// Tokens a second in one Chromium: our runtime and each backend of @magenta/music in turn, each in a page of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, openPage, type TestPage } from '@ostinato/chromium';
import { type Spread, spread } from '../statistics.js';
import { writeRandomArtifact } from './random-artifact.js';
import { serveSpeedSite } from './sites.js';

/** What both pages put into the global `side`, as a promise. */
export interface Side {
  /** In its own words: library, version, device. */
  readonly description: string;
  /** @returns microseconds for one token */
  draw(tokens: number): Promise<number>;
}

export interface SpeedOptions {
  readonly rounds: number;
  /** That each side draws in a round, a multiple of 64. */
  readonly tokens: number;
  /** Of Magenta: cpu, wasm, webgl. */
  readonly backends: readonly string[];
}

interface Contender {
  readonly name: string;
  readonly address: string;
  /** On a page that may have threads. Default: on one that may not. */
  readonly isolated?: boolean;
}

interface Measured {
  readonly name: string;
  readonly description: string;
  readonly tokensPerSecond: Spread;
  /** Its time over ours for the same sizes, round by round. */
  readonly oursTimesFaster: Spread;
}

const OURS: readonly Contender[] = [
  { name: 'ours, 3 x 512', address: '/ours.html?model=/random/&threads=1' },
  {
    name: 'ours, models/musicnet (2 x 512)',
    address: '/ours.html?model=/models/musicnet/&threads=1',
  },
  {
    name: 'ours, 3 x 512, two threads, isolated page',
    address: '/ours.html?model=/random/&threads=2',
    isolated: true,
  },
];

const THEIRS: Readonly<Record<string, readonly Contender[]>> = {
  cpu: [{ name: 'magenta, cpu', address: '/magenta.html?backend=cpu&temperature=1' }],
  wasm: [
    // It cannot sample by itself: it takes the likeliest token, or samples with a kernel that the page adds.
    { name: 'magenta, wasm, likeliest token', address: '/magenta.html?backend=wasm&temperature=0' },
    { name: 'magenta, wasm, sampling added', address: '/magenta.html?backend=wasm&temperature=1' },
    {
      name: 'magenta, wasm, likeliest token, isolated page',
      address: '/magenta.html?backend=wasm&temperature=0',
      isolated: true,
    },
  ],
  webgl: [{ name: 'magenta, webgl', address: '/magenta.html?backend=webgl&temperature=1' }],
};

export async function measureSpeed(
  browser: Browser,
  { rounds, tokens, backends }: SpeedOptions,
): Promise<{ tokens: number; sides: Measured[] }> {
  const contenders = [...OURS, ...backends.flatMap((backend) => contendersOf(backend))];
  const random = await mkdtemp(join(tmpdir(), 'ostinato-bench-'));
  try {
    await using site = await serveSpeedSite(random);
    await using isolated = await serveSpeedSite(random, { isolated: true });
    await writeRandomArtifact(random);
    const pages: TestPage[] = [];
    for (const { address, isolated: alone } of contenders) {
      pages.push(await openPage(browser, (alone ? isolated : site).origin + address));
    }
    const descriptions = await Promise.all(pages.map(({ page }) => page.evaluate(describeSide)));
    const times = contenders.map((): number[] => []);
    // The first round warms all up and does not count.
    for (let round = -1; round < rounds; round++) {
      for (const [index, { page }] of pages.entries()) {
        const time = await page.evaluate(drawTokens, tokens);
        if (round >= 0) times[index].push(time);
      }
    }
    for (const page of pages) await page[Symbol.asyncDispose]();
    const sides = contenders.map(({ name }, index) => ({
      name,
      description: descriptions[index],
      tokensPerSecond: spread(times[index].map((time) => 1e6 / time)),
      oursTimesFaster: spread(times[index].map((time, round) => time / times[0][round])),
    }));
    return { tokens, sides };
  } finally {
    await rm(random, { recursive: true });
  }
}

function contendersOf(backend: string): readonly Contender[] {
  const known = THEIRS[backend];
  if (known) return known;
  const expected = Object.keys(THEIRS).join(', ');
  throw new Error(`--backends: expected some of ${expected}, found ${backend}`);
}

// These two run in a page.
declare const side: Promise<Side>;
const describeSide = async (): Promise<string> => (await side).description;
const drawTokens = async (tokens: number): Promise<number> => (await side).draw(tokens);
