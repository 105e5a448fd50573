import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

const TESTS = [
  'packages/*/src/**/*.test.ts',
  'tools/*/src/**/*.test.ts',
  'tools/*.test.ts',
  'examples/*.test.ts',
];

/** Tests that start processes, pages or native runtimes: each file has a process of its own, so that nothing of it is left
 *  for the next. They take longest, so they come first. */
const ALONE = [
  'examples/*.test.ts',
  'tools/*.test.ts',
  'tools/export/src/{layers-artifact,layers-model,verify}/*.test.ts',
  'tools/export/src/*.test.ts',
  'packages/cli/src/prepare/*.test.ts',
  'packages/cli/src/*.test.ts',
  'packages/runtime-node/src/{engine,source}/*.test.ts',
  'packages/runtime-web/src/{elements,in-thread,sound}/*.test.ts',
  'packages/runtime-web/src/*.test.ts',
  'packages/server/src/node/**/*.test.ts',
  'packages/studio/src/*.test.ts',
  'packages/training/src/data/**/{prepare,prepare-killed,merge-shards,*-worker*}.test.ts',
  'packages/training/src/{engines,trainer}/**/*.test.ts',
  'packages/transcription/src/*.test.ts',
];

export default defineConfig({
  // Tests of one package see the sources of the others, so a test run needs no build.
  resolve: { conditions: ['@ostinato/source'] },
  ssr: { resolve: { conditions: ['@ostinato/source', 'node', 'import', 'default'] } },
  test: {
    pool: 'forks',
    // One more than there are cores: many tests wait for processes, pages and timers.
    maxWorkers: availableParallelism() + 1,
    // Against hanging only: beside other work a test may take ten times as long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // In the order of their names.
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      // A process and its modules serve one file after the other: starting both takes longer than most of these tests.
      {
        extends: true,
        test: {
          name: 'shared',
          include: TESTS,
          exclude: [...configDefaults.exclude, ...ALONE],
          isolate: false,
        },
      },
    ],
  },
});
