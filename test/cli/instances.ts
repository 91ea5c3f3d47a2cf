/** Further real servers for tests that need an empty instance, or one to kill. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type Server, startServer } from '../../cli/server.ts';

const running = new Set<{ server: Server; persistDir: string }>();
afterAll(async () => {
  for (const { server, persistDir } of running) {
    await server.kill();
    await rm(persistDir, { recursive: true, force: true });
  }
});

/** An instance that has the demo's site and nothing on it. Gone when the test file is over. */
export async function startInstance(): Promise<{ server: Server; env: Record<string, string> }> {
  const persistDir = await mkdtemp(join(tmpdir(), 'afterword-cli-'));
  const server = await startServer({ persistDir, assets: 'test/cli/assets', limits: { post: 100_000, read: 100_000 } });
  running.add({ server, persistDir });
  return { server, env: { AFTERWORD_SERVER: server.url, AFTERWORD_TOKEN: server.secrets.ADMIN_TOKEN } };
}
