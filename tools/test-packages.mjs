// Debian's packages that tests need: Chromium, for the tests of pages, which brings SwiftShader, the software adapter of the
// webgpu tests, and the Vulkan loader for that; and Redis, for the queue of jobs. As root on a system with apt they are
// installed when they are missing; elsewhere one line says how.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const CHROMIUM = '/usr/bin/chromium';
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
/** A mirror that does not answer must not hold the tests up for ever. */
const PATIENCE_MS = 300_000;

const needs = [
  {
    what: 'tests of pages and of webgpu',
    packages: ['chromium', 'libvulkan1'],
    areInstalled: () => {
      const { stdout } = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' });
      const haveLoader = (stdout ?? '').includes('libvulkan.so.1');
      return haveLoader && [CHROMIUM, SWIFTSHADER].every((file) => existsSync(file));
    },
    // Parts of the paths of the tests that need them.
    tests: [
      'packages/training/src/engines/onnx/webgpu.test.ts',
      'packages/runtime-web',
      'packages/studio/src/studio.test.ts',
      'tools/export/src/web-runtime.test.ts',
      'examples/page.test.ts',
      'examples/embedding.test.ts',
    ],
  },
  {
    what: 'tests of the queue of jobs',
    packages: ['redis-server'],
    areInstalled: () => succeeds('redis-server', ['--version']),
    tests: ['packages/server/src/node/jobs', 'tools/workers.test.ts'],
  },
];

/** Installs what is missing. A failure is no error here: the tests that need it say so, and skip or, in CI, fail.
 *  @param filters parts of the paths of the tests that will run; all of them if there are none */
export function ensureTestPackages(filters) {
  if (process.platform !== 'linux') return;
  const willRun = (path) =>
    filters.length === 0 ||
    filters.some((filter) => path.includes(filter) || filter.includes(path));
  for (const need of needs) {
    if (need.tests.some(willRun) && !need.areInstalled()) install(need);
  }
}

function install({ what, packages }) {
  const command = `\`apt-get install ${packages.join(' ')}\``;
  if (process.getuid() !== 0 || !succeeds('apt-get', ['--version'])) {
    console.log(`${what} need ${command}`);
    return;
  }
  console.log(`installing ${packages.join(' and ')} for the ${what}`);
  const args = ['install', '-y', '--no-install-recommends', ...packages];
  if (succeeds('apt-get', args)) return;
  if (succeeds('apt-get', ['update']) && succeeds('apt-get', args)) return;
  console.log(`${what}: ${command} failed`);
}

function succeeds(command, args) {
  const { status } = spawnSync(command, args, {
    stdio: 'ignore',
    timeout: PATIENCE_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}
