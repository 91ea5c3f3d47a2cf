/** Unit tests: pure code in Node, no server and no browser. */
import { defineConfig } from 'vitest/config';
import { ROOT } from '../../cli/root.ts';

export default defineConfig({
  root: ROOT,
  test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'] },
});
