/**
 * Worker tests: the real worker inside workerd, on a D1 that has schema.sql. Storage is isolated per test file, not per
 * test. Rate limits are out of the way; a test that is about them replaces the binding in the `env` it passes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { unstable_splitSqlQuery as splitSql } from 'wrangler';
import { ROOT } from '../../cli/root.ts';

const unlimited = (namespace_id: string) => ({ namespace_id, simple: { limit: 1_000_000, period: 60 as const } });

export default defineConfig({
  root: ROOT,
  plugins: [
    cloudflareTest({
      wrangler: { configPath: join(ROOT, 'wrangler.toml') },
      miniflare: {
        bindings: {
          ADMIN_TOKEN: 'test-admin-token-0123456789-abcdefghij',
          AUTH_SECRET: 'test-auth-secret-0123456789-abcdefghij',
          PUBLIC_URL: 'https://comments.test',
          // Nobody answers there: mails wait.
          MAIL_URL: 'smtp://127.0.0.1:9',
          MAIL_FROM: 'Afterword <comments@blog.example>',
          TEST_SCHEMA: splitSql(readFileSync(join(ROOT, 'schema.sql'), 'utf8')),
        },
        ratelimits: { POST_LIMIT: unlimited('1'), READ_LIMIT: unlimited('2'), ACT_LIMIT: unlimited('3') },
      },
    }),
  ],
  test: {
    name: 'worker',
    include: ['test/worker/**/*.test.ts'],
    globalSetup: ['test/receiver.ts'],
    setupFiles: ['test/worker/apply-schema.ts'],
    // Nothing here waits for the clock, but a busy machine is slow.
    testTimeout: 30_000,
  },
});
