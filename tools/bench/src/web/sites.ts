// What the pages of the benchmark load.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePage, serveSite, type Site } from '@ostinato/chromium';
import { magentaCheckpoint } from './magenta-checkpoint.js';
import { SIZES } from './random-artifact.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const FOLDERS = {
  '/models/': join(root, 'models'),
  '/': join(root, 'packages/runtime-web/dist'),
};
const PEER = join(root, 'tools/bench/magenta');
const TFJS_WASM = join(PEER, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');

/** Kept for ten minutes, as GitHub's pages are; compressed as there. */
const STATIC_HOST = {
  compressed: true,
  headers: { 'cache-control': 'public, max-age=600' },
};

/** The page of a reader: `<ostinato-composer>` alone, which composes at once. Its globals tell when (milliseconds from the
 *  navigation on) the first note was there and when the music began. */
const COMPOSER_PAGE = `<!doctype html>
<title>Ostinato</title>
<script>
  const when = (name, holds) =>
    new Promise((resolve) =>
      addEventListener(name, ({ detail }) => holds(detail) && resolve(performance.now())));
  globalThis.firstNote = when('ostinato-note', () => true);
  globalThis.playing = when('ostinato-statechange', ({ state }) => state === 'playing');
</script>
<script type="module" src="/ostinato-elements.js"></script>
<ostinato-composer model="/models/musicnet/" seed="7" length="30" autoplay></ostinato-composer>`;

/** Pages of the speed: `/ours.html` and `/magenta.html`.
 *  @param random the folder of the artifact with random weights
 *  @param isolated whether they may have threads. Default: not
 *  @throws {Error} if the peer is not installed */
export async function serveSpeedSite(random: string, { isolated = false } = {}): Promise<Site> {
  if (!existsSync(TFJS_WASM)) {
    throw new Error(
      '@magenta/music is not installed: `npm ci --ignore-scripts --prefix tools/bench/magenta`',
    );
  }
  const checkpoint = Object.entries(magentaCheckpoint(SIZES));
  return serveSite({
    isolated,
    files: {
      '/ours.html': pageOf('/ours.js'),
      '/magenta.html': pageOf('/magenta.js'),
      // The sources of this page lie in src/, also when this module runs from dist/.
      '/ours.js': await bundlePage(join(root, 'tools/bench/src/web/speed.page.ts')),
      '/magenta.js': await bundlePage(join(PEER, 'page.js')),
      '/favicon.ico': '',
      ...Object.fromEntries(checkpoint.map(([name, body]) => [`/checkpoint/${name}`, body])),
    },
    folders: { '/random/': random, '/tfjs/': TFJS_WASM, ...FOLDERS },
  });
}

/** The page of a reader on a static host. */
export function serveComposerSite(): Promise<Site> {
  return serveSite({
    ...STATIC_HOST,
    files: { '/': COMPOSER_PAGE, '/favicon.ico': '' },
    folders: FOLDERS,
  });
}

function pageOf(script: string): string {
  return `<!doctype html><title>Speed</title><script type="module" src="${script}"></script>`;
}
