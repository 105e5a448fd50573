// Builds the page into dist/site: static files that work in any folder of any host. Needs the packages built (`npm run build`).
import { cp, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const studio = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {{ outDir?: string, models?: string }} [options] where the page goes, and a folder of models, all of which it gets
 *  @returns {Promise<string>} the folder of the page */
export async function buildStudio({
  outDir = join(studio, 'dist', 'site'),
  models = join(studio, '..', '..', 'models'),
} = {}) {
  await build({
    root: studio,
    configFile: false,
    logLevel: 'warn',
    base: './',
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      // Workers, worklets and wasm are files of their own: nothing may be inlined under the page's policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
  const found = [];
  for (const entry of await readdir(models, { withFileTypes: true })) {
    const files = entry.isDirectory() ? await readdir(join(models, entry.name)) : [];
    if (!files.includes('manifest.json')) continue;
    await cp(join(models, entry.name), join(outDir, 'models', entry.name), { recursive: true });
    found.push({ name: entry.name, address: `./models/${encodeURIComponent(entry.name)}/` });
  }
  if (found.length === 0) throw new Error(`${models}: no folder there has a manifest.json`);
  const site = { models: found, api: null };
  await writeFile(join(outDir, 'site.json'), `${JSON.stringify(site, null, 2)}\n`);
  return outDir;
}

// As a script: `node build.mjs [folder]`.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await buildStudio({ outDir: process.argv[2] && resolve(process.argv[2]) }));
}
