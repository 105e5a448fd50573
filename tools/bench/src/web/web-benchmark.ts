// Composing in one real Chromium: speed beside @magenta/music, the wait for the first note, and the bytes of a page.
import { haveChromium, launchChromium } from '@ostinato/chromium';
import { type FirstNoteResult, measureFirstNote } from './first-note.js';
import { measureSpeed, type SpeedOptions } from './speed.js';

/** @throws {Error} if there is no Chromium, or the peer is not installed */
export async function benchmarkWeb(options: SpeedOptions): Promise<{
  browser: string;
  speed: Awaited<ReturnType<typeof measureSpeed>>;
  firstNote: FirstNoteResult;
}> {
  if (!haveChromium()) throw new Error('web: it needs a Chromium');
  const browser = await launchChromium({ autoplay: true });
  try {
    const speed = await measureSpeed(browser, options);
    const firstNote = await measureFirstNote(browser, options.rounds);
    return { browser: `Chromium ${browser.version()}`, speed, firstNote };
  } finally {
    await browser.close();
  }
}
