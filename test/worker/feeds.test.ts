/** Feeds that everybody may read: what is in them, in which order, and what never is. */
import { describe, expect, it } from 'vitest';
import { ask as askAdmin } from './admin';
import { ADMIN, bindings, call, createSite, post, problem, query, setRow } from './api';
import { all, ask, atom, bodies, follow, json, linkOf, parseXml, textOf } from './feeds-read';

const decide = (action: string, ...ids: string[]) => askAdmin('POST', '/admin/decisions', { action, ids });
/** Comments that were written long ago, one a second, approved unless told. @returns their ids, oldest first */
async function fill(url: string, count: number, status = 'approved', from = 0): Promise<string[]> {
  const { id } = await post({ url });
  const page = (await bindings.DB.prepare('SELECT page_id FROM comments WHERE id = ?')
    .bind(id)
    .first('page_id')) as string;
  const ids = Array.from({ length: count }, (_, i) => `01${String(i + from).padStart(8, '0')}${page.slice(10)}`);
  await bindings.DB.prepare(
    `INSERT INTO comments (id, site_id, page_id, root_id, depth, status, shown, inline, author_name, body, html, html_version, created_at)
     SELECT value, (SELECT site_id FROM pages WHERE id = ?1), ?1, value, 0, ?2, ?2 = 'approved', 1, 'x', 'x', '<p>' || key || '</p>', 1, 0 FROM json_each(?3)`,
  )
    .bind(page, status, JSON.stringify(ids))
    .run();
  return ids;
}

describe('a page', () => {
  it('is told newest first, by any of its addresses, with title and where it is', async () => {
    const { site, url } = await createSite();
    const top = await post({ url, body: 'a', title: 'Mending' });
    await post({ url, body: 'b', author: { name: 'Robin', url: 'https://robin.example/' } });
    await post({ url, body: 'a1', parent: top.id });
    for (const address of [url, `${url.replace('https', 'http')}/?utm_source=x#y`]) {
      const feed = await json({ url: address });
      expect(bodies(feed)).toEqual(['a1', 'b', 'a']);
      expect([feed.title, feed.home_page_url]).toEqual(['💬 Mending', url]);
      expect(feed.items[0]).toMatchObject({
        url: `${url}#comment-${(await json({ url })).items[0]!.url!.slice(-26)}`,
        title: 'Mika · Mending',
        _afterword: { in_reply_to: feed.items[2]!.id },
      });
      expect(feed.items[1]!.authors).toEqual([{ name: 'Robin', url: 'https://robin.example/' }]);
      expect(feed.items[2]).toMatchObject({ url: `${url}#comment-${top.id}`, _afterword: { in_reply_to: url } });
    }
    const feed = await atom({ url, site });
    expect(all(feed, 'entry').map((entry) => textOf(entry, 'title'))).toEqual([
      'Mika · Mending',
      'Robin · Mending',
      'Mika · Mending',
    ]);
    const [reply, , first] = all(feed, 'entry');
    expect(all(reply!, 'thr:in-reply-to')[0]!.attributes.ref).toBe(textOf(first!, 'id'));
    expect(all(first!, 'link').find(({ attributes }) => attributes.rel === 'replies')!.attributes['thr:count']).toBe(
      '1',
    );
    expect(bodies(JSON.parse(await (await call(linkOf(first!, 'replies')!.replace('.atom', '.json'))).text()))).toEqual(
      ['a1'],
    );
  });

  it('is found by an alias and by an id of its own', async () => {
    const { url } = await createSite();
    await post({ url, pageId: 'one', body: 'by id' });
    expect(bodies(await json({ url, page_id: 'one' }))).toEqual(['by id']);
    expect(bodies(await json({ url }))).toEqual([]);
    await post({ url: `${url}/old`, body: 'moved' });
    const { page_id } = (await bindings.DB.prepare('SELECT id AS page_id FROM pages WHERE url = ?')
      .bind(`${url}/old`)
      .first<{ page_id: string }>())!;
    const before = (await json({ url: `${url}/old` })).items[0]!;
    expect((await askAdmin('POST', `/admin/pages/${page_id}/move`, { url: `${url}/new` })).status).toBe(200);
    for (const address of [`${url}/old`, `${url}/new`]) {
      const { items, home_page_url } = await json({ url: address });
      expect([home_page_url, items[0]!.id]).toEqual([`${url}/new`, before.id]);
    }
  });

  it('on which nobody has written has an empty feed, and is not born by it', async () => {
    const { url } = await createSite();
    expect((await json({ url })).items).toEqual([]);
    expect(all(await atom({ url }), 'entry')).toEqual([]);
    expect(await bindings.DB.prepare('SELECT 1 FROM pages WHERE url = ?').bind(url).first()).toBeNull();
  });

  it('threat 25: held, removed and deleted comments are in no feed, and change none', async () => {
    const { url } = await createSite();
    const [a, b] = [await post({ url, body: 'a' }), await post({ url, body: 'b' })];
    await post({ url, body: 'reply', parent: b.id });
    const tag = async () => (await ask('json', { url })).headers.get('ETag');
    const before = await tag();
    const held = await post({ url, body: 'held' });
    await setRow(held.id, { status: 'pending', shown: 0 });
    await bindings.DB.prepare('UPDATE pages SET version = version - 1, count = count - 1 WHERE url = ?')
      .bind(url)
      .run();
    expect(await tag()).toBe(before);
    expect(bodies(await json({ url }))).toEqual(['reply', 'b', 'a']);
    await decide('spam', a.id);
    // Its place in the thread stays, because it was replied to; here it does not.
    await decide('trash', b.id);
    expect(bodies(await json({ url }))).toEqual(['reply']);
    expect((await call(`/comments/${b.id}`)).status).toBe(200);
    for (const params of [{ comment: held.id }, { comment: a.id }])
      expect((await problem(ask('json', params))).code).toBe('not_found');
  });
});

describe('a site', () => {
  it('is told across its pages, and nothing of another site', async () => {
    const { site, url } = await createSite();
    const { url: other } = await createSite();
    await post({ url, body: '1', title: 'One' });
    await post({ url: `${url}/2`, body: '2' });
    await post({ url: other, body: 'elsewhere' });
    await post({ url, body: '3' });
    const feed = await json({ site });
    expect(bodies(feed)).toEqual(['3', '2', '1']);
    expect([feed.title, feed.home_page_url]).toEqual([`💬 ${site}`, `${new URL(url).origin}/`]);
    expect(feed.items.map((item) => item.title)).toEqual(['Mika · One', `Mika · ${url.slice(8)}/2`, 'Mika · One']);
    expect(textOf(await atom({ site }), 'id')).toContain(`feed.atom?site=${site}`);
    expect(new Set((await json({ url })).items.map((item) => item.id))).toEqual(
      new Set([feed.items[0]!.id, feed.items[2]!.id]),
    );
  });
});

describe('below a comment', () => {
  it('is everything, newest first, at top level and inside a branch; held and removed replies are not (threat 16)', async () => {
    const { url } = await createSite({ attackAfter: 0 });
    const top = await post({ url, body: 'top' });
    const a = await post({ url, body: 'a', parent: top.id });
    const b = await post({ url, body: 'b', parent: top.id });
    const a1 = await post({ url, body: 'a1', parent: a.id });
    await post({ url, body: 'a11', parent: a1.id });
    await post({ url, body: 'another' });
    await post({ url, body: 'b1', parent: b.id });
    const held = await post({ url, body: 'held', parent: a.id });
    await setRow(held.id, { status: 'pending', shown: 0 });
    expect(bodies(await json({ comment: top.id }))).toEqual(['b1', 'a11', 'a1', 'b', 'a']);
    expect(bodies(await json({ comment: a.id }))).toEqual(['a11', 'a1']);
    await decide('trash', a1.id);
    expect(bodies(await json({ comment: top.id }))).toEqual(['b1', 'a11', 'b', 'a']);
    expect(bodies(await json({ comment: a.id }))).toEqual(['a11']);
    const feed = await json({ comment: a.id });
    expect([feed.title, feed.home_page_url]).toEqual([`💬 Mika · ${url.slice(8)}`, `${url}#comment-${a.id}`]);
    // A feed is not one of its entries, nor what it is about.
    const ids = all(await atom({ comment: a.id }), 'entry').map((entry) => textOf(entry, 'id'));
    expect([...ids, (await json({ url })).items.find((item) => item.url?.endsWith(a.id))!.id]).not.toContain(
      textOf(await atom({ comment: a.id }), 'id'),
    );
  });
});

describe('pages of a feed (RFC 5005)', () => {
  it.each(['site', 'url'] as const)('lead through all of a %s and back, each comment once', async (what) => {
    const { site, url } = await createSite();
    await fill(url, 129);
    const params: Record<string, string> = what === 'site' ? { site } : { url };
    const seen: string[][] = [];
    let feed = await atom(params);
    const first = linkOf(feed, 'first');
    expect([linkOf(feed, 'self'), linkOf(feed, 'previous')]).toEqual([first, undefined]);
    for (;;) {
      seen.push(all(feed, 'entry').map((entry) => textOf(entry, 'id')));
      expect(linkOf(feed, 'first')).toBe(first);
      const next = linkOf(feed, 'next');
      if (next === undefined) break;
      feed = await follow(next);
      expect(linkOf(feed, 'self')).toBe(next);
    }
    expect(seen.map((ids) => ids.length)).toEqual([50, 50, 30]);
    expect(new Set(seen.flat()).size).toBe(130);
    const back: string[][] = [];
    for (let previous = linkOf(feed, 'previous'); previous !== undefined; previous = linkOf(feed, 'previous')) {
      feed = await follow(previous);
      back.push(all(feed, 'entry').map((entry) => textOf(entry, 'id')));
    }
    expect(back).toEqual([seen[1], seen[0]]);
    const { next_url } = await json(params);
    expect(((await (await call(next_url!, { headers: ADMIN })).json()) as { items: unknown[] }).items).toHaveLength(50);
  });

  it.each(['branch', 'part of a branch'])('lead through a %s', async (what) => {
    const { url } = await createSite({ attackAfter: 0 });
    const root = await post({ url });
    const subject = what === 'branch' ? root : await post({ url, parent: root.id });
    const ids = [];
    for (let i = 0; i < 57; i++) ids.push((await post({ url, parent: subject.id, body: `${i}` })).id);
    const first = await json({ comment: subject.id });
    expect(bodies(first)).toEqual(Array.from({ length: 50 }, (_, i) => `${56 - i}`));
    const rest = await json({ comment: subject.id, after: first.items.at(-1)!.url!.slice(-26) });
    expect(bodies(rest)).toEqual(['6', '5', '4', '3', '2', '1', '0']);
    expect(rest.next_url).toBeUndefined();
    expect(bodies(await json({ comment: subject.id, before: ids[6]! }))).toEqual(bodies(first));
  });
});

describe('answers', () => {
  it('have their types, may be read from anywhere, and answer HEAD', async () => {
    const { url } = await createSite();
    await post({ url });
    for (const [format, type] of [
      ['atom', 'application/atom+xml; charset=utf-8'],
      ['json', 'application/feed+json; charset=utf-8'],
    ]) {
      const path = `/feed.${format}${query({ url })}`;
      for (const method of ['GET', 'HEAD', 'GET', 'HEAD']) {
        const answer = await call(path, { method, headers: { Origin: 'https://reader.example' } });
        expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, type]);
        expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
        expect(answer.headers.get('ETag')).toMatch(/^W\/"/);
        expect(Date.parse(answer.headers.get('Last-Modified')!)).toBeGreaterThan(0);
        expect((await answer.text()) === '').toBe(method === 'HEAD');
      }
    }
  });

  it.each([
    [{}, 400, 'invalid_request', 'site'],
    [{ page_id: 'x' }, 400, 'invalid_request', 'url'],
    [{ site: 'nowhere' }, 404, 'not_found', undefined],
    [{ comment: '0'.repeat(26) }, 404, 'not_found', undefined],
    [{ comment: '0'.repeat(26), site: 'x' }, 400, 'invalid_request', 'comment'],
    [{ comment: 'x' }, 400, 'invalid_request', 'comment'],
    [{ url: 'https://unlisted.example/' }, 403, 'origin_not_allowed', undefined],
    [{ url: 'x' }, 400, 'url_invalid', 'url'],
    [{ site: 'x', limit: '9' }, 400, 'invalid_request', 'limit'],
    [{ site: 'x', after: '0'.repeat(26), before: '0'.repeat(26) }, 400, 'invalid_request', 'before'],
  ])('refuse %j', async (params, status, code, field) => {
    for (const format of ['atom', 'json'] as const)
      expect(await problem(ask(format, params as Record<string, string>))).toEqual({
        status,
        code,
        ...(field && { field }),
      });
  });

  it('refuse a page of another site than the one named', async () => {
    const [{ site }, { url }] = [await createSite(), await createSite()];
    expect((await problem(ask('atom', { site, url }))).code).toBe('origin_not_allowed');
  });
});

describe('threats', () => {
  it('threat 7: rows put straight into D1 render harmless, in every feed they are in', async () => {
    const { site, url } = await createSite();
    const top = await post({ url });
    const { id } = await post({ url, parent: top.id });
    const html =
      '<script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)" rel="nofollow ugc noopener">x</a>]]></content>';
    await setRow(id, {
      html,
      author_name: '</name><script>\u0001',
      author_url: 'javascript:alert(1)',
      author_badge: '"><x' as never,
    });
    await bindings.DB.prepare('UPDATE pages SET title = ?, url = ? WHERE url = ?')
      .bind('</title><script>alert(1)</script>', 'javascript:alert(1)//https://x.example', url)
      .run();
    for (const params of [{ site }, { url }, { comment: top.id }] as Record<string, string>[]) {
      const text = await (await ask('atom', params)).text();
      expect(text).not.toMatch(/<script|<img|onerror=alert\(1\)>|<uri>/i);
      const feed = parseXml(text);
      const [entry] = all(feed, 'entry');
      for (const each of [feed, entry!, ...all(entry!, 'thr:in-reply-to')])
        for (const { attributes } of [each, ...all(each, 'link')])
          expect(attributes.href ?? 'https:').toMatch(/^https:/);
      expect(textOf(all(entry!, 'author')[0]!, 'name')).toBe('</name><script>');
      expect(all(entry!, 'content')[0]!.attributes.type).toBe('html');
      expect(textOf(entry!, 'content')).not.toMatch(/<script|<img|<a /);
      expect(linkOf(entry!, 'alternate')).toBeUndefined();
      const [item] = (await json(params)).items;
      expect(item!.content_html).not.toMatch(/<script|<img|<a /);
      expect([item!.url, item!.authors[0]!.url, item!.tags]).toEqual([undefined, undefined, undefined]);
    }
  });

  it('threat 13: no e-mail address leaves by a feed, nor anything made of one', async () => {
    const { site, url } = await createSite();
    const { id } = await post({ url, author: { name: 'Robin', email: 'robin@private.example' } });
    await setRow(id, { ip_hash: 'f'.repeat(32), net_hash: 'e'.repeat(32), author_id: 'k'.repeat(43) });
    for (const params of [{ site }, { url }, { comment: id }] as Record<string, string>[])
      for (const format of ['atom', 'json'] as const) {
        const text = await (await ask(format, params)).text();
        expect(text).not.toMatch(/private\.example|@|f{32}|e{32}|k{12}|<email/);
      }
  });

  it('threat 11: reading changes nothing, by GET or HEAD', async () => {
    const { site, url } = await createSite();
    await post({ url });
    const dump = async () =>
      JSON.stringify(
        await bindings.DB.batch(
          ['pages', 'comments', 'sites'].map((table) => bindings.DB.prepare(`SELECT * FROM ${table}`)),
        ).then((tables) => tables.map(({ results }) => results)),
      );
    const before = await dump();
    for (const method of ['GET', 'HEAD']) await call(`/feed.atom${query({ site })}`, { method });
    expect(await dump()).toBe(before);
  });
});
