/** Nothing lost: a real server, killed as a power cut would, in the middle of writing. No browser is needed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildAll } from '../../../cli/build.ts';
import { readConversations, seedConversations } from '../../../cli/seed.ts';
import { type Server, startServer } from '../../../cli/server.ts';
import type { Comment, Thread } from '../../../worker/contract.ts';

const persistDir = await mkdtemp(join(tmpdir(), 'afterword-durability-'));
let server: Server | undefined;
afterAll(async () => {
  await server?.kill();
  await rm(persistDir, { recursive: true, force: true });
});

it('fills the demo once, also when it is started on another port', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'afterword-seed-'));
  const assets = join(folder, 'dist');
  await buildAll({ outDir: assets });
  const pages = (await readConversations()).filter((page) => page.pageId !== undefined);
  expect(pages.length).toBeGreaterThan(0);
  for (let start = 0; start < 2; start++) {
    const each = await startServer({ persistDir: folder, assets });
    try {
      await seedConversations(each, Date.now() + start * 60_000);
      for (const page of pages) {
        const query = new URLSearchParams({ url: each.url + page.path, page_id: page.pageId! });
        const thread = (await (await fetch(`${each.url}/api/v1/thread?${query}`)).json()) as Thread;
        expect([start, page.pageId, thread.page.count]).toEqual([start, page.pageId, page.comments.length]);
      }
    } finally {
      await each.kill();
    }
  }
  await rm(folder, { recursive: true, force: true });
}, 60_000);

it('finds every acknowledged comment again after SIGKILL in mid-write, once each, and counts them right', async () => {
  const assets = join(persistDir, 'dist');
  await buildAll({ outDir: assets });
  server = await startServer({ persistDir, assets });
  const { port } = server;
  const page = `http://localhost:${port}/durable`;
  const token = server.secrets.ADMIN_TOKEN;
  const write = async (n: number): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/comments`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': `durable-comment-${n}`,
        Authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ url: page, body: `Comment ${n}`, author: { name: 'Mika' } }),
    });
    if (answer.status !== 201) throw new Error(`answered ${answer.status}`);
    return ((await answer.json()) as Comment).id;
  };

  const acknowledged = new Map<number, string>();
  let n = 0;
  for (let round = 0; round < 2; round++) {
    // Four writers until the server is gone under them.
    const writers = Array.from({ length: 4 }, async () => {
      for (;;) {
        const mine = n++;
        try {
          acknowledged.set(mine, await write(mine));
        } catch {
          return;
        }
      }
    });
    const enough = acknowledged.size + 20;
    while (acknowledged.size < enough) await new Promise((later) => setTimeout(later, 5));
    await server.kill();
    await Promise.all(writers);
    server = await startServer({ persistDir, assets, port });
  }

  const found: Comment[] = [];
  let count = 0;
  for (let after = ''; ; ) {
    const query = new URLSearchParams({ url: page, limit: '200', ...(after && { after }) });
    const thread = (await (await fetch(`http://127.0.0.1:${port}/api/v1/thread?${query}`)).json()) as Thread;
    found.push(...thread.comments);
    count = thread.page.count;
    if (thread.next === null) break;
    after = thread.next;
  }
  const ids = found.map((comment) => comment.id);
  expect(acknowledged.size).toBeGreaterThanOrEqual(40);
  expect([...acknowledged.values()].filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(found.map((comment) => comment.html)).size).toBe(found.length);
  expect(count).toBe(found.length);

  // Whatever was on its way when the power went may be sent again: it is there once.
  for (const [mine, id] of [...acknowledged].slice(-5)) expect(await write(mine)).toBe(id);
}, 120_000);
