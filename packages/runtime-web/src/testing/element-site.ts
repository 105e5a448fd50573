// A site for tests of the elements: a page under a strict Content-Security-Policy, with everything built from the sources.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundlePage, serveSite, type Site, type SiteOptions } from '@ostinato/chromium';

const sourceOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Nothing inline, nothing evaluated but WebAssembly, nothing from elsewhere. */
const STRICT_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
].join('; ');

const STYLE = `:root{color-scheme:light dark;background:light-dark(#eef0f5,#0b0c10)}
body{margin:0;padding:12px;font-family:system-ui}main{display:grid;gap:20px;max-width:980px;margin:auto}`;

/** The page is `/`; bodies of `page.evaluate` see `testing`. */
export async function serveElementSite(options: SiteOptions = {}): Promise<Site> {
  const [page, synthesizer, exportWorker] = await Promise.all(
    ['element-page.ts', '../sound/worklet/processor.ts', '../sound/export/worker.ts'].map((entry) =>
      bundlePage(sourceOf(entry)),
    ),
  );
  return serveSite({
    ...options,
    headers: { 'content-security-policy': STRICT_POLICY, ...options.headers },
    files: {
      '/': `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Ostinato</title>
        <meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/page.css">
        <script type="module" src="/page.js"></script></head><body><main></main></body></html>`,
      '/page.css': STYLE,
      '/page.js': page,
      '/synthesizer-worklet.js': synthesizer,
      '/export-worker.js': exportWorker,
      '/soundfont-worklet.js': await readFile(
        fileURLToPath(import.meta.resolve('spessasynth_lib')).replace(
          'index.js',
          'spessasynth_processor.min.js',
        ),
      ),
      '/axe.js': await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))),
      '/favicon.ico': '',
      ...options.files,
    },
  });
}
