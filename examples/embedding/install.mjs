// Makes these examples ready to build: installs the bundlers, and the packages of this clone as npm would publish them.
// Run `npm run setup` before. Does nothing when nothing changed.
//   node examples/embedding/install.mjs
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installWorkspace } from '../install-workspace.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
/** `@ostinato/web` and all of ours that it depends on. */
const folders = ['core', 'graph', 'runtime', 'runtime-web'].map((name) =>
  join(root, 'packages', name),
);
/** So called because bundlers treat what lies in a `node_modules` in another way. */
const packed = join(here, 'packed', 'node_modules');
const stampFile = join(here, 'packed', 'stamp');
// On Windows npm and npx are batch files, which only a shell can start. The arguments are our own.
const shell = process.platform === 'win32';

pack();
for (const folder of ['vite/public', 'webpack/public', 'nextjs/public', 'script-tag', 'cdn'])
  link(join(root, 'models', 'musicnet'), join(here, folder, 'models', 'musicnet'));
link(join(packed, '@ostinato/web/dist'), join(here, 'script-tag', 'ostinato'));
installWorkspace(here);

/** Lays the files that `npm pack` would pack where the examples find them; skipped while nothing changed. */
function pack() {
  const stamp = hashOf(folders.flatMap((folder) => filesBelow(folder)));
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  rmSync(dirname(stampFile), { recursive: true, force: true });
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const stdout = execFileSync('npm', [...args, ...folders], { shell, maxBuffer: 1 << 28 });
  for (const [index, { name, files }] of JSON.parse(stdout).entries()) {
    const target = join(packed, name);
    for (const { path } of files) cpSync(join(folders[index], path), join(target, path));
    linkDependencies(folders[index], target);
  }
  writeFileSync(stampFile, stamp);
}

/** What a package needs of others comes from this clone's installation; what it needs of ours lies beside it. */
function linkDependencies(folder, target) {
  const { dependencies } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    if (name.startsWith('@ostinato/')) continue;
    link(realpathSync(join(folder, 'node_modules', name)), join(target, 'node_modules', name));
  }
}

/** Stands for a copy of a folder. */
function link(folder, path) {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(folder, path, 'junction');
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(folder, file).startsWith('node_modules'))
    .sort();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${relative(root, file)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}
