/** `afterword export` and `afterword restore` between two real instances. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Server } from '../../cli/server.ts';
import { startInstance } from './instances.ts';
import { afterword, api, createSite, folder } from './stage.ts';

let site = '';
const file = (name: string) => join(folder, name);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function post(url: string, body: string, parent: string | null = null): Promise<string> {
  const answer = await fetch(`${inject('instance').url}/api/v1/comments`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Idempotency-Key': crypto.randomUUID(),
      Authorization: `Bearer ${inject('instance').adminToken}`,
    },
    body: JSON.stringify({ url, body, parent, author: { name: 'Mika', email: 'mika@mail.example' } }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as { id: string }).id;
}

beforeAll(async () => {
  site = await createSite();
  for (const page of ['a', 'b']) {
    const top = await post(`https://${site}.example/${page}`, 'Hello “there”\n\u2028 <b>you</b>');
    for (let i = 0; i < 20; i++) await post(`https://${site}.example/${page}`, `Reply ${i} 👩‍👩‍👧`, i % 2 ? top : null);
  }
  const { comments } = await api<{ comments: { id: string }[] }>('GET', `/admin/comments?site=${site}`);
  for (const [i, action] of ['spam', 'hold', 'trash', 'delete'].entries())
    await api('POST', '/admin/decisions', { action, ids: [comments[i]!.id] });
});

describe('afterword export', () => {
  it('writes a file that only its owner may read, whole or not at all', async () => {
    const ran = await afterword(['export', '--site', site, '--out', file('site.ndjson'), '--json']);
    expect([ran.code, JSON.parse(ran.stdout)]).toMatchObject([0, { comments: 42, format: 'afterword', site }]);
    const lines = readFileSync(file('site.ndjson'), 'utf8').trimEnd().split('\n');
    expect([JSON.parse(lines[0]!), lines.at(-1)]).toEqual([
      { type: 'afterword', version: 1, site, emails: true },
      '{"type":"end"}',
    ]);
    expect(statSync(file('site.ndjson')).mode & 0o777).toBe(0o600);
    expect(existsSync(file('site.ndjson.part'))).toBe(false);
  });

  it('writes the same to standard output, and compressed by the name', async () => {
    const ran = await afterword(['export', '--site', site]);
    expect(ran.stdout).toBe(readFileSync(file('site.ndjson'), 'utf8'));
    expect((await afterword(['export', '--site', site, '--out', file('site.ndjson.gz')])).code).toBe(0);
    expect(gunzipSync(readFileSync(file('site.ndjson.gz'))).toString()).toBe(ran.stdout);
  });

  it('leaves a file alone that is there, unless it is told to replace it', async () => {
    writeFileSync(file('mine.txt'), 'mine');
    const refused = await afterword(['export', '--site', site, '--out', file('mine.txt')]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--force')]);
    expect(readFileSync(file('mine.txt'), 'utf8')).toBe('mine');
    expect((await afterword(['export', '--site', site, '--out', file('mine.txt'), '--force'])).code).toBe(0);
    expect(readFileSync(file('mine.txt'), 'utf8')).toBe(readFileSync(file('site.ndjson'), 'utf8'));
  });

  it('says what is wrong, and leaves no file behind', async () => {
    const nowhere = await afterword(['export', '--site', 'nowhere', '--out', file('nowhere.ndjson')]);
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('no such site')]);
    const folderless = await afterword(['export', '--out', file('no/such/folder.ndjson')]);
    expect([folderless.code, folderless.stderr]).toEqual([1, expect.stringContaining('folder.ndjson.part')]);
    for (const left of ['nowhere.ndjson', 'nowhere.ndjson.part']) expect(existsSync(file(left))).toBe(false);
  });

  it('without comments:read has no e-mail addresses, says so, and is a file like others', async () => {
    const { token } = await api<{ token: string }>('POST', '/admin/tokens', { name: 'T', scopes: ['transfer'], site });
    const ran = await afterword(['export', '--out', file('bare.ndjson')], { env: { AFTERWORD_TOKEN: token } });
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('comments:read')]);
    expect(readFileSync(file('bare.ndjson'), 'utf8')).not.toContain('mail.example');
    expect(statSync(file('bare.ndjson')).mode & 0o044).toBe(0o044);
  });

  it.each(['wordpress', 'disqus'])('writes a file of %s, and tells what it lacks', async (format) => {
    const ran = await afterword(['export', '--site', site, '--format', format, '--out', file(`${format}.xml`)]);
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('42 comments')]);
    expect(ran.stderr).toContain('Not in it');
    expect(readFileSync(file(`${format}.xml`), 'utf8')).toContain('Reply 7');
  });
});

describe('afterword restore', () => {
  it('makes another instance the same, byte by byte, from several compressed parts', async () => {
    expect((await afterword(['export', '--out', file('all.ndjson')])).code).toBe(0);
    const bytes = readFileSync(file('all.ndjson'));
    const at = bytes.indexOf(10, bytes.length / 2) + 1;
    writeFileSync(file('all.gz'), Buffer.concat([gzipSync(bytes.subarray(0, at)), gzipSync(bytes.subarray(at))]));
    const { env } = await startInstance();
    const ran = await afterword(['restore', file('all.gz'), '--json'], { env });
    // Each server has the demo’s site, by the origins of its own port.
    expect([ran.code, ran.stderr]).toEqual([0, expect.any(String)]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ leftOut: 0, present: 0 });
    expect((await afterword(['export', '--site', site, '--out', file('again.ndjson')], { env })).code).toBe(0);
    expect((await afterword(['export', '--site', site, '--out', file('now.ndjson')])).code).toBe(0);
    expect(sha256(readFileSync(file('again.ndjson')))).toBe(sha256(readFileSync(file('now.ndjson'))));
    const again = await afterword(['restore', file('all.gz')], { env });
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('only an empty one can be restored')]);
  }, 240_000);

  it('goes on after it was killed, wherever that was, and leaves out what hangs in the air', async () => {
    const { env, server } = await startInstance();
    const text = writeBig();
    writeFileSync(file('big.ndjson'), text);
    for (const records of [1, 1200, 3000]) {
      const killed = new AbortController();
      const ran = afterword(['restore', file('big.ndjson')], { env, signal: killed.signal });
      await until(async () => (await readPosition(server)) >= records);
      killed.abort();
      expect((await ran).code).toBe(null);
    }
    const ran = await afterword(['restore', file('big.ndjson'), '--json'], { env });
    expect([ran.code, JSON.parse(ran.stdout)]).toMatchObject([0, { records: 6001 }]);
    const { stdout } = await afterword(['export', '--site', 'big'], { env });
    const lines = text.split('\n').filter((_, n) => n !== 6 && n !== 7);
    expect(stdout.split('\n').slice(1)).toEqual(lines.slice(1));
  }, 240_000);

  it('refuses a file that is cut off, unless told; that is newer; that is broken; that is none', async () => {
    const { env } = await startInstance();
    const text = readFileSync(file('site.ndjson'), 'utf8');
    const lines = text.trimEnd().split('\n');
    const files: [string, string, RegExp][] = [
      ['cut.ndjson', text.slice(0, -40), /no record/],
      ['endless.ndjson', `${lines.slice(0, -1).join('\n')}\n`, /cut off behind line/],
      ['newer.ndjson', text.replace('"version":1', '"version":2'), /version 2/],
      ['unknown.ndjson', text.replace('"type":"page"', '"type":"planet"'), /line \d+, column 1: .*planet/],
      ['more.ndjson', `${text}{"type":"end"}\n`, /behind the end/],
      ['none.ndjson', '<rss></rss>', /no export of Afterword/],
      ['empty.ndjson', '', /empty/],
    ];
    for (const [name, content, said] of files) {
      writeFileSync(file(name), content);
      const ran = await afterword(['restore', file(name)], { env });
      expect([name, ran.code, ran.stderr]).toEqual([name, 1, expect.stringMatching(said)]);
    }
    const wrong = text.replace(/"up":\d+/, '"up":"many"');
    writeFileSync(file('wrong.ndjson'), wrong);
    const at = wrong.split('\n').findIndex((line) => line.includes('"many"')) + 1;
    const ran = await afterword(['restore', file('wrong.ndjson')], { env });
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining(`Line ${at} of wrong.ndjson`)]);
    const partial = await afterword(['restore', file('cut.ndjson'), '--partial', '--json'], { env });
    expect([partial.code, partial.stderr]).toEqual([0, expect.any(String)]);
    expect(JSON.parse(partial.stdout)).toMatchObject({ records: lines.length - 3, leftOut: 0 });
  }, 240_000);
});

/** Until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((later) => setTimeout(later, 10));
}

/** How far the restore of a server has come. */
async function readPosition({ url, secrets }: Server): Promise<number> {
  const headers = { Authorization: `Bearer ${secrets.ADMIN_TOKEN}` };
  const answer = await fetch(`${url}/api/v1/admin/imports`, { headers });
  return ((await answer.json()) as { imports: { position: number }[] }).imports[0]?.position ?? 0;
}

/** A file of 6,001 records: branches of three, but that the fourth comment, which the fifth and sixth reply to, is missing. */
function writeBig(): string {
  const createdAt = '2020-01-01T00:00:00.000Z';
  const id = (n: number) => `01m843${String(n).padStart(20, '0')}`;
  const [site, nobody] = [
    'big',
    { id: null, name: 'Mika', email: null, url: null, badge: null, verified: null, avatar: null },
  ];
  const url = 'https://big.example/a';
  const page = { key: 'big.example/a', url, title: null, locked: false, pinned: null, mergedInto: null, reactions: {} };
  const comment = (n: number) => ({
    ...{ type: 'comment', site, page: id(0), id: id(n + 1), parent: n % 3 ? id(n) : null, status: 'approved' },
    ...{ kind: null, orphan: false, author: nobody, body: `Comment ${n}`, up: 0, down: 0, locked: false },
    ...{ import: null, source: null, verdict: null, decision: null, createdAt, editedAt: null },
  });
  const lines = [
    { type: 'afterword', version: 1, site: null, emails: true },
    { type: 'site', id: site, name: 'Big', origins: ['big.example'], settings: {}, createdAt },
    { type: 'page', site, id: id(0), ...page, import: null, createdAt },
    ...Array.from({ length: 6000 }, (_, n) => comment(n)).filter((_, n) => n !== 3),
    { type: 'end' },
  ];
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}
