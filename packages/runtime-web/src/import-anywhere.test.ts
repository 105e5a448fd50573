// Importing the package where there is no browser, and bundling no more of it than is used.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

it('is imported by plain Node, adds no global (but those of zod) and ends', async () => {
  const program = `
    const before = new Set(Object.keys(globalThis));
    const { loadModel, startModel } = await import('@ostinato/web');
    const added = Object.keys(globalThis).filter((name) => !before.has(name) && !/^__zod_/.test(name));
    console.log(typeof loadModel, typeof startModel, added.join());
  `;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { cwd: packageFolder },
  );
  expect(stdout.trim()).toBe('function function');
  expect(stderr).toBe('');
});

it.each([
  ['nothing', `import '@ostinato/web';`, 0],
  [
    'an error class',
    `import { DeviceError } from '@ostinato/web'; console.log(DeviceError);`,
    1000,
  ],
])('adds to a bundle only what is used: %s', async (_, contents, mostBytes) => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: packageFolder },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    logLevel: 'silent',
  });
  expect(outputFiles[0].contents.length).toBeLessThanOrEqual(mostBytes);
});
