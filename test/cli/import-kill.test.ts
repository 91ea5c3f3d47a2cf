/**
 * Importing survives being killed: the command line at any request, before it is sent, while it is answered and behind it; and
 * the server. Run again until it is done, the same is there as after one quiet run, byte for byte of the export.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openClient } from '../../cli/remote/client.ts';
import { finishImport } from '../../cli/remote/imports.ts';
import { type Server, startServer } from '../../cli/server.ts';
import type { Import } from '../../worker/contract-transfer.ts';
import { afterword, api, folder } from './stage.ts';

const SITE = `kill-${process.pid}`;
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** Mulberry32: the same seed, the same run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Some hundred comments in awkward shapes, as WordPress exports them: replies before their parents, twins, circles, orphans. */
function writeExport(path: string): void {
  const random = randomOf(SEED);
  const statuses = ['1', '1', '1', '0', 'spam', 'trash'];
  const texts = [
    'Thanks!',
    'I <b>do</b> not think so',
    'line\n\nparagraph',
    '&lt;script&gt;',
    '',
    '😀 日本語',
    '*stars* and _lines_',
  ];
  const items: string[] = [];
  let id = 0;
  for (let page = 1; page <= 12; page++) {
    const first = id + 1;
    const count = page === 1 ? 120 : 8 + random(40);
    const comments = Array.from({ length: count }, (_, n) => {
      id++;
      const isChain = page === 1;
      const parent = isChain ? id - 1 : random(10) < 6 ? first + random(count) : random(20) === 0 ? 99_999 : 0;
      const date = new Date(Date.UTC(2015, page, 1, 0, random(3) === 0 ? 0 : n)).toISOString();
      const who = random(30);
      return `<wp:comment><wp:comment_id>${id}</wp:comment_id><wp:comment_author>Writer ${who}</wp:comment_author>
<wp:comment_author_email>${who % 3 === 0 ? '' : `w${who}@mail.example`}</wp:comment_author_email><wp:comment_date_gmt>${date.slice(0, 19).replace('T', ' ')}</wp:comment_date_gmt>
<wp:comment_content><![CDATA[${texts[random(texts.length)]}${random(4) === 0 ? '' : ` ${id}`}]]></wp:comment_content><wp:comment_approved>${statuses[random(statuses.length)]}</wp:comment_approved>
<wp:comment_type></wp:comment_type><wp:comment_parent>${isChain && n === 0 ? 0 : parent}</wp:comment_parent></wp:comment>`;
    });
    items.push(`<item><title>Post ${page}</title><link>https://${SITE}.example/${page}/</link><wp:post_id>${page}</wp:post_id>
<wp:comment_status>${page % 5 === 0 ? 'closed' : 'open'}</wp:comment_status><wp:post_type>post</wp:post_type>${comments.reverse().join('\n')}</item>`);
  }
  const head =
    '<?xml version="1.0"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel><wp:wxr_version>1.2</wp:wxr_version>';
  writeFileSync(path, `${head}${items.join('\n')}</channel></rss>`);
}

/** What is there, without what differs from run to run: when and by which request it was imported. */
async function dump(server: string, token: string): Promise<string[]> {
  const lines: string[] = [];
  let next: string | null = `${server}/api/v1/admin/export?site=${SITE}`;
  while (next !== null) {
    const answer: Response = await fetch(next, { headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    lines.push(...(await answer.text()).trim().split('\n'));
    const [, link] = /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get('Link') ?? '') ?? [];
    next = link ? new URL(link, next).href : null;
  }
  return lines
    .filter((line) => !/^\{"type":"(site|import|stat|decision)"/.test(line))
    .map((line) => line.replace(/"import":"\w{26}"/, '"import":"…"').replace(/"decision":"\w{26}"/, '"decision":"…"'));
}

interface Gate {
  url: string;
  /** Of those that bring records. */
  requests: number;
  close(): void;
}

/** Stands between the command line and the server, and pulls the trigger at a request. */
async function openGate(
  target: string,
  at: number,
  when: 'before' | 'behind' | 'within',
  trigger: () => void,
): Promise<Gate> {
  const gate: Gate = { url: '', requests: 0, close: () => server.close() };
  const server: HttpServer = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const isHit = /\/(records|finish)$/.test(request.url ?? '') && gate.requests++ === at;
      if (isHit && when === 'before') return trigger();
      const asked = fetch(`${target}${request.url}`, {
        method: request.method!,
        headers: { Authorization: request.headers.authorization ?? '', 'Content-Type': 'application/json' },
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      });
      if (isHit && when === 'within') trigger();
      const answer = await asked;
      const body = await answer.text();
      if (isHit && when === 'behind') return trigger();
      response
        .writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type') ?? 'text/plain' })
        .end(body);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  gate.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return gate;
}

const file = join(folder, 'awkward.xml');
const persistDir = join(folder, 'server');
const START = { persistDir, assets: 'test/cli/assets', limits: { post: 100_000, read: 100_000 } };
const sites = [{ id: SITE, name: SITE, hosts: [`${SITE}.example`] }];
let killed: Server;
let quiet: string[];

beforeAll(async () => {
  console.log(`SEED=${SEED}`);
  writeExport(file);
  const { url, adminToken } = inject('instance');
  await api('POST', '/admin/sites', { id: SITE, name: SITE, origins: [`https://${SITE}.example`] });
  const ran = await afterword(['import', file, '--site', SITE, '--apply', '--json']);
  expect(JSON.parse(ran.stdout)).toMatchObject({ applied: true });
  quiet = await dump(url, adminToken);
  expect(quiet.filter((line) => line.startsWith('{"type":"comment"')).length).toBeGreaterThan(200);
  killed = await startServer({ ...START, sites });
});
afterAll(async () => {
  await killed?.kill();
  rmSync(persistDir, { recursive: true, force: true });
});

const run = (server: string, signal?: AbortSignal) =>
  afterword(['import', file, '--site', SITE, '--apply', '--json', '--batch', '13'], {
    env: { AFTERWORD_SERVER: server, AFTERWORD_TOKEN: killed.secrets.ADMIN_TOKEN },
    ...(signal && { signal }),
  });

describe('an import that is killed', () => {
  it('20 times at random requests and run again gives the same database', async () => {
    const random = randomOf(SEED + 1);
    let kills = 0;
    let ended = 0;
    while (kills < 20) {
      const hit = new AbortController();
      const when = (['before', 'behind', 'within'] as const)[random(3)]!;
      const gate = await openGate(killed.url, random(4), when, () => hit.abort());
      const ran = await run(gate.url, hit.signal);
      gate.close();
      if (hit.signal.aborted) {
        kills++;
        continue;
      }
      expect(ran).toMatchObject({ code: 0 });
      ended++;
      const { imports } = await askKilled<{ imports: { id: string; status: string }[] }>('GET', '/admin/imports');
      expect(await dump(killed.url, killed.secrets.ADMIN_TOKEN)).toEqual(quiet);
      // Taken away again, so that the next kills find something to stop.
      for (const { id, status } of imports) if (status === 'done') await undo(id);
    }
    expect(await run(killed.url)).toMatchObject({ code: 0 });
    expect(await dump(killed.url, killed.secrets.ADMIN_TOKEN)).toEqual(quiet);
    console.log(`${kills} kills, ${ended + 1} imports that came to their end`);

    const again = JSON.parse((await run(killed.url)).stdout);
    expect(again).toMatchObject({ applied: false, import: null });
    expect(again.present).toBe(again.comments);
    const { imports } = await askKilled<{ imports: { status: string }[] }>('GET', '/admin/imports');
    expect(imports.filter(({ status }) => status === 'open')).toEqual([]);
    expect(imports.filter(({ status }) => status === 'done').length).toBe(1);
  }, 280_000);

  it('whose server is killed and comes back goes on by itself', async () => {
    const { imports } = await askKilled<{ imports: { id: string; status: string }[] }>('GET', '/admin/imports');
    for (const { id, status } of imports) if (status === 'done') await undo(id);
    let restarted: Promise<void> | undefined;
    const { port } = killed;
    const gate = await openGate(killed.url, 9, 'within', () => {
      restarted = (async () => {
        await killed.kill();
        killed = await startServer({ ...START, sites, port });
      })();
    });
    const ran = await run(gate.url);
    await restarted;
    gate.close();
    expect(restarted).toBeDefined();
    expect(ran).toMatchObject({ code: 0 });
    expect(await dump(killed.url, killed.secrets.ADMIN_TOKEN)).toEqual(quiet);
  }, 120_000);
});

it('an import that added nothing may be ended twice: the first answer may have been lost', async () => {
  const client = openClient(killed.url, killed.secrets.ADMIN_TOKEN);
  const wanted = { site: SITE, format: 'disqus', name: 'empty.xml', digest: 'e'.repeat(64), total: 0 };
  const begun = await client.ask<Import>('POST', '/admin/imports', wanted);
  const done = { id: begun.id, status: 'done', comments: 0 };
  expect(await finishImport(client, begun)).toMatchObject(done);
  expect(await finishImport(client, begun)).toMatchObject(done);
});

async function askKilled<T>(method: string, path: string): Promise<T> {
  const headers = { Authorization: `Bearer ${killed.secrets.ADMIN_TOKEN}` };
  const answer = await fetch(`${killed.url}/api/v1${path}`, { method, headers });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

async function undo(id: string): Promise<void> {
  for (let left = true; left; ) left = (await askKilled<{ left: boolean }>('POST', `/admin/imports/${id}/undo`)).left;
}
