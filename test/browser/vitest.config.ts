/** Browser tests: real Chromium against the real server that global-setup.ts builds and starts. One file at a time. */
import { defineConfig } from 'vitest/config';
import { ROOT } from '../../cli/root.ts';

export default defineConfig({
  root: ROOT,
  test: {
    name: 'browser',
    // A shared machine in CI stalls at times; the report says what was tried twice. At one's own desk a flake is a bug.
    retry: process.env.CI || process.env.RETRY ? 1 : 0,
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/global-setup.ts'],
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
