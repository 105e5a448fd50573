// Writes custom-elements.json, by which editors and catalogues know the elements: what their classes and comments say, without
// what is theirs alone. With `--check` nothing is written; the exit code says whether the file is up to date.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli } from '@custom-elements-manifest/analyzer/cli.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'custom-elements.json');

const manifest = await cli({
  argv: ['analyze', '--quiet', '--config', 'scripts/analyzer.config.mjs'],
  cwd: root,
  noWrite: true,
});
for (const { declarations } of manifest.modules) declarations.forEach(keepPublic);
const text = `${JSON.stringify(manifest, null, 2)}\n`;

if (!process.argv.includes('--check')) await writeFile(file, text);
else if ((await readFile(file, 'utf8')) !== text) {
  console.error(
    'custom-elements.json: out of date; run node packages/runtime-web/scripts/custom-elements.mjs',
  );
  process.exitCode = 1;
}

/** Removes members that are not public, and the attributes that the analyzer takes inner state for. */
function keepPublic(declaration) {
  const { members = [], attributes = [] } = declaration;
  const hidden = new Set(
    members
      .filter(({ privacy }) => privacy === 'private' || privacy === 'protected')
      .map(({ name }) => name),
  );
  declaration.members = members.filter(
    ({ name, static: isStatic }) => !hidden.has(name) && !isStatic,
  );
  declaration.attributes = attributes.filter(
    ({ name, fieldName }) => !hidden.has(fieldName ?? name),
  );
}
