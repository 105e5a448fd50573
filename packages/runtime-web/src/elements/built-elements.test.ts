// The elements as they are published, with the bundled model, in a real Chromium.
import { type Browser, haveChromium, launchChromium, openPage } from '@ostinato/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longestTask } from '../testing/longest-task.js';
import { serveModelSite } from '../testing/model-site.js';

const PAGE = `<!doctype html><title>Ostinato</title>
<script type="module" src="/ostinato-elements.js"></script>
<ostinato-composer model="/models/musicnet/" seed="7" length="15"></ostinato-composer>`;

/** A busy machine takes its time to start a browser, and to compose. */
const PATIENCE_MS = 60_000;

describe.runIf(haveChromium())('<ostinato-composer> as it is published', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, PATIENCE_MS);
  afterAll(() => browser.close());

  // Processors that are shared take longer, by their own time too: so it may try again.
  it(
    'never holds the page up for 50 ms while it loads, composes, plays and draws',
    { retry: 3 },
    async () => {
      await using site = await serveModelSite({ files: { '/': PAGE } });
      await using opened = await openPage(browser, site.origin);
      const { page } = opened;
      await page.waitForFunction(() => customElements.get('ostinato-composer'));
      const longest = await longestTask(browser, page, async () => {
        await page.getByRole('button', { name: 'Play', exact: true }).click();
        await page.waitForFunction(
          () => {
            const { score, composing } = document.querySelector('ostinato-composer')!;
            return score !== undefined && !composing;
          },
          undefined,
          { timeout: PATIENCE_MS },
        );
      });
      expect(opened.problems).toEqual([]);
      expect(longest).toBeLessThan(50);
    },
  );
});
