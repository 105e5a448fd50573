import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests of one package see the sources of the others, so a test run needs no build.
  resolve: { conditions: ['@ostinato/source'] },
  ssr: { resolve: { conditions: ['@ostinato/source', 'node', 'import', 'default'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'tools/*/src/**/*.test.ts',
      'tools/*.test.ts',
      'examples/*.test.ts',
    ],
    pool: 'forks',
    // As many as there are cores: many tests wait for processes and pages of their own.
    maxWorkers: availableParallelism(),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
