// The bundled model in pages of a real Chromium, from the files of this package as they are published.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
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
import { longestTask } from './testing/longest-task.js';
import { serveModelSite } from './testing/model-site.js';

// What bodies of `page.evaluate` see.
declare const ostinato: typeof Standalone;

const STRICT_POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

/** A busy machine takes its time to start a browser. */
const START_MS = 180_000;

describe.runIf(haveChromium())('a model in a page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium({ webgpu: true });
  }, START_MS);
  afterAll(() => browser.close());

  /** Runs a body in a page of a site. */
  async function visit(
    site: SiteOptions,
    body: (page: Page) => Promise<void>,
  ): Promise<{ problems: string[]; requests: string[] }> {
    await using served = await serveModelSite(site);
    await using opened = await openPage(browser, served.origin);
    await opened.page.waitForFunction(() => 'ostinato' in globalThis);
    await body(opened.page);
    return { problems: opened.problems, requests: served.requests };
  }

  /** A site whose workers run a script first: they see other globals than the page. */
  async function withWorkerPrelude(prelude: string): Promise<SiteOptions> {
    const worker = await readFile(new URL('../dist/wasm-worker.js', import.meta.url), 'utf8');
    return { files: { '/wasm-worker.js': `${prelude};${worker}` } };
  }

  /** The browser takes its time (2 s) to end threads that wait. */
  const expectNoWorkers = (page: Page): Promise<void> =>
    expect.poll(() => page.workers().length, { timeout: 20_000 }).toBe(0);

  it.each([
    { threads: 1, isolated: false },
    { threads: 2, isolated: true },
  ])(
    'computes golden.json with $threads threads under a strict policy, isolated: $isolated',
    async ({ threads, isolated }) => {
      const headers = { 'content-security-policy': STRICT_POLICY };
      const { problems } = await visit({ isolated, headers }, async (page) => {
        const found = await page.evaluate(async (threads) => {
          const { model, golden } = await ostinato.loadModel('/models/musicnet', { threads });
          await ostinato.checkGolden(model, await golden());
          await model.dispose();
          return model.threads;
        }, threads);
        expect(found).toBe(threads);
        await expectNoWorkers(page);
      });
      expect(problems).toEqual([]);
    },
  );

  it('computes the beginning of golden.json on webgpu', async () => {
    const { problems } = await visit({}, async (page) => {
      const device = await page.evaluate(async () => {
        const loaded = await ostinato.loadModel('/models/musicnet', { device: 'webgpu' });
        const { model } = loaded;
        const golden = await loaded.golden();
        const compositions = golden.compositions
          .slice(0, 1)
          .map((piece) => ({ ...piece, tokens: piece.tokens.slice(0, 12) }));
        await ostinato.checkGolden(model, { ...golden, compositions });
        await model.dispose();
        return model.device;
      });
      expect(device).toBe('webgpu');
    });
    expect(problems).toEqual([]);
  });

  // A long task is measured by the clock: on a busy machine anything can be one, so it may try again.
  it('never holds the page up for 50 ms while it composes', { retry: 3 }, async () => {
    await visit({}, async (page) => {
      const { notes, longest } = await page.evaluate(async () => {
        const { model, tokenizer } = await ostinato.loadModel('/models/musicnet/');
        let longest = 0;
        const observer = new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
        });
        observer.observe({ type: 'longtask' });
        const { score } = await ostinato.compose(model, tokenizer, { seed: 7, seconds: 20 });
        await new Promise((resolve) => setTimeout(resolve, 100)); // entries come late
        await model.dispose();
        return { notes: ostinato.countNotes(score), longest };
      });
      expect(notes).toBeGreaterThan(50);
      expect(longest).toBeLessThan(50);
    });
  });

  // Processors that are shared take longer, by their own time too: so it may try again.
  it('never holds the page up for 50 ms while it loads', { retry: 3 }, async () => {
    await visit({}, async (page) => {
      const longest = await longestTask(browser, page, () =>
        page.evaluate(async () => {
          const { model } = await ostinato.loadModel('/models/musicnet/');
          await model.dispose();
        }),
      );
      expect(longest).toBeLessThan(50);
    });
  });

  it('loads in a page that is not secure, where the browser has neither SHA-256 nor a cache', async () => {
    // This machine's own address always counts as secure.
    const site = await withWorkerPrelude(
      `Object.defineProperty(crypto, 'subtle', { value: undefined });
       Object.defineProperty(globalThis, 'caches', { value: undefined })`,
    );
    const { requests } = await visit(site, async (page) => {
      for (let visits = 1; visits <= 2; visits++) {
        await page.evaluate(async () => {
          const { model, tokenizer } = await ostinato.loadModel('/models/musicnet/');
          await ostinato.compose(model, tokenizer, { maxTokens: 8 });
          await model.dispose();
        });
      }
    });
    expect(requests.filter((path) => path.endsWith('chunk.onnx'))).toHaveLength(2); // nothing was kept
  });

  it('fetches the model and the runtime at the same time', async () => {
    await visit({}, async (page) => {
      // Each is held back until the other one has been asked for.
      const asked = {
        graph: page.waitForRequest(/chunk\.onnx/),
        wasm: page.waitForRequest(/\.wasm/),
      };
      await page.route(/chunk\.onnx/, (route) => asked.wasm.then(() => route.continue()));
      await page.route(/\.wasm/, (route) => asked.graph.then(() => route.continue()));
      const device = await page.evaluate(async () => {
        const { model } = await ostinato.loadModel('/models/musicnet');
        await model.dispose();
        return model.device;
      });
      expect(device).toBe('wasm');
    });
  });

  it('asks for the manifest, once, while the worker is still on its way', async () => {
    const { requests } = await visit({}, async (page) => {
      const asked = page.waitForRequest(/manifest\.json/);
      await page.route(/wasm-worker\.js/, (route) => asked.then(() => route.continue()));
      await page.evaluate(async () => {
        const { model } = await ostinato.loadModel('/models/musicnet');
        await model.dispose();
      });
    });
    expect(requests.filter((path) => path.endsWith('manifest.json'))).toHaveLength(1);
  });

  it('asks for the manifest again where it did not come at first', async () => {
    const { requests } = await visit({}, async (page) => {
      await page.route(/manifest\.json/, (route) => route.fulfill({ status: 503 }), { times: 1 });
      await page.evaluate(async () => {
        const { model } = await ostinato.loadModel('/models/musicnet');
        await model.dispose();
      });
    });
    expect(requests.filter((path) => path.endsWith('manifest.json'))).toHaveLength(1);
  });

  it.each([
    { missing: 'chunk.onnx', other: 'ort-wasm-simd-threaded.wasm', worker: true },
    { missing: 'chunk.onnx', other: 'ort-wasm-simd-threaded.wasm', worker: false },
    { missing: 'ort-wasm-simd-threaded.wasm', other: 'chunk.onnx', worker: false },
  ])(
    'does not go on with $other where $missing is missing, in a worker: $worker',
    async ({ missing, other, worker }) => {
      await visit({}, async (page) => {
        const isOther = (request: { url(): string }): boolean => request.url().endsWith(other);
        const asked = page.waitForRequest(isOther);
        // What a worker asks for ends with it, and nothing tells of that.
        const stopped = worker ? undefined : page.waitForEvent('requestfailed', isOther);
        await page.route(`**/${other}`, () => undefined); // never answered
        await page.route(`**/${missing}`, (route) =>
          asked.then(() => route.fulfill({ status: 404 })),
        );
        const error = await page.evaluate(
          (worker) =>
            ostinato.loadModel('/models/musicnet', { worker }).then(
              () => undefined,
              ({ code, message }) => ({ code: code as string, message: message as string }),
            ),
          worker,
        );
        expect(error).toMatchObject({
          code: 'not-found',
          message: expect.stringContaining(missing) as string,
        });
        await stopped;
        await expectNoWorkers(page);
      });
    },
  );

  it('fetches one graph and one runtime to compose, tells how far it is, and keeps them', async () => {
    const { requests, problems } = await visit({}, async (page) => {
      const seen = await page.evaluate(async () => {
        const seen: Standalone.LoadProgress[] = [];
        for (const device of ['wasm', 'auto'] as const) {
          const { model, tokenizer } = await ostinato.loadModel('models/musicnet', {
            device,
            onProgress: (progress) => seen.push(progress),
          });
          await ostinato.compose(model, tokenizer, { maxTokens: 8 });
          // The manifest, the tokenizer, a graph and ONNX Runtime: while the model is at work.
          const cache = await caches.open('ostinato-models');
          while ((await cache.keys()).length < 4)
            await new Promise((resolve) => setTimeout(resolve, 20));
          await model.dispose();
        }
        return seen;
      });
      const [first] = seen;
      const last = seen.at(-1)!;
      expect(first.bytesDone).toBeLessThan(first.bytesTotal);
      expect(last.bytesDone).toBe(last.bytesTotal);
      expect(new Set(seen.map(({ bytesTotal }) => bytesTotal)).size).toBe(1);
    });
    const large = requests.filter((path) => /\.(onnx|wasm)$/.test(path));
    expect(large.toSorted()).toEqual([
      '/models/musicnet/chunk.onnx',
      '/ort-wasm-simd-threaded.wasm',
    ]);
    expect(problems).toEqual([]);
  });

  it('works where nothing can be stored', async () => {
    const refuse = (name: string): string =>
      `Object.defineProperty(globalThis, '${name}', { get() { throw new DOMException('no', 'SecurityError'); } })`;
    await visit(await withWorkerPrelude(refuse('caches')), async (page) => {
      await page.addScriptTag({ content: `${refuse('localStorage')}; ${refuse('caches')}` });
      const drawn = await page.evaluate(async () => {
        const { model, tokenizer } = await ostinato.loadModel('/models/musicnet', {
          device: 'auto',
        });
        const { tokens } = await ostinato.compose(model, tokenizer, { maxTokens: 8 });
        await model.dispose();
        return tokens.length;
      });
      expect(drawn).toBeGreaterThan(8);
    });
  });

  it('refuses a model that is not there, or was tampered with, by name', async () => {
    const folder = fileURLToPath(new URL('../../../models/musicnet/', import.meta.url));
    const tampered = await readFile(`${folder}chunk.onnx`);
    tampered[tampered.length >> 1] ^= 1;
    await visit({ files: { '/models/musicnet/chunk.onnx': tampered } }, async (page) => {
      const errors = await page.evaluate(() =>
        Promise.all(
          ['/models/musicnet', '/models/nothing'].map((address) =>
            ostinato.loadModel(address).then(
              () => undefined,
              ({ code, message }) => ({ code, message }),
            ),
          ),
        ),
      );
      expect(errors).toMatchObject([
        { code: 'wrong-hash', message: expect.stringMatching(/^chunk.onnx: /) as string },
        { code: 'not-found', message: expect.stringMatching(/models\/nothing/) as string },
      ]);
    });
  });

  it('keeps its memory over 50 compositions and gives it back', async () => {
    // The measurement counts workers and their wasm; the browser allows it to isolated pages.
    await visit({ isolated: true }, async (page) => {
      const measure = (): Promise<number> =>
        page.evaluate(async () => {
          const { performance } = globalThis as unknown as {
            performance: { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
          };
          return (await performance.measureUserAgentSpecificMemory()).bytes;
        });
      const before = await measure();
      const loaded = await page.evaluateHandle(() =>
        ostinato.loadModel('/models/musicnet', { threads: 1 }),
      );
      const compose = (first: number, count: number): Promise<void> =>
        loaded.evaluate(
          async ({ model, tokenizer }, [first, count]) => {
            for (let seed = first; seed < first + count; seed++)
              await ostinato.compose(model, tokenizer, { seed, maxTokens: 8 });
          },
          [first, count] as const,
        );
      await compose(0, 10);
      const early = await measure();
      await compose(10, 50);
      const late = await measure();
      await loaded.evaluate(({ model }) => model.dispose());
      await expectNoWorkers(page); // while one ends, the measurement waits for its answer for a minute
      const after = await measure();
      expect(early - before).toBeGreaterThan(10e6); // the model itself was counted
      expect(late - early).toBeLessThan(2e6);
      expect(after - before).toBeLessThan(5e6);
    });
  });

  it.each([
    ['ort-wasm-simd-threaded.wasm', {}],
    ['ort-wasm-simd-threaded.jspi.wasm', { device: 'webgpu' }],
  ] as const)('refuses a %s that was tampered with, by name', async (file, options) => {
    const dist = fileURLToPath(new URL('../dist/', import.meta.url));
    const tampered = await readFile(dist + file);
    tampered[tampered.length >> 1] ^= 1;
    await visit({ files: { [`/${file}`]: tampered } }, async (page) => {
      const error = await page.evaluate(async (options) => {
        try {
          await ostinato.loadModel('/models/musicnet', options);
          return undefined;
        } catch (error) {
          const { code, message } = error as Standalone.OstinatoError;
          return { isOurs: error instanceof ostinato.ArtifactError, code, message };
        }
      }, options);
      expect(error).toMatchObject({ isOurs: true, code: 'wrong-hash' });
      expect(error?.message).toMatch(new RegExp(`^${file}: expected SHA-256`));
      await expectNoWorkers(page);
    });
  });

  it('says so when the worker is not where it should be', async () => {
    await visit({}, async (page) => {
      const error = await page.evaluate(async () => {
        const started = ostinato.loadModel('/models/musicnet', {
          files: { 'wasm-worker.js': '/nowhere/worker.js' },
        });
        return started.catch(({ code, message }) => ({ code, message }));
      });
      expect(error).toMatchObject({
        code: 'worker-failed',
        message: expect.stringMatching(/nowhere\/worker.js: .*`files`/) as string,
      });
      await expectNoWorkers(page);
    });
  });

  it('refuses threads that the page may not have', async () => {
    await visit({}, async (page) => {
      const code = await page.evaluate(() =>
        ostinato.loadModel('/models/musicnet', { threads: 2 }).catch((error) => error.code),
      );
      expect(code).toBe('device-missing');
    });
  });

  it.each([0, 20, 200])('is aborted %d ms after its start and leaves no worker', async (delay) => {
    await visit({}, async (page) => {
      const outcome = await page.evaluate(async (delay) => {
        const reason = new Error('enough');
        const controller = new AbortController();
        const started = ostinato.loadModel('/models/musicnet', { signal: controller.signal });
        setTimeout(() => controller.abort(reason), delay);
        return started.then(
          ({ model }) => model.dispose().then(() => 'started before'),
          (error) => (error === reason ? 'the reason' : String(error)),
        );
      }, delay);
      expect(outcome).toMatch(delay === 0 ? /^the reason$/ : /^the reason$|^started before$/);
      await expectNoWorkers(page);
    });
  });

  it("starts a worker of another origin's file", async () => {
    await using cdn = await serveModelSite({
      headers: {
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      },
    });
    const { problems } = await visit({ isolated: true }, async (page) => {
      const drawn = await page.evaluate(async (files) => {
        const { model, tokenizer } = await ostinato.loadModel('/models/musicnet', {
          files,
          threads: 2,
        });
        const { tokens } = await ostinato.compose(model, tokenizer, { maxTokens: 20 });
        await model.dispose();
        return tokens.length;
      }, cdn.origin);
      expect(drawn).toBeGreaterThan(20);
    });
    expect(problems).toEqual([]);
  });

  it('goes on on wasm with the same notes when the GPU is lost', { timeout: 120_000 }, async () => {
    // A browser of its own: what kills the process of the GPU would disturb the other pages.
    const lossy = await launchChromium({ webgpu: true });
    try {
      await using site = await serveModelSite();
      await using opened = await openPage(lossy, site.origin);
      const { page } = opened;
      await page.waitForFunction(() => 'ostinato' in globalThis);
      const start = await page.evaluate(async () => {
        // SwiftShader calls itself a fallback, for which 'auto' makes no trial; and wasm would win it.
        const { gpu } = navigator as unknown as { gpu: { requestAdapter(): Promise<unknown> } };
        gpu.requestAdapter = async () => ({
          info: { vendor: 'test', architecture: '', device: '' },
        });
        const text = await (await fetch('/models/musicnet/manifest.json')).text();
        const { sha256 } = ostinato.parseManifest(text);
        localStorage.setItem(`ostinato-device-1/${sha256}/test`, 'webgpu');
        const loaded = await ostinato.loadModel('/models/musicnet', { device: 'auto' });
        Object.assign(globalThis, { loaded });
        return loaded.model.device;
      });
      expect(start).toBe('webgpu');

      const piece = page.evaluate(async () => {
        const { model, tokenizer } = (globalThis as unknown as { loaded: Standalone.LoadedModel })
          .loaded;
        const { tokens } = await ostinato.compose(model, tokenizer, { seed: 5, maxTokens: 60 });
        await model.dispose();
        const wasm = await ostinato.loadModel('/models/musicnet');
        const reference = await ostinato.compose(wasm.model, tokenizer, { seed: 5, maxTokens: 60 });
        await wasm.model.dispose();
        return { device: model.device, tokens: [...tokens], reference: [...reference.tokens] };
      });
      await page.waitForTimeout(1000);
      const session = await lossy.newBrowserCDPSession();
      await session.send('Browser.crashGpuProcess');
      const { device, tokens, reference } = await piece;
      expect(device).toBe('wasm');
      expect(tokens).toEqual(reference);
    } finally {
      await lossy.close();
    }
  });
});
