/** Pages as those who run the site see and change them: listed, closed, renamed, moved, suspected to be one. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Thread } from '../../worker/contract';
import type { AdminPages, PageChanged, PageDuplicates, Undone } from '../../worker/contract-admin';
import { ask, bearer } from './admin';
import { ADMIN, bindings, call, createSite, draft, post, problem, query, send, thread } from './api';
import { createKey } from './key';
import { insertPage } from './rows';
import { askWatched } from './watched';

let site: string;
let url: string;
let origin: string;
beforeEach(async () => {
  ({ site, url } = await createSite());
  origin = new URL(url).origin;
});

const write = (path: string, body = 'Hello.') => post({ url: `${origin}${path}`, title: path, body }, ADMIN);
const list = async (params: Record<string, string> = {}): Promise<AdminPages> =>
  (await ask('GET', `/admin/pages${query({ site, ...params })}`)).json();
const pageAt = async (path: string) => (await thread({ url: `${origin}${path}` })).page;
const idAt = async (path: string) => (await pageAt(path)).id!;
async function done<T>(answer: Promise<Response>): Promise<T> {
  const response = await answer;
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}
const patch = (id: string, body: object) => done<PageChanged>(ask('PATCH', `/admin/pages/${id}`, body));
const move = (id: string, to: string) => ask('POST', `/admin/pages/${id}/move`, { url: to });
const undo = (batch: string | null) => done<Undone>(ask('POST', `/admin/log/${batch}/undo`));
const tagOf = async (path: string) =>
  (await call(`/thread${query({ url: `${origin}${path}` })}`, { headers: ADMIN })).headers.get('ETag');
const aliases = async () =>
  (await bindings.DB.prepare('SELECT key, target FROM aliases WHERE site_id = ? ORDER BY key').bind(site).all())
    .results;
const pageRow = (id: string) =>
  bindings.DB.prepare('SELECT key, url, title, locked, merged_into FROM pages WHERE id = ?').bind(id).first();
const logOf = async (batch: string | null) =>
  (
    await bindings.DB.prepare('SELECT id, action, reason, items FROM decisions WHERE batch = ? ORDER BY id')
      .bind(batch)
      .all<{ id: string; action: string; reason: string | null; items: string }>()
  ).results;

describe('the list of pages', () => {
  it('has all pages of the site in order of their keys, a part at a time', async () => {
    for (let i = 0; i < 60; i++) await insertPage(site, `p${String(i).padStart(2, '0')}`);
    const other = await createSite();
    await post({ url: other.url }, ADMIN);
    const first = await list();
    expect(first.pages).toHaveLength(50);
    const second = await list({ after: first.next! });
    expect(second.next).toBeNull();
    const urls = [...first.pages, ...second.pages].map((page) => page.url);
    expect(urls).toHaveLength(60);
    expect(urls).toEqual([...urls].sort());
    expect(Object.keys(first.pages[0]!).sort()).toEqual(['count', 'createdAt', 'id', 'locked', 'site', 'title', 'url']);
  });

  it('finds a text in address or title, whatever its case', async () => {
    await write('/Harbour');
    await write('/tide');
    await patch(await idAt('/tide'), { title: 'The harbour at night' });
    await write('/fog');
    expect((await list({ q: ' HARBOUR ' })).pages.map((page) => page.url)).toEqual([
      `${origin}/Harbour`,
      `${origin}/tide`,
    ]);
  });

  it.each(['%', '_', '*', '"', "'", '\\', '[a-z]', '?%', 'ta_e', '\u0000'])(
    'threat 23: takes %j for a text to be found as it stands',
    async (q) => {
      await write('/table');
      expect((await list({ q })).pages).toEqual([]);
      await patch(await idAt('/table'), { title: `About ${q} here` });
      expect((await list({ q })).pages).toHaveLength(q === '\u0000' ? 0 : 1);
    },
  );

  it('is for who may read, and tells a token of one site nothing of another', async () => {
    const { url: elsewhere, site: otherSite } = await createSite();
    await post({ url: elsewhere }, ADMIN);
    const id = (await thread({ url: elsewhere })).page.id;
    const mine = await bearer(['comments:read', 'pages:write'], site);
    expect((await ask('GET', `/admin/pages${query({ site })}`, undefined, mine)).status).toBe(200);
    for (const path of ['/admin/pages', '/admin/pages/duplicates'])
      expect(await problem(ask('GET', `${path}${query({ site: otherSite })}`, undefined, mine))).toMatchObject({
        code: 'scope_missing',
      });
    const into = (await write('/here').then(() => idAt('/here')))!;
    const hidden: [string, string, object][] = [
      ['PATCH', `/admin/pages/${id}`, { locked: true }],
      ['POST', `/admin/pages/${id}/move`, { url: `${origin}/new` }],
      ['POST', `/admin/pages/${id}/merge`, { into }],
    ];
    for (const [method, path, body] of hidden)
      expect(await problem(ask(method, path, body, mine)), path).toMatchObject({ code: 'not_found' });
    expect(await problem(ask('POST', `/admin/pages/${into}/merge`, { into: id }, mine))).toEqual({
      status: 400,
      code: 'invalid_request',
      field: 'into',
    });
    const reader = await bearer(['comments:read', 'comments:moderate'], site);
    for (const [method, path, body] of hidden)
      expect(await problem(ask(method, path, body, reader))).toMatchObject({ code: 'scope_missing' });
  });
});

describe('closing a page', () => {
  it('refuses whoever writes, until it is opened again; the log has both', async () => {
    await write('/a');
    const id = await idAt('/a');
    const before = await tagOf('/a');
    const closed = await patch(id, { locked: true, reason: 'It got late.' });
    expect(closed).toMatchObject({ page: { id, locked: true }, left: false });
    expect(await tagOf('/a')).not.toBe(before);
    expect((await pageAt('/a')).locked).toBe(true);
    expect(await problem(send(draft({ url: `${origin}/a` })))).toMatchObject({ code: 'page_locked' });
    const [line] = await logOf(closed.batch);
    expect(line).toMatchObject({ id: closed.batch, action: 'page.lock', reason: 'It got late.' });
    expect(JSON.parse(line!.items)).toEqual([{ id, before: { locked: false }, after: { locked: true } }]);
    expect(await patch(id, { locked: true })).toMatchObject({ batch: null });
    const opened = await patch(id, { locked: false });
    expect((await logOf(opened.batch)).map(({ action }) => action)).toEqual(['page.unlock']);
    expect((await send(draft({ url: `${origin}/a` }))).status).toBe(201);
  });

  it('is undone and done again, and not when somebody opened it since', async () => {
    await write('/a');
    const id = await idAt('/a');
    const { batch } = await patch(id, { locked: true });
    expect(await undo(batch)).toEqual({ changed: 1, skipped: 0, left: false });
    expect((await pageAt('/a')).locked).toBe(false);
    await patch(id, { locked: true });
    await patch(id, { locked: false });
    const again = await patch(id, { locked: true });
    await patch(id, { locked: false });
    expect(await problem(ask('POST', `/admin/log/${again.batch}/undo`))).toMatchObject({ code: 'conflict' });
    expect((await pageAt('/a')).locked).toBe(false);
  });
});

describe('renaming a page', () => {
  it('shows the new title everywhere, one line of plain text, and is undone', async () => {
    await write('/a');
    const id = await idAt('/a');
    const tag = await tagOf('/a');
    const { page, batch } = await patch(id, { title: ' High\u202E \n tide ' });
    expect(page.title).toBe('High tide');
    expect(await pageAt('/a')).toMatchObject({ title: 'High tide' });
    expect(await tagOf('/a')).not.toBe(tag);
    await undo(batch);
    expect((await pageAt('/a')).title).toBe('/a');
    expect((await patch(id, { title: null })).page.title).toBeNull();
  });

  it('together with closing is one batch', async () => {
    await write('/a');
    const { batch } = await patch(await idAt('/a'), { title: 'New', locked: true });
    expect((await logOf(batch)).map(({ action }) => action).sort()).toEqual(['page.lock', 'page.rename']);
    while ((await undo(batch)).left);
    expect(await pageAt('/a')).toMatchObject({ title: '/a', locked: false });
  });

  it.each([
    [{}, 'locked'],
    [{ title: '' }, 'title'],
    [{ title: '\u2066\u2066' }, 'title'],
    [{ title: 'x'.repeat(301) }, 'title'],
    [{ locked: 1 }, 'locked'],
    [{ count: 5 }, 'count'],
  ])('refuses %j', async (body, field) => {
    await write('/a');
    expect(await problem(ask('PATCH', `/admin/pages/${await idAt('/a')}`, body))).toEqual({
      status: 400,
      code: 'invalid_request',
      field,
    });
  });

  it('tells nothing of a page on which nothing can be seen yet', async () => {
    const id = await insertPage(site, 'quiet');
    await bindings.DB.prepare('UPDATE pages SET key = ?2, url = ?2 WHERE id = ?1').bind(id, `${origin}/quiet`).run();
    await patch(id, { title: 'Secret' });
    expect(await pageAt('/quiet')).toMatchObject({ id: null, title: null });
  });
});

describe('moving a page', () => {
  it('leads from the old address to the new one, for reading, writing and counting', async () => {
    await write('/old');
    const id = await idAt('/old');
    const tag = await tagOf('/old');
    const { page, batch } = await done<PageChanged>(move(id, `${origin}/new/?utm_source=x`));
    expect(page).toMatchObject({ id, url: `${origin}/new/` });
    expect(await logOf(batch)).toMatchObject([{ action: 'page.move' }]);
    await write('/old', 'From the old address.');
    await write('/new', 'From the new one.');
    for (const path of ['/old', '/new']) {
      const { page, comments }: Thread = await thread({ url: `${origin}${path}` });
      expect(page).toMatchObject({ id, count: 3, url: `${origin}/new/` });
      expect(comments).toHaveLength(3);
    }
    expect(await (await call(`/counts${query({ url: [`${origin}/old`, `${origin}/new`] })}`)).json()).toEqual({
      counts: [3, 3],
    });
    expect(await tagOf('/new')).not.toBe(tag);
  });

  it('takes along all addresses that led there, however often it moves, and comes back', async () => {
    await write('/one');
    const id = await idAt('/one');
    const batches: (string | null)[] = [];
    for (const path of ['/two', '/three', '/one', '/four'])
      batches.push((await done<PageChanged>(move(id, `${origin}${path}`))).batch);
    expect(await aliases()).toEqual(
      ['/one', '/three', '/two'].map((path) => ({ key: `${origin}${path}`, target: `${origin}/four` })),
    );
    for (const path of ['/one', '/two', '/three', '/four']) expect(await idAt(path)).toBe(id);
    for (const batch of batches.reverse()) expect(await undo(batch)).toMatchObject({ changed: 1 });
    expect(await aliases()).toEqual([]);
    expect(await pageRow(id)).toMatchObject({ key: `${origin}/one`, url: `${origin}/one` });
    expect(await pageAt('/two')).toMatchObject({ id: null });
  });

  it('undone, has aliases that came meanwhile lead where the page is', async () => {
    await write('/a');
    await write('/b');
    const [a, b] = [await idAt('/a'), await idAt('/b')];
    const { batch } = await done<PageChanged>(move(a, `${origin}/moved`));
    await done(ask('POST', `/admin/pages/${b}/merge`, { into: a }));
    expect(await undo(batch)).toMatchObject({ changed: 1 });
    for (const path of ['/a', '/b']) expect(await idAt(path)).toBe(a);
    expect(await aliases()).toEqual([{ key: `${origin}/b`, target: `${origin}/a` }]);
  });

  it('changes the address alone when the new one means the same page', async () => {
    await write('/a');
    const id = await idAt('/a');
    const { page, batch } = await done<PageChanged>(move(id, `http://www.${new URL(origin).host}/a/`));
    expect(page.url).toBe(`http://www.${new URL(origin).host}/a/`);
    expect(await aliases()).toEqual([]);
    expect(await done(move(id, page.url))).toMatchObject({ batch: null });
    await undo(batch);
    expect(await pageAt('/a')).toMatchObject({ url: `${origin}/a` });
  });

  it('refuses an address that is taken, leads elsewhere, or is not of the site', async () => {
    for (const path of ['/a', '/b', '/c']) await write(path);
    const [a, b, c] = [await idAt('/a'), await idAt('/b'), await idAt('/c')];
    const conflict = { status: 409, code: 'conflict', field: 'url' };
    expect(await problem(move(a, `${origin}/b`))).toEqual(conflict);
    await done(move(b, `${origin}/d`));
    expect(await problem(move(a, `${origin}/b`))).toEqual(conflict);
    await done(ask('POST', `/admin/pages/${c}/merge`, { into: a }));
    expect(await problem(move(a, `${origin}/c`))).toEqual(conflict);
    expect(await problem(move(c, `${origin}/e`))).toMatchObject({ code: 'not_found' });
    const other = await createSite();
    for (const to of [other.url, 'https://nobody.example/'])
      expect(await problem(move(a, to))).toEqual({ status: 400, code: 'invalid_request', field: 'url' });
    expect(await problem(move(a, 'nowhere'))).toMatchObject({ code: 'url_invalid', field: 'url' });
    expect(await problem(move(a, 'ftp://x.example/'))).toMatchObject({ code: 'url_not_http', field: 'url' });
    expect(await problem(move('0'.repeat(26), `${origin}/e`))).toMatchObject({ code: 'not_found' });
    expect(await idAt('/a')).toBe(a);
  });

  it('threat 25: loses no comment that is posted while the page moves', async () => {
    await write('/old');
    const id = await idAt('/old');
    const key = await createKey();
    const { answer } = await askWatched(
      key,
      'POST',
      '/comments',
      draft({ url: `${origin}/old`, body: 'In between.' }),
      () => done(move(id, `${origin}/new`)),
      { 'Idempotency-Key': crypto.randomUUID() },
    );
    expect(answer.status).toBe(201);
    expect((await thread({ url: `${origin}/new` })).comments).toHaveLength(2);
    expect(await bindings.DB.prepare('SELECT COUNT(*) AS n FROM pages WHERE site_id = ?').bind(site).first('n')).toBe(
      1,
    );
  });
});

describe('suspected duplicates', () => {
  const duplicates = async () =>
    ((await (await ask('GET', `/admin/pages/duplicates${query({ site })}`)).json()) as PageDuplicates).groups.map(
      ({ reason, pages }) => [reason, ...pages.map((page) => page.url.replace(origin, ''))],
    );

  it('are pages whose addresses differ by little', async () => {
    const paths = ['/Story', '/story', '/story?page=2', '/story/amp', '/story.html', '/other', '/story?id=7'];
    for (const path of paths) await write(path);
    for (const path of paths) await patch(await idAt(path), { title: path });
    expect(await duplicates()).toEqual([['address', '/Story', '/story', '/story.html', '/story/amp', '/story?page=2']]);
  });

  it('are pages of one title, unless it is that of the whole site', async () => {
    for (let i = 0; i < 12; i++) await patch(await write(`/n${i}`).then(() => idAt(`/n${i}`)), { title: 'My notes' });
    for (const [path, title] of [
      ['/x', 'On  Rain'],
      ['/y', 'on rain'],
      ['/z', 'On snow'],
    ] as const)
      await patch(await write(path).then(() => idAt(path)), { title });
    expect(await duplicates()).toEqual([['title', '/x', '/y']]);
  });

  it('are none any more once they are one', async () => {
    await write('/story');
    await write('/STORY');
    expect(await duplicates()).toHaveLength(1);
    await done(ask('POST', `/admin/pages/${await idAt('/STORY')}/merge`, { into: await idAt('/story') }));
    expect(await duplicates()).toEqual([]);
    expect((await list()).pages).toHaveLength(1);
  });
});
