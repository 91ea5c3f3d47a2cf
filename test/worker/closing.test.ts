/** A conversation that closes by its page's age: for everything that writes, in everything that reads. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Comment, CommentInContext, Thread } from '../../worker/contract';
import { ADMIN, bill, bindings, call, createSite, draft, post, problem, query, send, thread } from './api';
import { createKey, type Key } from './key';

const DAY_MS = 86_400_000;
let site: string;
let url: string;
let me: Key;
let mine: Comment;
beforeEach(async () => {
  ({ site, url } = await createSite({ closeAfter: 14, votes: 'both', reactions: ['👍'], editWindow: 43_200 }));
  me = await createKey();
  mine = await me.post({ url });
});
/** Days since the page's first comment. */
const age = (days: number) =>
  bindings.DB.prepare('UPDATE pages SET created_at = ? WHERE site_id = ?')
    .bind(Date.now() - days * DAY_MS, site)
    .run();
const ask = (headers: Record<string, string> = {}) =>
  call(`/thread${query({ url })}`, { headers: { ...ADMIN, ...headers } });

describe('a page that is older than its site allows', () => {
  it('takes no comments and no replies, and says so where it is read', async () => {
    await age(13.9);
    expect((await thread({ url })).page.locked).toBe(false);
    expect((await send(draft({ url, parent: mine.id }))).status).toBe(201);
    await age(14.1);
    expect((await thread({ url })).page.locked).toBe(true);
    for (const body of [draft({ url }), draft({ url, parent: mine.id })])
      expect(await problem(send(body))).toMatchObject({ status: 403, code: 'page_locked' });
    const single: CommentInContext = await (await call(`/comments/${mine.id}`)).json();
    expect(single.page.locked).toBe(true);
  });

  it('closes to those who edit, not to those who take back, vote and react', async () => {
    const other = await createKey();
    await age(15);
    const edit = () => me.ask('PATCH', `/comments/${mine.id}`, { body: 'changed' });
    expect(await problem(edit())).toMatchObject({ code: 'page_locked' });
    await age(1);
    expect((await edit()).status).toBe(200);
    await age(15);
    expect((await other.ask('PUT', `/comments/${mine.id}/vote`, { value: 1 })).status).toBe(200);
    expect((await other.ask('PUT', '/reaction', { url, value: '👍' })).status).toBe(200);
    expect((await other.ask('POST', `/comments/${mine.id}/flags`, { reason: 'spam' })).status).toBe(201);
    expect((await me.ask('DELETE', `/comments/${mine.id}`)).status).toBe(200);
  });

  it('makes an old copy of its thread stale by its age alone, for whoever asks', async () => {
    const open = await ask();
    const tag = open.headers.get('ETag')!;
    expect((await ask({ 'If-None-Match': tag })).status).toBe(304);
    await age(15);
    const closed = await ask({ 'If-None-Match': tag });
    expect(closed.status).toBe(200);
    const { page, comments }: Thread = await closed.json();
    expect(page).toMatchObject({ locked: true, count: 1 });
    expect(comments).toHaveLength(1);
    const again = await ask({ 'If-None-Match': closed.headers.get('ETag')! });
    expect(again.status).toBe(304);
    expect(bill(again)).toMatchObject({ trips: 1 });
    expect(bill(again).read).toBeLessThanOrEqual(10);
  });

  it('is open on a site that never closes, and one that nobody wrote on yet is nowhere closed', async () => {
    const { url: always, site: other } = await createSite();
    await post({ url: always }, ADMIN);
    await bindings.DB.prepare('UPDATE pages SET created_at = 0 WHERE site_id = ?').bind(other).run();
    expect((await thread({ url: always })).page.locked).toBe(false);
    expect((await send(draft({ url: always }))).status).toBe(201);
    expect((await thread({ url: `${url}/new` })).page.locked).toBe(false);
    expect((await send(draft({ url: `${url}/new` }))).status).toBe(201);
  });
});
