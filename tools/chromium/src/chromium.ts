// The Chromium of the tests: Debian's, or the one that OSTINATO_CHROMIUM names. Nothing is downloaded here;
// tools/test-packages.mjs installs it before `npm test` where it can.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** For a browser to start, and for whatever a page is waited for: against hanging only, since a machine may be busy. */
export const PATIENCE_MS = 120_000;

/** WebGPU on SwiftShader, for machines without a GPU. It computes 3 to 35 tokens a second: keep those tests short. */
const WEBGPU_FLAGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

/** `performance.measureUserAgentSpecificMemory()` answers at once instead of within minutes. */
const MEMORY_FLAG = '--enable-blink-features=ForceEagerMeasureMemory';

/** Whether there is a Chromium. Tests of pages skip where there is none, and say what to install.
 *  @throws {Error} in CI, where a missing browser must not look like success */
export function haveChromium(): boolean {
  if (findChromium()) return true;
  const need = 'no Chromium; `apt-get install chromium`, or name one in OSTINATO_CHROMIUM';
  if (process.env['CI'] === 'true') throw new Error(`The tests of pages cannot run: ${need}`);
  console.error(`The tests of pages skip: ${need}.`);
  return false;
}

const AUTOPLAY_FLAG = '--autoplay-policy=no-user-gesture-required';

/** Starts Chromium without a window. One is enough for a test file; each test opens its own pages.
 *  @param webgpu with a software adapter for WebGPU. Default: without
 *  @param autoplay sound may start without a click. Default: it needs one */
export function launchChromium({ webgpu = false, autoplay = false } = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('internal: ask haveChromium() first');
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath,
    timeout: PATIENCE_MS,
    args: [
      MEMORY_FLAG,
      ...(isRoot ? ['--no-sandbox'] : []),
      ...(webgpu ? WEBGPU_FLAGS : []),
      ...(autoplay ? [AUTOPLAY_FLAG] : []),
    ],
  });
}

function findChromium(): string | undefined {
  const named = process.env['OSTINATO_CHROMIUM'];
  return (named ? [named] : PLACES).find((file) => existsSync(file));
}
