// What npm would ship: entry points that resolve, types that fit them, and imports without side effects.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkPackage, Package } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface PackageFile {
  name: string;
  version: string;
  private?: boolean;
}

const packages = ['packages', 'tools']
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
  .filter((folder) => existsSync(join(folder, 'package.json')))
  .map((folder) => ({ folder, manifest: readManifest(folder) }))
  .filter(({ manifest }) => !manifest.private);

function readManifest(folder: string): PackageFile {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFile;
}

/** The names of the files that npm would pack, by the name of the package. */
async function packAll(): Promise<Map<string, readonly string[]>> {
  const folders = packages.map(({ folder }) => folder);
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', ...folders];
  const { stdout } = await run('npm', args, { cwd: root, maxBuffer: 1 << 28 });
  const packed = JSON.parse(stdout) as { name: string; files: { path: string }[] }[];
  return new Map(packed.map(({ name, files }) => [name, files.map(({ path }) => path)]));
}

let packed: Map<string, readonly string[]>;
beforeAll(async () => {
  packed = await packAll();
});

describe.each(packages)('$manifest.name', ({ folder, manifest }) => {
  it('has entry points that publint accepts', async () => {
    const { messages, pkg } = await publint({ pkgDir: folder, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('has types where its entry points are', async () => {
    const files: Record<string, string | Uint8Array> = {};
    for (const file of packed.get(manifest.name) ?? []) {
      if (/\.(js|mjs|json|ts)$/.test(file) && !file.startsWith('src/'))
        files[`/node_modules/${manifest.name}/${file}`] = readFileSync(join(folder, file));
    }
    const result = await checkPackage(new Package(files, manifest.name, manifest.version), {
      excludeEntrypoints: ['./files/*', './package.json'],
    });
    if (!result.types) return expect.fail(`${manifest.name} has no types`);
    // These packages are ES modules: `require` of one is not a promise that they make.
    const problems = result.problems.filter(({ kind }) => kind !== 'CJSResolvesToESM');
    // The resolution of Node 10 knows no `exports`.
    const modern = problems.filter(
      (problem) => !('resolutionKind' in problem) || problem.resolutionKind !== 'node10',
    );
    expect(modern).toEqual([]);
  });
});
