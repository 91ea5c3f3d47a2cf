/**
 * Before the browser tests: bundles and demo are built, and one real server runs, with the demo's conversations, which all
 * test files share.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildAll } from '../../cli/build.ts';
import { seedConversations } from '../../cli/seed.ts';
import { startServer } from '../../cli/server.ts';
import { findChromium } from './chromium.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    server: { url: string; adminToken: string; persistDir: string };
  }
}

/** Host of pages that are on another origin than the server; registered as the site `elsewhere`. */
export const OTHER_HOST = 'elsewhere.test';

/** What the site `moderated` vouches for its people with. */
export const SSO_SECRET = 'shared-with-moderated-0123456789-abcdef';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  findChromium();
  const persistDir = await mkdtemp(join(tmpdir(), 'afterword-browser-'));
  const assets = join(persistDir, 'dist'); // not the checkout's: it may be served, or built, at the same time
  await buildAll({ demo: true, outDir: assets });
  const server = await startServer({
    persistDir,
    assets,
    limits: { post: 100_000, read: 100_000 },
    vars: { SSO_SECRET_MODERATED: SSO_SECRET },
    sites: [
      { id: 'elsewhere', name: 'Elsewhere', hosts: [OTHER_HOST] },
      { id: 'held', name: 'Held', hosts: [`held.${OTHER_HOST}`], settings: { hold: true } },
      { id: 'working', name: 'Working', hosts: [`working.${OTHER_HOST}`], settings: { challenge: 'newcomers' } },
      {
        id: 'opinions',
        name: 'Opinions',
        hosts: [`opinions.${OTHER_HOST}`],
        settings: { votes: 'both', reactions: ['👍', '💡'] },
      },
      { id: 'moderated', name: 'Moderated', hosts: [`moderated.${OTHER_HOST}`], settings: { trustAfter: 1 } },
    ].map((site) => ({ ...site, settings: { attackAfter: 0, ...site.settings } })),
  });
  await seedConversations(server, Date.now());
  project.provide('server', { url: server.url, adminToken: server.secrets.ADMIN_TOKEN, persistDir });
  return async () => {
    await server.kill();
    await rm(persistDir, { recursive: true, force: true });
  };
}
