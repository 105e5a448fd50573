// The browser's runtime on exported graphs, in a real Chromium: the contract suite of core, with random parameters.
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  bundlePage,
  haveChromium,
  inPage,
  launchChromium,
  openPage,
  serveSite,
  type Site,
  type TestPage,
} from '@ostinato/chromium';
import { compose } from '@ostinato/core';
import { nextTokenModelContract } from '@ostinato/core/testing';
import { loadModel } from '@ostinato/node';
import type * as Standalone from '@ostinato/web/standalone';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyModel } from './testing/tiny-model.js';

// What bodies of `page.evaluate` see.
declare const ostinato: typeof Standalone;

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { graphs, grammar, stateSize } = tinyModel();
const sizes = `vocabulary=${grammar.stateAfter.length}&state=${stateSize}`;

/** A busy machine takes its time to start a browser and to compile ONNX Runtime. */
const START_MS = 180_000;

describe.runIf(haveChromium())('the runtime of the browser', () => {
  let browser: Browser;
  let files: Record<string, string | Uint8Array>;
  beforeAll(async () => {
    browser = await launchChromium({ webgpu: true });
    files = {
      '/': '<!doctype html><body><script type="module" src="/page.js"></script>',
      '/page.js': await bundlePage(fileOf('./web-contract.page.ts')),
      '/favicon.ico': '',
      '/tiny/step.onnx': graphs.step,
      '/tiny/chunk.onnx': graphs.chunk!,
    };
  }, START_MS);
  afterAll(() => browser.close());

  // What a device and a carrier of messages can change; the rest is the same code as with a chunk graph in a worker.
  const draws = /temperature":1}|freezes a row|settles every call|order/;
  describe.each([
    { name: 'wasm', query: 'device=wasm&threads=1&chunk' },
    { name: 'wasm, two threads', isolated: true, query: 'device=wasm&threads=2&chunk' },
    { name: 'wasm, step alone', query: 'device=wasm&threads=1', only: draws },
    { name: 'wasm without a worker', query: 'device=wasm&threads=1&chunk&here', only: draws },
    { name: 'webgpu', query: 'device=webgpu&threads=1', only: draws },
  ])('$name', ({ isolated = false, query, only }) => {
    let site: Site;
    let opened: TestPage;
    beforeAll(async () => {
      const folders = { '/': fileOf('../../../packages/runtime-web/dist') };
      site = await serveSite({ files, folders, isolated });
      opened = await openPage(browser, `${site.origin}/?${sizes}&${query}`);
      await opened.page.waitForSelector('[data-ready]', { state: 'attached' });
    }, START_MS);
    afterAll(async () => {
      await opened[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    });

    nextTokenModelContract(
      inPage({ describe, it, afterAll, expect }, () => opened.page, only),
      notHere,
    );

    it('leaves no error in the page', () => {
      expect(opened.problems).toEqual([]);
    });
  });

  it('composes what Node composes from the same seed', async () => {
    const models = fileOf('../../../models/');
    const options = { seed: 11, maxTokens: 120 };
    const { model, tokenizer, manifest } = await loadModel(`${models}musicnet`);
    const { tokens } = await compose(model, tokenizer, { ...manifest.sampling, ...options });
    await model.dispose();

    const script = `import * as ostinato from '/ostinato.js'; globalThis.ostinato = ostinato;`;
    await using site = await serveSite({
      files: { ...files, '/page.js': script },
      folders: { '/models/': models, '/': fileOf('../../../packages/runtime-web/dist') },
    });
    await using opened = await openPage(browser, `${site.origin}/`);
    await opened.page.waitForFunction(() => 'ostinato' in globalThis);
    const found = await opened.page.evaluate(async (options) => {
      const { compose, loadModel } = ostinato;
      const { model, tokenizer, manifest } = await loadModel('/models/musicnet');
      const { tokens } = await compose(model, tokenizer, { ...manifest.sampling, ...options });
      await model.dispose();
      return [...tokens];
    }, options);
    expect(found).toEqual([...tokens]);
  });
});

/** Models are made in the page. */
async function notHere(): Promise<never> {
  throw new Error('internal: a test ran outside of the page');
}
