// A page of its own for a test, which watches for what goes wrong in it.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { PATIENCE_MS } from './chromium.js';

/** Ignored by git; what a failed or a curious person looks at. */
const SCREENSHOTS = join(
  dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))),
  'out',
  'screenshots',
);

export interface PageOptions {
  /** Of the page's context: size of the window, colour scheme, … */
  readonly context?: BrowserContextOptions;
}

export interface TestPage extends AsyncDisposable {
  readonly page: Page;
  /** What the page threw or wrote to its console as an error, in words. Expect it to be empty. */
  readonly problems: string[];
  /** Where the page and its workers asked for files: `http://127.0.0.1:49152`. What is made in the page does not count. */
  readonly origins: ReadonlySet<string>;
  /** Saves a picture of the whole page as `out/screenshots/<name>.png`. */
  screenshot(name: string): Promise<void>;
}

/** Opens a page in a context of its own: nothing stored is shared with other pages. */
export async function openPage(
  browser: Browser,
  url: string,
  options: PageOptions = {},
): Promise<TestPage> {
  const context = await browser.newContext(options.context);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  const origins = new Set<string>();
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'blob:' && protocol !== 'data:') origins.add(origin);
  });
  page.on('pageerror', (error) => problems.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  await page.goto(url);
  return {
    page,
    problems,
    origins,
    screenshot: async (name) => {
      await mkdir(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}
