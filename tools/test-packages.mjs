// Debian's packages that tests need: Chromium, for the tests of pages, which brings SwiftShader, the software adapter of the
// webgpu tests; and the Vulkan loader for that. As root on a system with apt they are installed when they are missing;
// elsewhere one line says how.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const CHROMIUM = '/usr/bin/chromium';
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const PACKAGES = ['chromium', 'libvulkan1'];
const INSTALL = ['install', '-y', '--no-install-recommends', ...PACKAGES];
/** A mirror that does not answer must not hold the tests up for ever. */
const PATIENCE_MS = 300_000;

/** Installs what is missing. A failure is no error here: the tests that need it say so, and skip or, in CI, fail. */
export function ensureTestPackages() {
  if (process.platform !== 'linux' || areInstalled()) return;
  const command = `\`apt-get install ${PACKAGES.join(' ')}\``;
  if (process.getuid() !== 0 || !succeeds('apt-get', ['--version'])) {
    console.log(`tests of pages and of webgpu need ${command}`);
    return;
  }
  console.log(`installing ${PACKAGES.join(' and ')} for the tests of pages and of webgpu`);
  if (succeeds('apt-get', INSTALL)) return;
  if (succeeds('apt-get', ['update']) && succeeds('apt-get', INSTALL)) return;
  console.log(`tests of pages and of webgpu: ${command} failed`);
}

function areInstalled() {
  const { stdout } = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' });
  const haveLoader = (stdout ?? '').includes('libvulkan.so.1');
  return haveLoader && [CHROMIUM, SWIFTSHADER].every((file) => existsSync(file));
}

function succeeds(command, args) {
  const { status } = spawnSync(command, args, {
    stdio: 'ignore',
    timeout: PATIENCE_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}
