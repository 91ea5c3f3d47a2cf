/** What feeds cost: conditional reads, the edge, and rows. */
import { describe, expect, it } from 'vitest';
import { ask as askAdmin } from './admin';
import { bill, bindings, call, createSite, post, query, setRow } from './api';
import { ask, bodies, type json } from './feeds-read';
import { createKey } from './key';

const KINDS = ['site', 'url', 'comment'] as const;
/** A page with a branch of its own. */
async function createFeed(kind: (typeof KINDS)[number], count = 3) {
  const { site, url } = await createSite({ attackAfter: 0 });
  const key = await createKey();
  const top = await key.post({ url, body: 'top' });
  const ids = [];
  for (let i = 0; i < count; i++) ids.push((await key.post({ url, body: `${i}`, parent: top.id })).id);
  return {
    url,
    top,
    ids,
    key,
    params: { site: { site }, url: { url }, comment: { comment: top.id } }[kind] as Record<string, string>,
  };
}

describe.each(KINDS)('the feed of a %s', (kind) => {
  it('is answered with 304 until something in it changes: a new one, an edit, a removal, an approval', async () => {
    const { url, top, ids, key, params } = await createFeed(kind);
    for (const format of ['atom', 'json'] as const) {
      let ETag = (await ask(format, params)).headers.get('ETag')!;
      const changes = async (change: () => Promise<unknown>) => {
        const same = await ask(format, params, { 'If-None-Match': ETag });
        expect([same.status, await same.text(), same.headers.get('ETag')]).toEqual([304, '', ETag]);
        await change();
        const other = await ask(format, params, { 'If-None-Match': ETag });
        expect(other.status).toBe(200);
        ETag = other.headers.get('ETag')!;
      };
      await changes(() => post({ url, body: 'new', parent: top.id }));
      await changes(() => key.ask('PATCH', `/comments/${ids[0]}`, { body: `edited for ${format}` }));
      await changes(() => askAdmin('POST', '/admin/decisions', { action: 'hold', ids: [ids[1]] }));
      await changes(() => askAdmin('POST', '/admin/decisions', { action: 'approve', ids: [ids[1]] }));
      expect((await ask(format, params, { 'If-None-Match': '*' })).status).toBe(304);
      expect((await ask(format, params, { 'If-None-Match': `"x", ${ETag}` })).status).toBe(304);
    }
  });

  it('is read in one round trip, and rows read are near rows returned', async () => {
    const { params, top, ids } = await createFeed(kind, 1);
    const page = await bindings.DB.prepare('SELECT page_id FROM comments WHERE id = ?').bind(top.id).first('page_id');
    await bindings.DB.prepare(
      `INSERT INTO comments (id, site_id, page_id, parent_id, root_id, depth, status, shown, inline, author_name, body, html, html_version, created_at)
       SELECT value, site_id, page_id, c.parent_id, root_id, depth, status, shown, 0, author_name, body, html, html_version, created_at
       FROM comments c, json_each(?) WHERE c.id = ?`,
    )
      .bind(
        JSON.stringify(
          Array.from({ length: 200 }, (_, i) => `7zzz${String(i).padStart(6, '0')}${String(page).slice(10)}`),
        ),
        ids[0],
      )
      .run();
    const answer = await ask('json', params);
    const { items } = (await answer.json()) as { items: unknown[] };
    const { trips, read, written } = bill(answer);
    expect([trips, written]).toEqual([1, 0]);
    // Of a site, each entry has its page looked up.
    expect(read).toBeLessThanOrEqual(items.length * (kind === 'site' ? 3 : 1) + 12);
    if (kind === 'site') return;
    const unchanged = await ask('json', params, { 'If-None-Match': answer.headers.get('ETag')! });
    expect([unchanged.status, bill(unchanged).read <= 15]).toEqual([304, true]);
  });

  it('comes from the edge without asking D1 again, conditionally or not, as the type it is', async () => {
    const { params } = await createFeed(kind);
    const path = `/feed.atom${query(params)}`;
    const first = await call(path);
    const text = await first.text();
    const broken = {
      DB: {
        withSession: () => {
          throw new Error('D1 was asked');
        },
      },
    } as never;
    const again = await call(path, {}, broken);
    expect([again.status, await again.text()]).toEqual([200, text]);
    for (const name of ['Content-Type', 'ETag', 'Last-Modified', 'Cache-Control'])
      expect([name, again.headers.get(name)]).toEqual([name, first.headers.get(name)]);
    const ETag = first.headers.get('ETag')!;
    expect((await call(path, { headers: { 'If-None-Match': ETag } }, broken)).status).toBe(304);
  });
});

it('a flood of what nobody may see costs whoever reads a limit, and what is below it is not told', async () => {
  const { site, url } = await createSite();
  const old = await post({ url, body: 'old' });
  const page = (await bindings.DB.prepare('SELECT page_id FROM comments WHERE id = ?')
    .bind(old.id)
    .first('page_id')) as string;
  const flood = async (count: number, time: string) =>
    bindings.DB.prepare(
      `INSERT INTO comments (id, site_id, page_id, root_id, depth, status, shown, inline, author_name, body, html, html_version, created_at)
       SELECT value, ?, ?, value, 0, 'spam', 0, 1, 'x', 'x', '<p>spam</p>', 1, 0 FROM json_each(?)`,
    )
      .bind(
        site,
        page,
        JSON.stringify(
          Array.from({ length: count }, (_, i) => `${time}${String(i).padStart(5, '0')}${page.slice(10, 26)}`),
        ),
      )
      .run();
  await flood(900, '7zzz0');
  for (const params of [{ site }, { url }] as Record<string, string>[]) {
    const answer = await ask('json', params);
    expect(bodies(await answer.json())).toEqual(['old']);
    expect(bill(answer).read).toBeLessThan(1_000);
  }
  await flood(5_000, '7zzz1');
  await setRow(`7zzz100003${page.slice(10, 26)}`, { status: 'approved', shown: 1 });
  await setRow(`7zzz104999${page.slice(10, 26)}`, { status: 'approved', shown: 1 });
  for (const params of [{ site }, { url }] as Record<string, string>[]) {
    const answer = await ask('json', params);
    const feed = (await answer.clone().json()) as Awaited<ReturnType<typeof json>>;
    expect(bodies(feed)).toEqual(['spam']);
    expect(feed.next_url).toBeUndefined();
    expect(bill(answer).read).toBeLessThan(1_100);
  }
});
