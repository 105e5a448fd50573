// Which source file imports what: the facts that the architecture test judges.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

export interface Import {
  /** As it is written: `./tempo-map.js`, `@ostinato/core`. */
  readonly specifier: string;
  /** `import type` and `export type`: gone after compiling. */
  readonly typesOnly: boolean;
}

/** What each TypeScript file below a folder imports, tests included, by absolute path. */
export function readImports(folder: string): Map<string, Import[]> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(file, 'utf8'))]));
}

/** The imports of one source text: `import`, re-exports and `import('...')`.
 *  @throws {SyntaxError} if the text does not parse */
export function importsOf(file: string, text: string): Import[] {
  const { module, errors } = parseSync(file, text);
  const [error] = errors;
  if (error) throw new SyntaxError(`${file}: ${error.message}`);
  const statements = [
    ...module.staticImports.map(({ start, moduleRequest }) => ({ start, moduleRequest })),
    ...module.staticExports.flatMap(({ start, entries }) =>
      entries.slice(0, 1).map(({ moduleRequest }) => ({ start, moduleRequest })),
    ),
  ];
  const imports = statements.flatMap(({ start, moduleRequest }) => {
    const typesOnly = /^(import|export)\s+type\b/.test(text.slice(start, start + 20));
    return moduleRequest ? [{ specifier: moduleRequest.value, typesOnly }] : [];
  });
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^(['"`])(.*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[2] !== undefined) imports.push({ specifier: literal[2], typesOnly: false });
  }
  return imports;
}

/** The package a bare specifier names (`@scope/name/sub` -> `@scope/name`), or undefined for a path. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('/')) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The source file a relative specifier means: `./a.js` is written as `./a.ts`. */
export function resolveRelative(fromFile: string, specifier: string): string {
  return resolve(dirname(fromFile), specifier).replace(/\.js$/, '.ts');
}

/** Circles among files that exist when the program runs, so those of types alone do not count: each is the list of
 *  files from the first back to itself. */
export function findCycles(imports: ReadonlyMap<string, readonly Import[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];

  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      cycles.push([...path.slice(start), file]);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const { specifier, typesOnly } of imports.get(file) ?? []) {
      if (!typesOnly && specifier.startsWith('.')) visit(resolveRelative(file, specifier));
    }
    path.pop();
    done.add(file);
  };

  for (const file of imports.keys()) visit(file);
  return cycles;
}
