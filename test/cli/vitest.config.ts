/** Tests of the command line: the real `afterword` as a process of its own, against the real server of global-setup.ts. */
import { defineConfig } from 'vitest/config';
import { ROOT } from '../../cli/root.ts';

export default defineConfig({
  root: ROOT,
  test: {
    name: 'cli',
    include: ['test/cli/**/*.test.ts'],
    globalSetup: ['test/cli/global-setup.ts'],
    // As in the browser's.
    retry: process.env.CI || process.env.RETRY ? 1 : 0,
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
