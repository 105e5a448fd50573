// Pages with elements for the tests of a file: one browser and one build for all of them.
import {
  type Browser,
  launchChromium,
  openPage,
  type Page,
  type PageOptions,
  type TestPage,
} from '@ostinato/chromium';
import { expect } from 'vitest';
import { serveElementSite } from './element-site.js';

export interface ElementPages extends AsyncDisposable {
  /** Runs a body in a page; the page must see no error. Its `main` holds the given HTML. */
  run(
    html: string,
    body: (page: Page, opened: TestPage) => Promise<void>,
    options?: PageOptions,
  ): Promise<void>;
}

/** @param files further contents of the site by path */
export async function openElementPages(
  files: Record<string, string | Uint8Array> = {},
): Promise<ElementPages> {
  const browser: Browser = await launchChromium();
  const site = await serveElementSite({ files });
  return {
    async run(html, body, options) {
      await using opened = await openPage(browser, site.origin, options);
      const { page } = opened;
      await page.waitForFunction(() => 'testing' in globalThis);
      await page.evaluate((html) => {
        document.querySelector('main')!.innerHTML = html;
      }, html);
      await body(page, opened);
      expect(opened.problems).toEqual([]);
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await site[Symbol.asyncDispose]();
    },
  };
}
