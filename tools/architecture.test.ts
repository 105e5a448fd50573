// The structure of docs/architecture.md, checked: who may import whom, and that nothing goes in a circle.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  findCycles,
  type Import,
  importsOf,
  packageOf,
  readImports,
  resolveRelative,
} from './source-graph.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The arrows: folder -> the packages of this project that it may import. */
const allowedImports: Record<string, readonly string[]> = {
  'packages/core': [],
  'packages/graph': [],
  'packages/model': ['@ostinato/graph'],
  'packages/training': ['@ostinato/core', '@ostinato/graph', '@ostinato/model'],
  'packages/runtime': ['@ostinato/core'],
  'packages/runtime-node': ['@ostinato/core', '@ostinato/graph', '@ostinato/runtime'],
  'packages/runtime-web': [
    '@ostinato/core',
    '@ostinato/graph',
    '@ostinato/runtime',
    '@ostinato/chromium',
  ],
  'packages/studio': [
    '@ostinato/core',
    '@ostinato/web',
    '@ostinato/node',
    '@ostinato/chromium',
    '@ostinato/browsers',
  ],
  'packages/server': ['@ostinato/core'],
  'packages/transcription': ['@ostinato/core'],
  'tools/chromium': ['@ostinato/core'],
  'tools/browsers': [],
  'tools/export': [
    '@ostinato/core',
    '@ostinato/graph',
    '@ostinato/model',
    '@ostinato/node',
    '@ostinato/web',
    '@ostinato/chromium',
  ],
  'packages/cli': [
    '@ostinato/core',
    '@ostinato/graph',
    '@ostinato/model',
    '@ostinato/training',
    '@ostinato/export',
    '@ostinato/node',
    '@ostinato/server',
    '@ostinato/transcription',
  ],
  'tools/bench': [
    '@ostinato/core',
    '@ostinato/graph',
    '@ostinato/model',
    '@ostinato/training',
    '@ostinato/export',
    '@ostinato/node',
    '@ostinato/web',
    '@ostinato/server',
    '@ostinato/transcription',
    '@ostinato/chromium',
  ],
};

/** These run anywhere: no Node, no DOM. */
const portable = ['packages/core', 'packages/graph', 'packages/model', 'packages/runtime'];

interface PackageFile {
  name: string;
  dependencies?: Record<string, string>;
}

interface TsConfig {
  compilerOptions?: { types?: string[]; lib?: string[] };
  references?: { path: string }[];
}

function readPackageFile(folder: string): PackageFile {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as PackageFile;
}

function readTsConfig(path: string): TsConfig {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as TsConfig;
}

const folders = ['packages', 'tools'].flatMap((parent) =>
  readdirSync(join(root, parent))
    .map((name) => `${parent}/${name}`)
    .filter((folder) => existsSync(join(root, folder, 'package.json'))),
);
const packageNames = new Map(folders.map((folder) => [folder, readPackageFile(folder).name]));
const ours = new Set(packageNames.values());

it('has an arrow for every package', () => {
  expect(folders.toSorted()).toEqual(Object.keys(allowedImports).toSorted());
});

describe.each(folders)('%s', (folder) => {
  const allowed = allowedImports[folder] ?? [];
  const imports = readImports(join(root, folder, 'src'));
  const tsconfig = readTsConfig(`${folder}/tsconfig.json`);

  it('depends only on packages below it', () => {
    const { dependencies = {} } = readPackageFile(folder);
    const above = Object.keys(dependencies).filter(
      (name) => ours.has(name) && !allowed.includes(name),
    );
    expect(above).toEqual([]);
  });

  it('references only the projects it may import', () => {
    const referenced = (tsconfig.references ?? []).map(({ path }) =>
      packageNames.get(
        relative(root, join(root, folder, path))
          .split(sep)
          .join('/'),
      ),
    );
    expect(referenced.filter((name) => name === undefined || !allowed.includes(name))).toEqual([]);
  });

  it('imports only packages below it, by their name', () => {
    const wrong: string[] = [];
    for (const [file, entries] of imports) {
      for (const { specifier } of entries) {
        const name = packageOf(specifier);
        const inside =
          name === undefined
            ? !relative(join(root, folder, 'src'), resolveRelative(file, specifier)).startsWith(
                '..',
              )
            : !ours.has(name) || allowed.includes(name);
        if (!inside) wrong.push(`${relative(root, file)} imports ${specifier}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has no circle of imports', () => {
    const cycles = findCycles(imports).map((files) => files.map((file) => relative(root, file)));
    expect(cycles).toEqual([]);
  });
});

describe.each(portable)('%s', (folder) => {
  it('knows neither Node nor the DOM', () => {
    const { compilerOptions } = readTsConfig(`${folder}/tsconfig.json`);
    expect(compilerOptions?.types ?? []).toEqual([]);
    expect(compilerOptions?.lib).toBeUndefined(); // the base's: ECMAScript alone
    const nodeImports = [...readImports(join(root, folder, 'src'))]
      .filter(([file]) => !file.endsWith('.test.ts'))
      .flatMap(([, entries]) => entries)
      .filter(({ specifier }) => specifier.startsWith('node:'));
    expect(nodeImports).toEqual([]);
  });
});

it('the server needs Node, and what runs on it alone, only in its folder for Node', () => {
  const source = join(root, 'packages/server/src');
  const forNode =
    /^(?:node:|@aws-sdk|@hono\/node-server|bullmq|ioredis|pino|prom-client|request-filtering|standardwebhooks|workerpool)/;
  const wrong = [...readImports(source)].flatMap(([file, entries]) => {
    const name = relative(source, file).split(sep).join('/');
    const isForNode = /^(?:node|testing)\/|\.test\.ts$/.test(name);
    const bad = entries.filter(
      ({ specifier }) => forNode.test(specifier) || /^\.{1,2}\/(?:.*\/)?node\//.test(specifier),
    );
    return isForNode ? [] : bad.map(({ specifier }) => `${name} imports ${specifier}`);
  });
  expect(wrong).toEqual([]);
});

it('the base configuration has no Node and no DOM types', () => {
  const { compilerOptions } = readTsConfig('tsconfig.base.json');
  expect(compilerOptions?.types).toEqual([]);
  expect(compilerOptions?.lib?.some((name) => /dom|worker/i.test(name))).toBe(false);
});

describe('the reading of imports', () => {
  it('sees imports, types, re-exports and dynamic imports', () => {
    const text = `
      import { a } from './a.js';
      import type { B } from '@ostinato/core/testing';
      import './effect.js';
      export * from './c.js';
      export { d } from './d.js';
      const e = await import('./e.js');
    `;
    expect(importsOf('x.ts', text)).toEqual([
      { specifier: './a.js', typesOnly: false },
      { specifier: '@ostinato/core/testing', typesOnly: true },
      { specifier: './effect.js', typesOnly: false },
      { specifier: './c.js', typesOnly: false },
      { specifier: './d.js', typesOnly: false },
      { specifier: './e.js', typesOnly: false },
    ]);
  });

  it.each([
    [
      'a circle through several files',
      { a: ['b'], b: ['c', 'd'], c: ['a'] },
      [['a', 'b', 'c', 'a']],
    ],
    ['a file that imports itself', { a: ['a'] }, [['a', 'a']]],
    ['no circle in a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'] }, []],
    ['no circle through a package', { a: ['zod'], b: ['a'] }, []],
  ])('finds %s', (_, files: Record<string, string[]>, expected: string[][]) => {
    const imports = Object.entries(files).map(([name, names]): [string, Import[]] => [
      `/s/${name}.ts`,
      names.map((other) => ({
        specifier: other.length === 1 ? `./${other}.js` : other,
        typesOnly: false,
      })),
    ]);
    const cycles = findCycles(new Map(imports));
    expect(cycles.map((cycle) => cycle.map((file) => basename(file, '.ts')))).toEqual(expected);
  });

  it('leaves out circles of types alone', () => {
    const circle = new Map([
      ['/s/a.ts', [{ specifier: './b.js', typesOnly: false }]],
      ['/s/b.ts', [{ specifier: './a.js', typesOnly: true }]],
    ]);
    expect(findCycles(circle)).toEqual([]);
  });
});
