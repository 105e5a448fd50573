// Installs TensorFlow's own library for the `tfjs` engine: the package @tensorflow/tfjs-node(-gpu) with its native addon,
// into `addon/` beside this file, and a link to it where the engine looks. See README.md.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** What the person at the terminal can act on; shown as one line. */
class InstallError extends Error {}

const PACKAGE_VERSION = '4.22.0';
/** The oldest release with a wheel for a Python of today; its C interface is the one that the addon was written for. */
const WHEEL = { version: '2.12.0', python: '3.11' };
const WHEEL_PLATFORMS = { x64: 'manylinux2014_x86_64', arm64: 'manylinux2014_aarch64' };
/** Node's own interface for addons; the newest that the package knows. */
const NAPI_VERSION = 8;
const SOURCES = ['download', 'wheel'];

/** From a wheel: the libraries to lib/, the headers to include/. */
const UNPACK = `
import os, sys, zipfile
wheel, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as files:
    for name in files.namelist():
        if name in ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2"):
            place = "lib/" + name.removeprefix("tensorflow/")
        elif name.startswith(("tensorflow/include/tensorflow/", "tensorflow/include/tsl/")):
            place = name.removeprefix("tensorflow/")
        else:
            continue
        if name.endswith("/"):
            continue
        path = os.path.join(target, place)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with files.open(name) as source, open(path, "wb") as copy:
            while block := source.read(1 << 22):
                copy.write(block)
`;

const here = dirname(fileURLToPath(import.meta.url));
const home = join(here, 'addon');
const linkFolder = join(here, '../../packages/training/node_modules/@tensorflow');

try {
  main();
} catch (error) {
  const known = error instanceof InstallError || error.code?.startsWith('ERR_PARSE_ARGS');
  if (!known) throw error;
  console.error(`tfjs-native: ${error.message}`);
  process.exitCode = 1;
}

function main() {
  const { values } = parseArgs({
    options: {
      gpu: { type: 'boolean', default: false },
      from: { type: 'string', default: 'download' },
      wheel: { type: 'string' },
      link: { type: 'boolean', default: false },
      remove: { type: 'boolean', default: false },
    },
  });
  const name = values.gpu ? 'tfjs-node-gpu' : 'tfjs-node';
  const from = values.wheel === undefined ? values.from : 'wheel';
  if (!SOURCES.includes(from)) {
    throw new InstallError(`--from must be ${SOURCES.join(' or ')}, found ${from}`);
  }
  if (values.remove) {
    remove();
    return;
  }
  if (values.link) {
    linkAgain();
    return;
  }
  if (from === 'wheel') checkWheel(values.wheel);
  unlink(); // what is there may not work until all is done
  const folder = installPackage(name);
  if (from === 'download') downloadAddon(folder, values.gpu);
  else buildAddon(folder, values.wheel);
  const version = tryAddon(folder);
  link(name, folder);
  console.log(`tfjs-native: @tensorflow/${name} works, TensorFlow ${version}`);
}

/** The package without its install script: that comes next, or another way does. */
function installPackage(name) {
  mkdirSync(home, { recursive: true });
  const dependencies = { [`@tensorflow/${name}`]: PACKAGE_VERSION };
  writeFileSync(join(home, 'package.json'), JSON.stringify({ private: true, dependencies }));
  console.log(`tfjs-native: installing @tensorflow/${name}`);
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  run('npm', ['install', ...options], home, 'the package could not be installed');
  return packageFolder(name);
}

function packageFolder(name) {
  return join(home, 'node_modules/@tensorflow', name);
}

/** What the package's own install script does: it downloads the library and the addon, or builds the addon. */
function downloadAddon(folder, gpu) {
  console.log('tfjs-native: downloading the library');
  const path = join(home, 'node_modules/.bin') + delimiter + process.env.PATH;
  run(
    process.execPath,
    ['scripts/install.js', ...(gpu ? ['gpu', 'download'] : [])],
    folder,
    'the library could not be downloaded; on Linux, --from wheel builds the addon with the one of the Python package',
    { ...process.env, PATH: path },
  );
}

/** Compiles the addon from the package's source against the library of the Python package `tensorflow`. */
function buildAddon(folder, wheel) {
  const library = join(folder, 'deps');
  rmSync(library, { recursive: true, force: true });
  mkdirSync(join(library, 'lib'), { recursive: true });
  const file = wheel ? realpathSync(wheel) : downloadWheel();
  console.log('tfjs-native: unpacking the library');
  run('python3', ['-c', UNPACK, file, library], folder, 'the wheel could not be unpacked');
  symlinkSync('libtensorflow_cc.so.2', join(library, 'lib/libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', join(library, 'lib/libtensorflow_framework.so'));
  console.log('tfjs-native: building the addon');
  const [command, ...args] = nodeGyp();
  const variables = [
    '--module_name=tfjs_binding',
    `--module_path=${join(folder, `lib/napi-v${NAPI_VERSION}`)}`,
    `--napi_build_version=${NAPI_VERSION}`,
  ];
  run(
    command,
    [...args, 'rebuild', ...headers(), ...variables],
    folder,
    'the addon could not be built; it needs python3, make and a C++ compiler',
  );
  if (!wheel) rmSync(dirname(file), { recursive: true, force: true });
}

function checkWheel(wheel) {
  if (process.platform !== 'linux' || !(process.arch in WHEEL_PLATFORMS)) {
    throw new InstallError(
      `--from wheel works on Linux (x64, arm64), this is ${process.platform} ${process.arch}`,
    );
  }
  if (wheel !== undefined && !existsSync(wheel)) {
    throw new InstallError(`${wheel}: there is no such file`);
  }
}

function downloadWheel() {
  const folder = join(home, 'wheel');
  rmSync(folder, { recursive: true, force: true });
  console.log(`tfjs-native: downloading tensorflow ${WHEEL.version} (600 MB)`);
  const choice = ['--no-deps', '--only-binary=:all:', '--python-version', WHEEL.python];
  choice.push('--platform', WHEEL_PLATFORMS[process.arch], '--dest', folder);
  run(
    'python3',
    ['-m', 'pip', 'download', '--quiet', ...choice, `tensorflow==${WHEEL.version}`],
    home,
    'the wheel could not be downloaded; fetch it elsewhere and pass --wheel FILE',
  );
  const [file] = readdirSync(folder);
  return join(folder, file);
}

/** The node-gyp that npm brings, else the one of the registry. */
function nodeGyp() {
  const npm = spawnSync('npm', ['root', '--global'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  const path = join(npm, 'npm/node_modules/node-gyp/bin/node-gyp.js');
  return existsSync(path) ? [process.execPath, path] : ['npx', '--yes', 'node-gyp@11'];
}

/** Node's headers lie beside it as a rule; otherwise node-gyp downloads them. */
function headers() {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : [];
}

/** Loads the addon in a process of its own and multiplies with it.
 *  @returns the library's version */
function tryAddon(folder) {
  const script = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null;
    util.isArray ??= Array.isArray;
    const tf = require(${JSON.stringify(folder)});
    const [product] = tf.matMul([[2]], [[3]]).dataSync();
    if (product !== 6) throw new Error('2 x 3 = ' + product);
    process.stdout.write(tf.backend().binding.TF_Version);`;
  const result = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  if (result.status === 0) return result.stdout.trim().split('\n').at(-1);
  const reason = /^\w*Error: (.*)$/m.exec(result.stderr)?.[1] ?? `exit ${result.status}`;
  throw new InstallError(`the addon was installed and does not work: ${reason}`);
}

/** Puts the package where the engine looks. An install of the workspace may take the link away: run this again then. */
function link(name, folder) {
  mkdirSync(linkFolder, { recursive: true });
  symlinkSync(folder, join(linkFolder, name), 'junction');
}

/** For a package that is still in `addon/` and whose link an install took away. */
function linkAgain() {
  const name = ['tfjs-node-gpu', 'tfjs-node'].find((each) => existsSync(packageFolder(each)));
  if (name === undefined) throw new InstallError('nothing is installed; run it without --link');
  unlink();
  link(name, packageFolder(name));
  console.log(`tfjs-native: @tensorflow/${name} is linked again`);
}

function unlink() {
  for (const name of ['tfjs-node', 'tfjs-node-gpu']) {
    rmSync(join(linkFolder, name), { force: true, recursive: true });
  }
}

function remove() {
  unlink();
  rmSync(home, { recursive: true, force: true });
  console.log('tfjs-native: removed');
}

function run(command, args, cwd, failure, env = process.env) {
  // On Windows npm and npx are batch files, which only a shell can start.
  const shell = process.platform === 'win32' && command !== process.execPath;
  const result = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    shell,
    maxBuffer: 1 << 28,
  });
  if (result.status === 0) return;
  const lines = `${result.stdout ?? ''}\n${result.stderr ?? ''}`.split('\n');
  const reason = lines.findLast((line) =>
    /^\S*Error: |^npm error \S|: error: |^ERROR: /.test(line),
  );
  const detail = result.error?.message ?? reason?.trim() ?? `exit ${result.status}`;
  throw new InstallError(`${failure} (${detail})`);
}
