// Builds the page into dist/site: static files that work in any folder of any host. Needs the packages built (`npm run build`).
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

const studio = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {{ outDir?: string, models?: string | null, compressed?: boolean }} [options] where the page goes; a folder of
 *    models, all of which it gets, or null where a server brings models and `site.json`; whether to put compressed forms
 *    beside the files, for servers that send these. Default: not, it takes half a minute
 *  @returns {Promise<string>} the folder of the page */
export async function buildStudio({
  outDir = join(studio, 'dist', 'site'),
  models = join(studio, '..', '..', 'models'),
  compressed = false,
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
  if (models !== null) await addModels(outDir, models);
  if (compressed) await compressFiles(outDir);
  return outDir;
}

async function addModels(outDir, models) {
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
}

/** `.br` and `.gz` of what becomes smaller; fonts and pictures are compressed already. */
async function compressFiles(folder) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(?:css|html|js|json|svg|wasm)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const content = await readFile(file);
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 22 };
    const [br, gz] = await Promise.all([
      toBrotli(content, { params: quality }),
      toGzip(content, { level: 9 }),
    ]);
    await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)]);
  }
}

// As a script: `node build.mjs [folder]`.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await buildStudio({ outDir: process.argv[2] && resolve(process.argv[2]) }));
}
