// Which source file imports what: the facts that the architecture test judges.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

/** What each TypeScript file below a folder imports, tests included: absolute path -> module specifiers. */
export function readImports(folder: string): Map<string, string[]> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(file, 'utf8'))]));
}

/** Module specifiers of one source text: imports, re-exports and `import('...')`, types included.
 *  @throws {SyntaxError} if the text does not parse */
export function importsOf(file: string, text: string): string[] {
  const { module, errors } = parseSync(file, text);
  const [error] = errors;
  if (error) throw new SyntaxError(`${file}: ${error.message}`);
  const specifiers = module.staticImports.map((entry) => entry.moduleRequest.value);
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries)
      if (moduleRequest) specifiers.push(moduleRequest.value);
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^(['"`])(.*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[2] !== undefined) specifiers.push(literal[2]);
  }
  return [...new Set(specifiers)];
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

/** Circles among files: each is the list of files from the first back to itself. */
export function findCycles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
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
    for (const specifier of imports.get(file) ?? []) {
      if (specifier.startsWith('.')) visit(resolveRelative(file, specifier));
    }
    path.pop();
    done.add(file);
  };

  for (const file of imports.keys()) visit(file);
  return cycles;
}
