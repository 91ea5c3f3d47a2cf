/** Tests on the material in ../shared/data, which is no part of the checkout: each skips itself where it is missing. */
import { defineConfig } from 'vitest/config';
import { ROOT } from '../../cli/root.ts';

export default defineConfig({
  root: ROOT,
  test: {
    name: 'corpora',
    include: ['test/corpora/**/*.test.ts'],
    globalSetup: ['test/browser/global-setup.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
