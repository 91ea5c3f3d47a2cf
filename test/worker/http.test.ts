/** What every request passes: caching, limits, errors, budgets, and the description of it all. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { app } from '../../worker/app';
import { ERRORS } from '../../worker/contract';
import { ENDPOINTS } from '../../worker/endpoints';
import worker from '../../worker/index';
import { ADMIN, bill, bindings, call, createSite, draft, post, problem, query, send, setRow } from './api';

describe('caching', () => {
  it('answers a conditional read of an unchanged page with 304 from its row alone', async () => {
    const { url } = await createSite();
    for (let i = 0; i < 8; i++) await post({ url });
    const read = (headers = {}) => call(`/thread${query({ url })}`, { headers: { ...ADMIN, ...headers } });
    const ETag = (await read()).headers.get('ETag')!;
    const again = await read({ 'If-None-Match': ETag });
    expect([again.status, await again.text(), again.headers.get('ETag')]).toEqual([304, '', ETag]);
    expect(bill(again).read).toBeLessThanOrEqual(6);
    await post({ url });
    expect((await read({ 'If-None-Match': ETag })).status).toBe(200);
  });

  it('changes the ETag when the settings of the site change', async () => {
    const { site, url } = await createSite();
    await post({ url });
    const read = () => call(`/thread${query({ url })}`, { headers: ADMIN });
    const before = (await read()).headers.get('ETag');
    await bindings.DB.prepare('UPDATE sites SET version = version + 1 WHERE id = ?').bind(site).run();
    expect((await read()).headers.get('ETag')).not.toBe(before);
  });

  it('serves a busy page from the edge without asking D1 again, conditionally or not', async () => {
    const { url } = await createSite();
    await post({ url });
    const path = `/thread${query({ url })}`;
    const first = await call(path);
    expect(first.headers.get('Cache-Control')).toBe('public, max-age=0, s-maxage=5');
    const broken = {
      DB: {
        withSession: () => {
          throw new Error('D1 was asked');
        },
      },
    } as never;
    const second = await call(path, {}, broken);
    expect([second.status, await second.text()]).toEqual([200, await first.text()]);
    for (const answer of [first, second]) expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
    const ETag = first.headers.get('ETag')!;
    expect((await call(path, { headers: { 'If-None-Match': ETag } }, broken)).status).toBe(304);
    const otherPath = `${path}&limit=20`;
    expect((await call(otherPath, { headers: { 'If-None-Match': ETag } })).status).toBe(304);
    expect((await call(otherPath, { headers: { 'If-None-Match': ETag } }, broken)).status).toBe(304);
  });

  it('shows a writer their own comment at once: a read with the bookmark of the write passes the cache by', async () => {
    const { url } = await createSite();
    const path = `/thread${query({ url })}`;
    await call(path);
    const written = await send(draft({ url }));
    const bookmark = written.headers.get('Afterword-Bookmark')!;
    const stale = (await (await call(path)).json()) as { comments: unknown[] };
    const own = await call(`/thread${query({ url, bookmark })}`);
    expect(stale.comments).toHaveLength(0);
    expect(((await own.json()) as { comments: unknown[] }).comments).toHaveLength(1);
    expect(own.headers.get('Cache-Control')).toBe('private, no-cache');
  });

  it('keeps no error', async () => {
    const path = `/thread${query({ url: 'https://unlisted.example/' })}`;
    expect((await problem(call(path))).code).toBe('origin_not_allowed');
    await createSite({}, 'unlisted.example');
    expect((await call(path)).status).toBe(200);
  });

  it('is not shared between origins', async () => {
    const { url } = await createSite();
    const read = (Origin: string) => call(`/thread${query({ url })}`, { headers: { Origin } });
    expect((await read(new URL(url).origin)).status).toBe(200);
    expect((await read('https://evil.example')).status).toBe(403);
  });

  it('needs no preflight for reading, and allows one for writing', async () => {
    const { url } = await createSite();
    const read = await call(`/thread${query({ url })}`, { headers: { Origin: new URL(url).origin } });
    expect(read.headers.get('Access-Control-Allow-Origin')).toBe('*');
    const refused = await call(`/thread${query({ url: 'x' })}`);
    expect([refused.status, refused.headers.get('Access-Control-Allow-Origin')]).toEqual([400, '*']);
    const asked = await call('/comments', { method: 'OPTIONS', headers: { Origin: new URL(url).origin } });
    expect([asked.status, asked.headers.get('Access-Control-Allow-Headers')]).toEqual([
      204,
      'Content-Type, Idempotency-Key, Authorization, DPoP, Afterword-Work, Afterword-Turnstile',
    ]);
  });
});

describe('limits', () => {
  const limiterThat = (success: boolean) => ({ limit: async () => ({ success }) }) as unknown as RateLimit;
  it.each([
    ['POST_LIMIT', (url: string, over: object) => send(draft({ url }), {}, over)],
    ['READ_LIMIT', (url: string, over: object) => call(`/thread${query({ url })}`, {}, over)],
  ] as const)('%s answers 429 with Retry-After', async (name, request) => {
    const { url } = await createSite();
    const answer = await request(url, { [name]: limiterThat(false) });
    expect(answer.headers.get('Retry-After')).toBe('60');
    expect(await problem(answer)).toEqual({ status: 429, code: 'rate_limited' });
  });

  it('counts false tokens and proofs like any other request, and the owner’s own never', async () => {
    const { url } = await createSite();
    const over = { READ_LIMIT: limiterThat(false) };
    const read = (headers: Record<string, string>) => call(`/thread${query({ url })}`, { headers }, over);
    for (const headers of [{ Authorization: 'Bearer wrong' }, { DPoP: 'x' }, { Authorization: 'DPoP x', DPoP: 'x' }])
      expect((await problem(read(headers as never))).code).toBe('rate_limited');
    expect((await read(ADMIN)).status).toBe(200);
    expect((await problem(call(`/thread${query({ url })}`, { headers: { Authorization: 'Bearer wrong' } }))).code).toBe(
      'unauthorized',
    );
  });

  it('asks the binding by client address, so that one client does not use up another’s share', async () => {
    const { url } = await createSite();
    const keys: string[] = [];
    const POST_LIMIT = {
      limit: async ({ key }: { key: string }) => ({ success: keys.push(key) > 0 }),
    } as unknown as RateLimit;
    for (const ip of ['203.0.113.1', '203.0.113.2'])
      await send(draft({ url }), { 'CF-Connecting-IP': ip }, { POST_LIMIT });
    expect(keys).toEqual(['203.0.113.1', '203.0.113.2']);
  });
});

describe('when D1 fails', () => {
  it('answers 503 with Retry-After to reading and writing, and nothing is half written', async () => {
    const { site, url } = await createSite();
    await post({ url });
    await bindings.DB.exec('ALTER TABLE aliases RENAME TO gone');
    const answer = await send(draft({ url }));
    await bindings.DB.exec('ALTER TABLE gone RENAME TO aliases');
    expect(answer.headers.get('Retry-After')).toBe('5');
    expect(await problem(answer)).toEqual({ status: 503, code: 'storage_unavailable' });
    // The last statement of the write fails: the transaction takes comment and counters back.
    await bindings.DB.exec("CREATE TRIGGER no BEFORE UPDATE ON pages BEGIN SELECT RAISE(ABORT, 'disk'); END");
    expect(await problem(send(draft({ url })))).toEqual({ status: 503, code: 'storage_unavailable' });
    await bindings.DB.exec('DROP TRIGGER no');
    const state = await bindings.DB.prepare(
      'SELECT p.count, (SELECT COUNT(*) FROM comments c WHERE c.page_id = p.id) AS n FROM pages p WHERE site_id = ?',
    )
      .bind(site)
      .first();
    expect(state).toEqual({ count: 1, n: 1 });
  });
});

describe('budgets', () => {
  it('reads a thread in one round trip, with rows read within 10 of rows returned', async () => {
    const { url } = await createSite({ attackAfter: 0 });
    for (let i = 0; i < 30; i++) {
      const root = await post({ url });
      for (let j = 0; j < (i % 4) * 3; j++) await post({ url, parent: root.id });
    }
    for (const sort of ['oldest', 'newest']) {
      let after: string | null = '';
      while (after !== null) {
        const answer = await call(`/thread${query({ url, sort, limit: 20, ...(after && { after }) })}`, {
          headers: ADMIN,
        });
        const { trips, read } = bill(answer);
        const body = (await answer.json()) as { comments: unknown[]; next: string | null };
        expect([trips, read - body.comments.length <= 10]).toEqual([1, true]);
        after = body.next;
      }
    }
  });

  it('reads no more of a page with 3,000 comments than of one with 30', async () => {
    const cost = async (count: number) => {
      const { url } = await createSite();
      const { id } = await post({ url });
      const page = await bindings.DB.prepare('SELECT page_id FROM comments WHERE id = ?').bind(id).first('page_id');
      const ids = Array.from({ length: count }, (_, i) => `01${String(i).padStart(8, '0')}${String(page).slice(10)}`);
      await bindings.DB.prepare(
        `INSERT INTO comments (id, page_id, root_id, depth, status, shown, inline, author_name, body, html, html_version, created_at)
         SELECT value, ?, value, 0, 'approved', 1, 1, 'x', 'x', '<p>x</p>', 1, 0 FROM json_each(?)`,
      )
        .bind(page, JSON.stringify(ids))
        .run();
      return Promise.all(
        ['oldest', 'newest', 'best'].map(
          async (sort) => bill(await call(`/thread${query({ url, sort, limit: 20 })}`, { headers: ADMIN })).read,
        ),
      );
    };
    expect(await cost(3000)).toEqual(await cost(30));
  });

  it('reads replies and ancestors by index, whatever else the database holds', async () => {
    const { url } = await createSite({ attackAfter: 0 });
    const root = await post({ url });
    const middle = await post({ url, parent: root.id });
    let deepest = middle;
    for (let i = 0; i < 10; i++) deepest = await post({ url, parent: deepest.id });
    for (let i = 0; i < 40; i++) await post({ url: `${url}/other` });
    const cost = async (path: string) => bill(await call(path, { headers: ADMIN })).read;
    expect(await cost(`/comments/${root.id}/replies`)).toBeLessThanOrEqual(11 + 10);
    expect(await cost(`/comments/${middle.id}/replies`)).toBeLessThanOrEqual(10 * 4 + 10);
    expect(await cost(`/comments/${deepest.id}`)).toBeLessThanOrEqual(11 * 2 + 10);
  });

  it('posts in two round trips and at most 12 rows written', async () => {
    const { url } = await createSite();
    const first = await send(draft({ url }), ADMIN);
    const root = (await first.clone().json()) as { id: string };
    const reply = await send(draft({ url, parent: root.id }), ADMIN);
    for (const answer of [first, reply]) {
      expect(bill(answer).trips).toBe(2);
      expect(bill(answer).written).toBeLessThanOrEqual(12);
    }
  });

  it('tells the bill to the owner only', async () => {
    const { url } = await createSite();
    expect((await call(`/thread${query({ url })}`)).headers.get('Server-Timing')).toBeNull();
  });
});

describe('the nightly purge', () => {
  it('forgets address hashes and idempotency keys after 30 days, and nothing else', async () => {
    const { url } = await createSite();
    const old = await post({ url, createdAt: new Date(Date.now() - 31 * 86_400_000).toISOString() }, ADMIN);
    await setRow(old.id, { ip_hash: 'x', net_hash: 'y' });
    const recent = await post({ url });
    await worker.scheduled(
      { scheduledTime: Date.now(), cron: '47 * * * *', noRetry() {}, type: 'scheduled' } as never,
      env as never,
    );
    const kept = await bindings.DB.prepare(
      'SELECT ip_hash, net_hash, receipt_key, receipt_print, body FROM comments WHERE id IN (?, ?) ORDER BY id',
    )
      .bind(old.id, recent.id)
      .all();
    const hash = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(kept.results).toEqual([
      { ip_hash: null, net_hash: null, receipt_key: null, receipt_print: null, body: 'Hello.' },
      {
        ip_hash: hash,
        net_hash: hash,
        receipt_key: expect.any(String),
        receipt_print: expect.any(String),
        body: 'Hello.',
      },
    ]);
  });
});

describe('the description', () => {
  it('has every mounted endpoint and no other', () => {
    const mounted = app.routes
      .filter((r) => r.method !== 'ALL' && r.path.startsWith('/api/v1'))
      .map((r) => `${r.method} ${r.path.replace('/api/v1', '').replace(/:(\w+)/g, '{$1}')}`);
    expect([...new Set(mounted)].sort()).toEqual(ENDPOINTS.map((e) => `${e.method.toUpperCase()} ${e.path}`).sort());
  });

  it('names every error code', async () => {
    const text = await (await call('https://comments.test/openapi.json')).text();
    for (const code of Object.keys(ERRORS)) expect(text).toContain(`\`${code}\``);
  });

  it('answers healthz, and seals every answer', async () => {
    const answer = await call('https://comments.test/healthz');
    expect(await answer.json()).toEqual({ ok: true });
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(answer.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
  });
});

describe('hostile input', () => {
  it('never causes a 5xx', async () => {
    const { url } = await createSite({ attackAfter: 0 });
    const odd = [
      '',
      ' ',
      '\0',
      '%',
      "'",
      '"',
      '\\',
      '😀',
      '‮',
      '../..',
      '#{x}',
      '-1',
      '1e309',
      '__proto__',
      'constructor',
      'x'.repeat(3000),
    ];
    for (const value of odd) {
      for (const name of ['url', 'site', 'page_id', 'sort', 'limit', 'after', 'bookmark', value || 'empty']) {
        const read = await call(`/thread${query({ url, [name]: value })}`);
        expect([name, value, read.status < 500]).toEqual([name, value, true]);
      }
      for (const field of ['url', 'site', 'pageId', 'title', 'parent', 'body', 'author', 'createdAt', '__proto__'])
        for (const sent of [value, [value], { [value]: value }, 1, null, true]) {
          const answer = await send(
            `${JSON.stringify({ ...draft({ url }), [field]: undefined }).slice(0, -1)},"${field}":${JSON.stringify(sent)}}`,
          );
          expect([field, sent, answer.status < 500]).toEqual([field, sent, true]);
        }
    }
  });

  it('threat 23: % and _ match nothing but themselves', async () => {
    const { url } = await createSite();
    await post({ url: `${url}/a_b` });
    const answer = await call(`/counts${query({ url: [`${url}/a%25b`, `${url}/aXb`, `${url}/%25`, `${url}/a_b`] })}`);
    expect(await answer.json()).toEqual({ counts: [0, 0, 0, 1] });
  });
});
