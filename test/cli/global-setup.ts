/** Before the tests of the command line: one real server runs, without the demo's conversations, which all test files share. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startServer } from '../../cli/server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    instance: { url: string; adminToken: string };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const persistDir = await mkdtemp(join(tmpdir(), 'afterword-cli-'));
  const server = await startServer({ persistDir, assets: 'test/cli/assets', limits: { post: 100_000, read: 100_000 } });
  project.provide('instance', { url: server.url, adminToken: server.secrets.ADMIN_TOKEN });
  return async () => {
    await server.kill();
    await rm(persistDir, { recursive: true, force: true });
  };
}
