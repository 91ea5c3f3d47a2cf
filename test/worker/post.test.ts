/** Writing: what is accepted, refused, kept once, and counted. */
import { describe, expect, it } from 'vitest';
import { ADMIN, bindings, call, createSite, draft, key, post, problem, query, send, setRow, thread } from './api';
import { watchDatabase } from './watched';

const rows = async (site: string) =>
  (
    await bindings.DB.prepare(
      'SELECT c.* FROM comments c JOIN pages p ON p.id = c.page_id WHERE p.site_id = ? ORDER BY c.id',
    )
      .bind(site)
      .all<Record<string, unknown>>()
  ).results;

describe('posting', () => {
  it('needs a name and a body, keeps source and HTML, and answers with what everybody may see', async () => {
    const { site, url } = await createSite();
    const made = await post({
      url,
      body: 'Hi *you* :)',
      author: { name: '  Noor\u202e  Ali ', email: 'noor@mail.example', url: 'noor.example/me' },
    });
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-z]{26}$/),
      parent: null,
      depth: 0,
      author: {
        id: null,
        name: 'Noor Ali',
        url: 'https://noor.example/me',
        avatar: null,
        badge: null,
        verified: null,
      },
      html: '<p>Hi <em>you</em> 🙂</p>\n',
      status: 'approved',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      editedAt: null,
      votes: 0,
      pinned: false,
      more: null,
    });
    expect(await rows(site)).toMatchObject([
      { body: 'Hi *you* :)', html_version: 1, author_email: 'noor@mail.example' },
    ]);
    expect((await thread({ url })).comments).toEqual([made]);
  });

  it('names the field that is wrong', async () => {
    const { url } = await createSite();
    const author = { name: 'Noor' };
    const cases: [unknown, string | undefined][] = [
      [{ body: 'x', author }, 'url'],
      [{ url, author }, 'body'],
      [{ url, body: 'x' }, 'author'],
      [{ url, body: 'x', author: {} }, 'author.name'],
      [{ url, body: 7, author }, 'body'],
      [{ url, body: null, author }, 'body'],
      [{ url, body: ' \n\u200b\u3164\u0301 ', author }, 'body'],
      [{ url, body: 'x'.repeat(10_001), author }, 'body'],
      [{ url, body: `e${'\u0301'.repeat(30_000)}`, author }, 'body'],
      [{ url, body: 'x', author: { name: '\u200b\u202e' } }, 'author.name'],
      [{ url, body: 'x', author: { name: 'x'.repeat(81) } }, 'author.name'],
      [{ url, body: 'x', author: { name: 'x', email: 'nobody' } }, 'author.email'],
      [{ url, body: 'x', author: { name: 'x', email: 'a@b.example\r\nBcc: c@d.example' } }, 'author.email'],
      [{ url, body: 'x', author: { name: 'x', url: 'javascript:alert(1)' } }, 'author.url'],
      [{ url, body: 'x', author: { name: 'x', url: 'java\nscript:alert(1)' } }, 'author.url'],
      [{ url, body: 'x', author: { name: 'x', url: 'data:text/html,x' } }, 'author.url'],
      [{ url, body: 'x', author: { name: 'x', url: 'https://a:b@c.example' } }, 'author.url'],
      [{ url, body: 'x', author: { name: 'x', badge: 'author' } }, 'author.badge'],
      [{ url, body: 'x', author: { name: 'x', admin: true } }, 'author.admin'],
      [{ url, body: 'x', author, createdAt: '2020-01-01T00:00:00.000Z' }, 'createdAt'],
      [{ url, body: 'x', author, status: 'approved' }, 'status'],
      [{ url, body: 'x', author, parent: 'x' }, 'parent'],
      [{ url, body: 'x', author, title: 'x'.repeat(301) }, 'title'],
      [{ url, body: 'x', author, pageId: ' ' }, 'pageId'],
      [[], 'url'],
      ['"text"', undefined],
      ['null', undefined],
    ];
    for (const [body, field] of cases) {
      const answer = await problem(send(body));
      expect([JSON.stringify(body).slice(0, 80), answer]).toEqual([
        JSON.stringify(body).slice(0, 80),
        { status: 400, code: 'invalid_request', ...(field !== undefined && { field }) },
      ]);
    }
  });

  it('counts characters as a person does', async () => {
    const { url } = await createSite();
    expect((await send(draft({ url, author: { name: '👩‍👩‍👧‍👦'.repeat(80) } }))).status).toBe(201);
    expect(await problem(send(draft({ url, author: { name: '👩‍👩‍👧‍👦'.repeat(81) } })))).toMatchObject({
      field: 'author.name',
    });
  });

  it('refuses what is not JSON in UTF-8, too large, or of another type', async () => {
    const { url } = await createSite();
    expect(await problem(send('{"url":'))).toEqual({ status: 400, code: 'invalid_json' });
    expect(await problem(send(draft({ url }), { 'Content-Type': 'text/plain' }))).toEqual({
      status: 415,
      code: 'unsupported_media_type',
    });
    expect(await problem(send(draft({ url, body: 'x'.repeat(70_000) })))).toEqual({
      status: 413,
      code: 'body_too_large',
    });
    const bytes = new Uint8Array([0x7b, 0xff, 0x7d]);
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key() };
    expect(await problem(call('/comments', { method: 'POST', body: bytes, headers }))).toEqual({
      status: 400,
      code: 'invalid_json',
    });
  });

  it('stores lone surrogates and NULs as replacement characters', async () => {
    const { url } = await createSite();
    const answer = await send(`{"url":"${url}","body":"a\\ud800b\\u0000c","author":{"name":"x"}}`);
    expect(await answer.json()).toMatchObject({ html: '<p>a�b�c</p>\n' });
  });

  it('can require an e-mail address and a website', async () => {
    const { url } = await createSite({ requireEmail: true, requireUrl: true });
    expect((await thread({ url })).required).toEqual(['email', 'url']);
    expect(await problem(send(draft({ url })))).toMatchObject({ field: 'author.email' });
    expect(await problem(send(draft({ url, author: { name: 'x', email: 'a@b.example' } })))).toMatchObject({
      field: 'author.url',
    });
    const author = { name: 'x', email: 'a@b.example', url: 'b.example' };
    expect((await send(draft({ url, author }))).status).toBe(201);
  });

  it('holds every comment where the site says so, and shows it to nobody else', async () => {
    const { url } = await createSite({ hold: true });
    const held = await post({ url });
    expect(held.status).toBe('pending');
    expect(await thread({ url })).toMatchObject({ page: { id: null, count: 0 }, comments: [] });
    expect(await problem(call(`/comments/${held.id}`))).toEqual({ status: 404, code: 'not_found' });
  });

  it('is closed on a locked page', async () => {
    const { url } = await createSite();
    await post({ url });
    await bindings.DB.prepare('UPDATE pages SET locked = 1 WHERE url = ?').bind(url).run();
    expect(await problem(send(draft({ url })))).toEqual({ status: 403, code: 'page_locked' });
    expect((await thread({ url })).page.locked).toBe(true);
  });

  it('lets the owner, by token, set the time and a badge, and refuses a wrong token', async () => {
    const { url } = await createSite();
    const createdAt = '2020-01-01T00:00:00.000Z';
    const made = await post({ url, createdAt, author: { name: 'Mara', badge: 'author' } }, ADMIN);
    expect(made).toMatchObject({ createdAt, author: { badge: 'author' } });
    const later = await post({ url });
    expect(made.id < later.id).toBe(true);
    for (const odd of ['1960-01-01T00:00:00.000Z', '2026-01-01T25:00:00.000Z', '2026-01-01', ''])
      expect(await problem(send(draft({ url, createdAt: odd }), ADMIN))).toEqual({
        status: 400,
        code: 'invalid_request',
        field: 'createdAt',
      });
    for (const Authorization of ['Bearer wrong', 'Bearer ', 'Basic eDp5', `Bearer ${bindings.ADMIN_TOKEN}x`])
      expect(await problem(send(draft({ url }), { Authorization }))).toEqual({ status: 401, code: 'unauthorized' });
  });
});

describe('idempotency', () => {
  it('answers the same key and body alike, and writes one row', async () => {
    const { site, url } = await createSite();
    const headers = { 'Idempotency-Key': key() };
    const [first, second] = [await post({ url }, headers), await post({ url }, headers)];
    expect(second).toEqual(first);
    expect(await rows(site)).toHaveLength(1);
    expect((await thread({ url })).page.count).toBe(1);
  });

  it('refuses the same key with another body', async () => {
    const { url } = await createSite();
    const headers = { 'Idempotency-Key': key() };
    await post({ url }, headers);
    expect(await problem(send(draft({ url, body: 'Other.' }), headers))).toEqual({
      status: 422,
      code: 'idempotency_key_reused',
      field: 'Idempotency-Key',
    });
  });

  it('needs a key', async () => {
    const { url } = await createSite();
    for (const bad of ['', 'short', 'x'.repeat(65), 'with spaces in the key'])
      expect(await problem(send(draft({ url }), { 'Idempotency-Key': bad }))).toEqual({
        status: 400,
        code: 'idempotency_key_required',
        field: 'Idempotency-Key',
      });
  });

  it('holds when everything is sent ten times at once', async () => {
    const { site, url } = await createSite();
    const headers = { 'Idempotency-Key': key() };
    const made = await Promise.all(Array.from({ length: 10 }, () => post({ url }, headers)));
    expect(new Set(made.map((c) => c.id)).size).toBe(1);
    expect(await rows(site)).toHaveLength(1);
    expect((await thread({ url })).page).toMatchObject({ count: 1 });
  });

  it('gives birth to one page when ten first comments arrive at once', async () => {
    const { site, url } = await createSite();
    await Promise.all(Array.from({ length: 10 }, (_, i) => post({ url, body: `${i}` })));
    expect(await rows(site)).toHaveLength(10);
    expect((await thread({ url })).page.count).toBe(10);
  });
});

describe('threats', () => {
  it('threat 3: a body at the limit is stored whole, one beyond is refused before rendering, none is cut', async () => {
    const { site, url } = await createSite();
    const body = `${'é😀'.repeat(4_990)}<b title='`;
    const made = await post({ url, body });
    expect((await rows(site))[0]!.body).toBe(body);
    expect(made.html.endsWith("&lt;b title='</p>\n")).toBe(true);
    expect(await problem(send(draft({ url, body: 'é'.repeat(10_001) })))).toMatchObject({ field: 'body' });
  });

  it('threat 4: markup in name, website, title and page id comes out as text or not at all', async () => {
    const { url } = await createSite();
    const made = await post({
      url,
      title: '<img src=x onerror=alert(1)>',
      author: { name: '<script>alert(1)</script>', url: 'https://x.example/"onmouseover="alert(1)' },
    });
    expect(made.author).toMatchObject({
      name: '<script>alert(1)</script>',
      url: 'https://x.example/%22onmouseover=%22alert(1)',
    });
  });

  it('threat 7: hostile rows put straight into D1 come out harmless', async () => {
    const { url } = await createSite();
    const made = await post({ url });
    await setRow(made.id, {
      html: '<p>x<img src=x onerror=alert(1)><script>alert(1)</script><a href="javascript:alert(1)">y</a></p></div>',
      author_url: 'javascript:alert(1)',
      author_badge: '<b>boss</b>',
    });
    const [shown] = (await thread({ url })).comments;
    expect(shown!.html).not.toMatch(/<(img|script|\/?div)|<a [^>]*javascript/);
    expect(shown!.author).toMatchObject({ url: null, badge: null });
  });

  it('threat 11: GET and HEAD never change anything', async () => {
    const { site, url } = await createSite();
    await post({ url });
    const before = JSON.stringify(await rows(site));
    for (const method of ['GET', 'HEAD'])
      for (const path of [
        '/comments',
        `/thread${query({ url: `${url}/unborn` })}`,
        `/comments/${(await thread({ url })).comments[0]!.id}`,
      ])
        await call(path, { method });
    expect(JSON.stringify(await rows(site))).toBe(before);
    expect(await bindings.DB.prepare("SELECT COUNT(*) AS n FROM pages WHERE url LIKE '%unborn'").first('n')).toBe(0);
  });

  it('threat 13: no public answer has a key beyond the contract, nor an e-mail or address hash', async () => {
    const { url } = await createSite();
    const author = { name: 'x', email: 'secret@mail.example' };
    const made = await post({ url, author }, { 'CF-Connecting-IP': '203.0.113.9' });
    await post({ url, parent: made.id });
    const answers = [
      await (await call(`/thread${query({ url })}`)).text(),
      await (await call(`/comments/${made.id}`)).text(),
      await (await call(`/comments/${made.id}/replies`)).text(),
      JSON.stringify(made),
    ];
    const hash = (await bindings.DB.prepare('SELECT ip_hash FROM comments WHERE id = ?')
      .bind(made.id)
      .first('ip_hash')) as string;
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    for (const text of answers) expect(text).not.toMatch(new RegExp(`secret|mail\\.example|${hash}|203\\.0`));
    const keys = (value: unknown): string[] =>
      value && typeof value === 'object'
        ? Object.entries(value).flatMap(([k, v]) => (/^\d+$/.test(k) ? keys(v) : [k, ...keys(v)]))
        : [];
    const comment =
      'id parent depth author name url avatar badge verified html status createdAt editedAt votes pinned more';
    const page = 'page id url title count locked reactions';
    const seen = (text: string) => new Set(keys(JSON.parse(text)));
    expect(seen(answers[0]!)).toEqual(new Set(`${page} sort votes required comments next ${comment}`.split(' ')));
    expect(seen(answers[1]!)).toEqual(new Set(`${page} comment ancestors ${comment}`.split(' ')));
    expect(seen(answers[2]!)).toEqual(new Set(`comments next ${comment}`.split(' ')));
    expect(seen(answers[3]!)).toEqual(new Set(comment.split(' ')));
  });

  it('threat 14: only CF-Connecting-IP tells the address', async () => {
    const { url } = await createSite();
    const hashOf = async (headers: Record<string, string>) => {
      const { id } = await post({ url }, headers);
      return bindings.DB.prepare('SELECT ip_hash FROM comments WHERE id = ?').bind(id).first('ip_hash');
    };
    const real = { 'CF-Connecting-IP': '203.0.113.1' };
    const plain = await hashOf(real);
    expect(
      await hashOf({
        ...real,
        'X-Forwarded-For': '198.51.100.7',
        'X-Real-IP': '198.51.100.7',
        Forwarded: 'for=198.51.100.7',
      }),
    ).toBe(plain);
    expect(await hashOf({ 'CF-Connecting-IP': '203.0.113.2' })).not.toBe(plain);
  });

  it('threat 16: no parent from another page or site, none that is pending, spam, trashed, deleted or absent', async () => {
    const { url } = await createSite();
    const other = await createSite();
    const unavailable = { status: 409, code: 'parent_unavailable', field: 'parent' };
    const foreign = await post({ url: other.url });
    const elsewhere = await post({ url: `${url}/2` });
    const here = await post({ url });
    for (const parent of [foreign.id, elsewhere.id, '01hzzzzzzzzzzzzzzzzzzzzzzz'])
      expect(await problem(send(draft({ url, parent })))).toEqual(unavailable);
    for (const status of ['pending', 'spam', 'trash', 'deleted'] as const) {
      await setRow(here.id, { status });
      expect(await problem(send(draft({ url, parent: here.id })))).toEqual(unavailable);
    }
  });

  it('threat 18: no ambient credentials, JSON only, and the Origin must be of the site', async () => {
    const { url } = await createSite();
    const own = new URL(url).origin;
    expect((await send(draft({ url }), { Origin: own })).status).toBe(201);
    for (const Origin of ['https://evil.example', 'null', `${own}.evil.example`, own.replace('https', 'ftp')]) {
      const refused = { status: 403, code: 'origin_not_allowed' };
      expect(await problem(send(draft({ url }), { Origin }))).toEqual(refused);
      expect(await problem(call(`/thread${query({ url })}`, { headers: { Origin } }))).toEqual(refused);
      expect(await problem(call(`/counts${query({ url })}`, { headers: { Origin } }))).toEqual(refused);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect((await send(draft({ url }), { 'Content-Type': type })).status).toBe(415);
    const answer = await call(`/thread${query({ url })}`, { headers: { Origin: own } });
    expect(answer.headers.get('Access-Control-Allow-Credentials')).toBeNull();
    expect(answer.headers.get('Set-Cookie')).toBeNull();
  });

  it('threat 25: a pending comment changes no id, count, ETag or order that others see', async () => {
    const { url } = await createSite();
    const a = await post({ url });
    const read = () => call(`/thread${query({ url })}`, { headers: ADMIN });
    const before = await read();
    await bindings.DB.prepare(
      `UPDATE sites SET settings = '{"hold":true}' WHERE id = (SELECT site_id FROM pages WHERE url = ?)`,
    )
      .bind(url)
      .run();
    await post({ url });
    await post({ url, parent: a.id });
    const after = await read();
    expect(after.headers.get('ETag')).toBe(before.headers.get('ETag'));
    expect(await after.text()).toBe(await before.text());
  });

  it('threat 25: a parent removed, or a page locked, between look and write stops the comment', async () => {
    const { site, url } = await createSite();
    const parent = await post({ url });
    // The database changes under the worker between its two round trips: the first batch passes, then the world moves.
    const race = (sql: string) => watchDatabase({ trips: 0, written: 0 }, () => bindings.DB.prepare(sql).run());
    const removed = race(`UPDATE comments SET status = 'deleted' WHERE id = '${parent.id}'`);
    expect(await problem(send(draft({ url, parent: parent.id }), {}, { DB: removed }))).toMatchObject({
      code: 'parent_unavailable',
    });
    const locked = race(`UPDATE pages SET locked = 1 WHERE url = '${url}'`);
    expect(await problem(send(draft({ url }), {}, { DB: locked }))).toMatchObject({ code: 'page_locked' });
    expect(await rows(site)).toHaveLength(1);
  });

  it('threat 25: ids sort by creation and their random part does not repeat', async () => {
    const { url } = await createSite();
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) ids.push((await post({ url })).id);
    expect(new Set(ids.map((id) => id.slice(10))).size).toBe(20);
    const times = ids.map((id) => id.slice(0, 10));
    expect(times).toEqual([...times].sort());
  });

  it('threat 21: without strong secrets nothing is written, and the answer says how to set them', async () => {
    const { url } = await createSite();
    for (const AUTH_SECRET of [undefined, 'short', 'a'.repeat(40)]) {
      const answer = await send(draft({ url }), {}, { AUTH_SECRET } as never);
      expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
        503,
        expect.stringContaining('wrangler secret put AUTH_SECRET'),
      ]);
    }
  });
});
