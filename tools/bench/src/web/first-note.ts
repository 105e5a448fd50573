// What a reader of a page waits for and downloads: visits of a page with <ostinato-composer>, each in a profile of its own.
import { type Browser, openPage } from '@ostinato/chromium';
import { type Spread, spread } from '../statistics.js';
import { type LoadedFile, type PageWeight, weighPage } from './page-weight.js';
import { serveComposerSite } from './sites.js';

interface Wait {
  /** From the navigation until the first note is composed. */
  readonly firstNoteMilliseconds: Spread;
  /** From the navigation until the music plays. */
  readonly playingMilliseconds: Spread;
}

export interface FirstNoteResult {
  /** Nothing of the page is there. */
  readonly cold: Wait;
  /** Once more in the same profile: what the browser and the Cache API keep is there. */
  readonly warm: Wait;
  readonly bytes: PageWeight;
}

/** Chromium goes on starting after it has opened a window: its own pages for the address bar load, on the same cores. */
const SETTLE_MS = 2000;

interface Visit {
  readonly firstNote: number;
  readonly playing: number;
}

/** @param browser one that may play without a click */
export async function measureFirstNote(browser: Browser, rounds: number): Promise<FirstNoteResult> {
  await using site = await serveComposerSite();
  const cold: Visit[] = [];
  const warm: Visit[] = [];
  let paths: readonly string[] = [];
  // The first round does not count: the server compresses its files, the machine reads them from its disk.
  for (let round = -1; round < rounds; round++) {
    site.requests.length = 0;
    await using opened = await openPage(browser, 'about:blank');
    await opened.page.waitForTimeout(SETTLE_MS);
    await opened.page.goto(site.origin);
    const visits = [await opened.page.evaluate(readVisit)];
    paths = site.requests.filter((path) => path !== '/' && path !== '/favicon.ico');
    await opened.page.goto(site.origin);
    visits.push(await opened.page.evaluate(readVisit));
    if (opened.problems.length > 0) throw new Error(opened.problems.join('\n'));
    if (round < 0) continue;
    cold.push(visits[0]);
    warm.push(visits[1]);
  }
  const files = await Promise.all(paths.map((path) => weighFile(site.origin, path)));
  return { cold: waitOf(cold), warm: waitOf(warm), bytes: weighPage(files) };
}

/** Asked of the server, because a page is not told of what its audio thread loads. */
async function weighFile(origin: string, path: string): Promise<LoadedFile> {
  const response = await fetch(origin + path);
  const gzip = Number(response.headers.get('content-length'));
  return { path, gzip, raw: (await response.arrayBuffer()).byteLength };
}

function waitOf(visits: readonly Visit[]): Wait {
  return {
    firstNoteMilliseconds: spread(visits.map(({ firstNote }) => firstNote)),
    playingMilliseconds: spread(visits.map(({ playing }) => playing)),
  };
}

// These are the page's.
declare const firstNote: Promise<number>;
declare const playing: Promise<number>;

async function readVisit(): Promise<Visit> {
  return { firstNote: await firstNote, playing: await playing };
}
