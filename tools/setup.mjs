// Makes a fresh clone ready: checks Node, installs the dependencies, builds the packages.
// Needs Node and npm only. Runs before `npm start`, `npm test` and `npm run compose`; does nothing when nothing changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the person at the terminal can act on; shown as one line. */
class SetupError extends Error {}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.cache', 'ostinato-setup');
const workspace = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

try {
  checkNode(workspace.engines.node.replace('>=', ''));
  install(workspace.packageManager);
  build();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}

/** Stops with a clear line when this Node is older than `minimum` (major.minor.patch). */
function checkNode(minimum) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = minimum.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new SetupError(
    `Node ${minimum} or later is needed, this is ${process.versions.node}; see nodejs.org`,
  );
}

/** Installs what the lockfile says, with the pinned package manager; skipped while nothing changed. */
function install(packageManager) {
  const folders = packageFolders();
  const fingerprint = dependencyFingerprint(folders);
  const complete = folders.every((folder) => existsSync(join(folder, 'node_modules')));
  if (complete && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === fingerprint) return;

  console.log(`setup: installing the dependencies with ${packageManager}`);
  const started = Date.now();
  const command = ['--yes', packageManager, 'install', '--frozen-lockfile'];
  // On Windows npx is a batch file, which only a shell can start. The arguments are our own.
  const result = spawnSync('npx', command, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CI: '1' },
    maxBuffer: 1 << 28,
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    throw new SetupError(
      `the dependencies could not be installed (${installFailure(result)}); ` +
        'check the network and `npm config get registry`, then run the command again',
    );
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, fingerprint);
  console.log(`setup: installed in ${seconds(started)}`);
}

/** Compiles every package; tsc itself skips what is up to date. */
function build() {
  const started = Date.now();
  const result = runNode(join(root, 'node_modules', 'typescript', 'bin', 'tsc'), [
    '-b',
    'packages/cli',
    'packages/runtime-web',
    'packages/studio',
    'tools/bench',
  ]);
  if (result.status !== 0) {
    process.stderr.write(result.stdout + result.stderr);
    throw new SetupError('the packages do not compile; the lines above say where');
  }
  const bundled = runNode(join(root, 'packages', 'runtime-web', 'scripts', 'build.mjs'), []);
  if (bundled.status !== 0) {
    process.stderr.write(bundled.stdout + bundled.stderr);
    throw new SetupError('the files for pages could not be made; the lines above say why');
  }
  if (Date.now() - started > 1000) console.log(`setup: built in ${seconds(started)}`);
}

/** The folders of the workspace that hold a package.json, the root first. */
function packageFolders() {
  const children = ['packages', 'tools'].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(root, parent, entry.name)),
  );
  return [root, join(root, 'examples'), ...children].filter((folder) =>
    existsSync(join(folder, 'package.json')),
  );
}

/** A hash of everything that decides what an install does. */
function dependencyFingerprint(folders) {
  const hash = createHash('sha256');
  hash.update(`${process.platform} ${process.arch} ${process.versions.modules}\n`);
  const files = [
    join(root, 'pnpm-lock.yaml'),
    join(root, 'pnpm-workspace.yaml'),
    ...folders.map((folder) => join(folder, 'package.json')),
  ];
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** The most telling line of a failed install. */
function installFailure({ error, signal, status, stdout, stderr }) {
  if (error) return error.message;
  if (signal) return `stopped by ${signal}`;
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  return lines.find((line) => /ERR_PNPM|npm error|ERR!/.test(line)) ?? `exit code ${status}`;
}

function runNode(script, args) {
  return spawnSync(process.execPath, [script, ...args], { cwd: root, encoding: 'utf8' });
}

function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}
