// What the elements are as a package: small, described, and harmless on a server.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'rolldown';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../..', import.meta.url));

/** Bytes, gzip, of a module and of all that it imports, but what it imports when it is needed. */
async function sizeOf(contents: string): Promise<number> {
  const { output } = await build({
    input: 'page',
    cwd: folder,
    write: false,
    platform: 'browser',
    resolve: { conditionNames: ['@ostinato/source', 'browser', 'import', 'default'] },
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === 'page' ? `${folder}page.ts` : undefined),
        load: (id) => (id === `${folder}page.ts` ? contents : undefined),
      },
    ],
    output: { format: 'esm', minify: true },
  });
  const chunks = output.filter((file) => file.type === 'chunk');
  const wanted = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const name of wanted) {
    const { imports } = chunks.find(({ fileName }) => fileName === name)!;
    for (const each of imports) wanted.add(each);
  }
  return chunks
    .filter(({ fileName }) => wanted.has(fileName))
    .reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}

describe('the elements as a package', () => {
  it('take at most 60 KB gzip, the synthesiser among them, until a model is loaded', async () => {
    const synthesizer = await sizeOf(`export * from './src/sound/worklet/processor.js'`);
    const elements = await sizeOf(`export * from './src/elements/define.js'`);
    expect(synthesizer).toBeGreaterThan(1000);
    expect(elements).toBeGreaterThan(20_000); // both are in it
    expect(elements + synthesizer).toBeLessThanOrEqual(60_000);
  });

  it('take at most 80 KB gzip with what loads and checks a model', async () => {
    // The aim is 60 KB here too; docs/log.md says what is in the way.
    const all = `export * from './src/elements/define.js'; export { loadModel } from './src/index.js'`;
    expect(await sizeOf(all)).toBeLessThanOrEqual(80_000);
  });

  it('are described by a custom-elements.json that is up to date', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['scripts/custom-elements.mjs', '--check'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('can be imported on a server', async () => {
    expect(globalThis).not.toHaveProperty('document');
    const { OstinatoComposerElement, OstinatoPlayerElement } = await import('./define.js');
    const player = new OstinatoPlayerElement();
    expect([player.state, player.duration]).toEqual(['stopped', 0]);
    expect(new OstinatoComposerElement().settings.length).toBe(60);
  });
});
