// Installs a workspace of examples that has its own lockfile, with the pnpm of this project. The version comes from `npx`.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** @param folder of its pnpm-workspace.yaml */
export function installWorkspace(folder) {
  const project = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { packageManager } = JSON.parse(project);
  execFileSync('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], {
    cwd: folder,
    env: { ...process.env, CI: '1' },
    // On Windows npx is a batch file, which only a shell can start. The arguments are our own.
    shell: process.platform === 'win32',
  });
}
