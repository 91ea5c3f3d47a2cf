/** Tests of the command line: the real `afterword` as a process of its own, against the real server of global-setup.ts. */
import { defineConfig } from 'vitest/config';
import { ROOT } from '../../cli/root.ts';

export default defineConfig({
  root: ROOT,
  test: {
    name: 'cli',
    include: ['test/cli/**/*.test.ts'],
    globalSetup: ['test/cli/global-setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
