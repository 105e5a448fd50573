// The whole check: types, lint, format, unused code, then every test. Ends with `N passed, N failed`.
// `npm test -- packages/core` runs only the tests whose path contains an argument; the checks always run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureTestPackages } from './test-packages.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const resultsFile = join(root, 'test-results.json');

const checks = [
  { name: 'types', script: 'typescript/bin/tsc', args: ['-b'] },
  { name: 'lint', script: 'oxlint/bin/oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', script: 'oxfmt/bin/oxfmt', args: ['--list-different'] },
  { name: 'unused code', script: 'knip/bin/knip.js', args: [] },
];

let passed = 0;
let failed = 0;
for (const check of checks)
  count(runCheck(check) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
const filters = process.argv.slice(2);
ensureTestPackages(filters);
count(runTests(filters));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function count(result) {
  passed += result.passed;
  failed += result.failed;
}

/** Runs one tool; prints what it says only when it finds something. */
function runCheck({ name, script, args }) {
  const result = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const ok = result.status === 0;
  if (!ok) process.stdout.write(result.stdout + result.stderr);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}`);
  return ok;
}

/** Runs the tests and counts them. A file that cannot be loaded and an error outside of any test
 *  count as failures too. */
function runTests(filters) {
  rmSync(resultsFile, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${resultsFile}`];
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args, ...filters],
    { cwd: root, stdio: 'inherit' },
  );
  if (!existsSync(resultsFile)) return { passed: 0, failed: 1 };
  const results = JSON.parse(readFileSync(resultsFile, 'utf8'));
  const brokenFiles = results.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failures = results.numFailedTests + brokenFiles;
  return {
    passed: results.numPassedTests,
    failed: status !== 0 && failures === 0 ? 1 : failures,
  };
}
