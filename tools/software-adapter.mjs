// A software adapter for the tests of the webgpu device: SwiftShader, which comes with Debian's Chromium, and the Vulkan
// loader. As root on a system with apt they are installed when they are missing; elsewhere one line says how.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const PACKAGES = ['chromium', 'libvulkan1'];
const INSTALL = ['install', '-y', '--no-install-recommends', ...PACKAGES];
/** A mirror that does not answer must not hold the tests up for ever. */
const PATIENCE_MS = 300_000;

/** Installs what is missing. A failure is no error: the tests that need it skip and say so. */
export function ensureSoftwareAdapter() {
  if (process.platform !== 'linux' || isInstalled()) return;
  if (process.getuid() !== 0 || !succeeds('apt-get', ['--version'])) {
    console.log(`webgpu tests: without a GPU they need \`apt-get install ${PACKAGES.join(' ')}\``);
    return;
  }
  console.log(`installing ${PACKAGES.join(' and ')} for the webgpu tests`);
  if (succeeds('apt-get', INSTALL)) return;
  if (succeeds('apt-get', ['update']) && succeeds('apt-get', INSTALL)) return;
  console.log(`webgpu tests: \`apt-get install ${PACKAGES.join(' ')}\` failed; they need a GPU`);
}

function isInstalled() {
  const { stdout } = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' });
  return existsSync(SWIFTSHADER) && (stdout ?? '').includes('libvulkan.so.1');
}

function succeeds(command, args) {
  const { status } = spawnSync(command, args, {
    stdio: 'ignore',
    timeout: PATIENCE_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}
