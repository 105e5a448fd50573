// Models in the pages of a real Chromium, from the files as they are published.
import {
  type Browser,
  haveChromium,
  launchChromium,
  openPage,
  type Page,
  type SiteOptions,
} from '@ostinato/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Standalone from './standalone.js';
import { serveModelSite } from './testing/model-site.js';

declare const ostinato: typeof Standalone;

describe.runIf(haveChromium())('a model in a page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium({ webgpu: true });
  }, 60_000);
  afterAll(() => browser.close());

  /** Runs a body in a page of a site; the page must see no error. */
  async function inPageOf(site: SiteOptions, body: (page: Page) => Promise<void>): Promise<void> {
    await using served = await serveModelSite(site);
    await using opened = await openPage(browser, served.origin);
    await opened.page.waitForFunction(() => 'ostinato' in globalThis);
    await body(opened.page);
    expect(opened.problems).toEqual([]);
  }

  it.each([
    { threads: 1, isolated: false },
    { threads: 2, isolated: true },
  ])('computes golden.json with $threads threads, isolated: $isolated', ({ threads, isolated }) =>
    inPageOf({ isolated }, async (page) => {
      const found = await page.evaluate(async (threads) => {
        const { checkGolden, parseGolden, parseTokenizer, startModel } = ostinato;
        const read = async (file: string) =>
          (await fetch(`/models/musicnet/${file}`)).arrayBuffer();
        const text = async (file: string) => new TextDecoder().decode(await read(file));
        const bytes = async (file: string) => new Uint8Array(await read(file));
        const { grammar } = parseTokenizer(await text('tokenizer.json'));
        const graphs = { step: () => bytes('step.onnx'), chunk: () => bytes('chunk.onnx') };
        const model = await startModel({ graphs, grammar, stateSize: 2048 }, { threads });
        await checkGolden(model, parseGolden(await text('golden.json')));
        await model.dispose();
        return model.threads;
      }, threads);
      expect(found).toBe(threads);
    }),
  );
});
