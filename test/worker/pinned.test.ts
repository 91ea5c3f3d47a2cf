/** What is pinned comes first in its thread, in every order, at the price of a few rows. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Comment, CommentInContext, OwnComments, Sort, Thread } from '../../worker/contract';
import { ask } from './admin';
import { ADMIN, bill, bindings, call, createSite, post, query, replies, setRow, thread } from './api';
import { createKey } from './key';

let url: string;
beforeEach(async () => {
  ({ url } = await createSite({ votes: 'both' }));
});
const SORTS: Sort[] = ['oldest', 'newest', 'best'];

const write = (body: string, parent?: string) => post({ url, body, ...(parent !== undefined && { parent }) }, ADMIN);
async function pin(id: string, pinned = true): Promise<void> {
  const answer = await ask('PATCH', `/admin/comments/${id}`, { pinned });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
}
const texts = (comments: Comment[]) => comments.map(({ html }) => html.replace(/<[^>]+>|\n/g, ''));
const read = async (params: Record<string, string | number> = {}): Promise<Thread> => thread({ url, ...params });

describe('a pinned comment', () => {
  it.each(SORTS)('comes first with its replies in order of %s, once', async (sort) => {
    await write('1');
    const two = await write('2');
    await write('2.1', two.id);
    const three = await write('3');
    await setRow(three.id, { up: 9, score: 0.7 });
    const before = texts((await read({ sort })).comments);
    await pin(two.id);
    const { comments } = await read({ sort });
    expect(texts(comments)).toEqual(['2', '2.1', ...before.filter((text) => !text.startsWith('2'))]);
    expect(comments.map(({ pinned }) => pinned)).toEqual([true, false, false, false]);
    await pin(two.id, false);
    expect(texts((await read({ sort })).comments)).toEqual(before);
  });

  it.each(SORTS)('from far behind comes alone, in order of %s, and at its own place later', async (sort) => {
    const all: Comment[] = [];
    for (let i = 0; i < 30; i++) all.push(await write(`${i}`));
    const far = all[sort === 'oldest' ? 25 : 5]!;
    for (const comment of all) await setRow(comment.id, { score: comment === far ? 0.1 : 0.5 });
    const reply = await write('reply', far.id);
    await pin(far.id);
    const first = await read({ sort, limit: 10 });
    expect(first.comments[0]).toMatchObject({ id: far.id, pinned: true, more: { count: 1, after: far.id } });
    expect(first.comments).toHaveLength(11);
    expect((await replies(far.id, { after: first.comments[0]!.more!.after })).comments[0]!.id).toBe(reply.id);
    const seen = first.comments.slice(1).map(({ id }) => id);
    for (let next = first.next; next !== null; ) {
      const part = await read({ sort, limit: 10, after: next });
      seen.push(...part.comments.map(({ id }) => id));
      next = part.next;
    }
    expect(seen.sort()).toEqual([...all.map(({ id }) => id), reply.id].sort());
  });

  it.each(SORTS)('whose branch does not fit any more waits for its place, in order of %s', async (sort) => {
    const all: Comment[] = [];
    for (let i = 0; i < 10; i++) all.push(await write(`${i}`));
    const last = all[sort === 'oldest' ? 9 : 0]!;
    for (const comment of all) await setRow(comment.id, { score: comment === last ? 0.1 : 0.5 });
    for (let i = 0; i < 7; i++) await write(`r${i}`, last.id);
    await pin(last.id);
    const first = await read({ sort, limit: 10 });
    expect(first.comments).toHaveLength(10);
    expect(first.comments[0]).toMatchObject({ id: last.id, more: { count: 7, after: last.id } });
    const second = await read({ sort, limit: 10, after: first.next! });
    expect(second.comments[0]).toMatchObject({ id: last.id, more: { count: 2 } });
    expect(second.comments).toHaveLength(6);
  });

  it.each(SORTS)('costs one round trip and few rows, in order of %s', async (sort) => {
    const all: Comment[] = [];
    for (let i = 0; i < 25; i++) all.push(await write(`${i}`));
    const middle = all[12]!;
    for (let i = 0; i < 6; i++) await write(`r${i}`, middle.id);
    await bindings.DB.prepare("INSERT INTO aliases SELECT site_id, key || '/old', key FROM pages WHERE key = ?")
      .bind(url)
      .run();
    const count = async (path: string, etag?: string) => {
      const answer = await call(`/thread${query({ url: path, sort, limit: 20 })}`, {
        headers: { ...ADMIN, ...(etag !== undefined && { 'If-None-Match': etag }) },
      });
      const { trips, read: rows, written } = bill(answer);
      const returned = answer.status === 304 ? 0 : ((await answer.json()) as Thread).comments.length;
      // `best` goes by two indexes to each top-level comment, as without.
      const steps = sort === 'best' ? 2 * returned : 0;
      expect({ trips, written }).toEqual({ trips: 1, written: 0 });
      expect(rows - returned - steps).toBeLessThanOrEqual(10);
      return answer.headers.get('ETag')!;
    };
    await count(url);
    const plain = await count(`${url}/old`);
    await pin(middle.id);
    const pinned = await count(url);
    await count(`${url}/old`);
    expect(pinned).not.toBe(plain);
    expect(await count(url, pinned)).toBe(pinned);
    await pin(all[sort === 'oldest' ? 24 : 0]!.id);
    await count(`${url}/old`);
  });

  it('is named wherever it is shown, and by its writer’s own list', async () => {
    const me = await createKey();
    const mine = await me.post({ url, body: 'mine' });
    expect(mine.pinned).toBe(false);
    await pin(mine.id);
    const single: CommentInContext = await (await call(`/comments/${mine.id}`)).json();
    expect(single.comment.pinned).toBe(true);
    const own: OwnComments = await (await me.ask('GET', `/me/comments${query({ url })}`)).json();
    expect(own.comments[0]!.comment.pinned).toBe(true);
    const edited: Comment = await (await me.ask('PATCH', `/comments/${mine.id}`, { body: 'still mine' })).json();
    expect(edited.pinned).toBe(true);
  });

  it('that is removed, held, or on another page is none', async () => {
    const one = await write('1');
    const two = await write('2');
    await write('2.1', two.id);
    const gone: Parameters<typeof setRow>[1][] = [
      { status: 'deleted' },
      { status: 'pending', shown: 0 },
      { page_id: (await post({ url: `${url}/other` }, ADMIN)).id },
    ];
    for (const row of gone) {
      await pin(two.id);
      const { page_id } = (await bindings.DB.prepare('SELECT page_id FROM comments WHERE id = ?')
        .bind(two.id)
        .first())!;
      if (row.page_id !== undefined)
        row.page_id = (await bindings.DB.prepare("SELECT id FROM pages WHERE key LIKE '%/other'").first(
          'id',
        )) as string;
      await setRow(two.id, row);
      const { comments } = await read();
      expect(comments[0]!.id).toBe(one.id);
      expect(comments.some(({ pinned }) => pinned)).toBe(false);
      await setRow(two.id, { status: 'approved', shown: 1, page_id: page_id as string });
    }
  });

  it('makes an old copy of a thread stale', async () => {
    const one = await write('1');
    const tag = async () => (await call(`/thread${query({ url })}`, { headers: ADMIN })).headers.get('ETag')!;
    const before = await tag();
    await pin(one.id);
    const headers = { ...ADMIN, 'If-None-Match': before };
    expect((await call(`/thread${query({ url })}`, { headers })).status).toBe(200);
    expect(
      (await call(`/thread${query({ url })}`, { headers: { ...ADMIN, 'If-None-Match': await tag() } })).status,
    ).toBe(304);
  });
});
