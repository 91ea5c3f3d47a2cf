/** Two pages made one, and two again: nothing is lost, whatever is written, decided or interrupted meanwhile. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Comment } from '../../worker/contract';
import type { AdminPages, PageChanged, Undone } from '../../worker/contract-admin';
import type { CommentStatus } from '../../worker/db';
import { ask } from './admin';
import { ADMIN, bindings, call, createSite, draft, key as newKey, post, problem, query, send, thread } from './api';
import { createKey, type Key } from './key';
import { insertComments, newRowId } from './rows';
import { askWatched } from './watched';

let site: string;
let a: string;
let b: string;
beforeEach(async () => {
  const made = await createSite({ reactions: ['👍', '🎉'], votes: 'both' });
  site = made.site;
  [a, b] = ['/a', '/b'].map((path) => new URL(path, made.url).href) as [string, string];
});

const write = (url: string, body = 'Hello.', parent?: string): Promise<Comment> =>
  post({ url, body, ...(parent !== undefined && { parent }) }, ADMIN);
const idAt = async (url: string): Promise<string> => (await thread({ url })).page.id!;
const bodies = async (url: string) =>
  (await thread({ url, limit: 200 })).comments.map(({ html }) => html.replace(/<[^>]+>|\n/g, ''));
const tagOf = async (url: string) => (await call(`/thread${query({ url })}`, { headers: ADMIN })).headers.get('ETag');
async function done<T>(answer: Promise<Response>): Promise<T> {
  const response = await answer;
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}
const askMerge = (from: string, into: string, more: object = {}) =>
  ask('POST', `/admin/pages/${from}/merge`, { into, ...more });
async function merge(from: string, into: string): Promise<PageChanged & { requests: number }> {
  let answer = await done<PageChanged>(askMerge(from, into));
  let requests = 1;
  for (; answer.left; requests++) answer = await done<PageChanged>(askMerge(from, into, { batch: answer.batch }));
  return { ...answer, requests };
}
async function undo(batch: string | null): Promise<number> {
  let requests = 0;
  for (let left = true; left; requests++) ({ left } = await done<Undone>(ask('POST', `/admin/log/${batch}/undo`)));
  return requests;
}
/** The batch of the last decision: an undo's own. */
const lastBatch = () =>
  bindings.DB.prepare('SELECT batch FROM decisions WHERE site_id = ? ORDER BY id DESC LIMIT 1')
    .bind(site)
    .first<string>('batch') as Promise<string>;

/** Everything there is of the site, but versions of pages, which only ever rise. */
async function dump() {
  const all = async (sql: string) => (await bindings.DB.prepare(sql).bind(site).all()).results;
  return {
    pages: (await all('SELECT * FROM pages WHERE site_id = ? ORDER BY id')).map(({ version, ...page }) => page),
    aliases: await all('SELECT * FROM aliases WHERE site_id = ? ORDER BY key'),
    comments: await all('SELECT * FROM comments WHERE site_id = ? ORDER BY id'),
    reactions: await all(
      'SELECT r.* FROM reactions r JOIN pages p ON p.id = r.page_id WHERE p.site_id = ? ORDER BY page_id, person_id',
    ),
  };
}

/** Counters that do not say what there is, and branches in two places. */
async function findFaults(): Promise<unknown[]> {
  const { results } = await bindings.DB.prepare(`
    SELECT 'count' AS fault, p.id FROM pages p WHERE p.site_id = ?1 AND p.count <> (
      SELECT COUNT(*) FROM comments WHERE page_id = p.id AND status = 'approved')
    UNION ALL SELECT 'replies', c.id FROM comments c WHERE c.site_id = ?1 AND c.parent_id IS NULL AND c.replies <> (
      SELECT COUNT(*) FROM comments r WHERE r.root_id = c.id AND r.parent_id IS NOT NULL AND r.shown = 1)
    UNION ALL SELECT 'split', c.id FROM comments c JOIN comments r ON r.id = c.root_id
      WHERE c.site_id = ?1 AND c.page_id <> r.page_id
    UNION ALL SELECT 'alias chain', l.key FROM aliases l JOIN aliases m ON m.site_id = l.site_id AND m.key = l.target
      WHERE l.site_id = ?1`)
    .bind(site)
    .all();
  return results;
}

describe('merging pages', () => {
  it('has all comments of both on one page, at both addresses, with whole branches', async () => {
    const top = await write(a, 'a1');
    await write(b, 'b1');
    const reply = await write(a, 'a1.1', top.id);
    await write(a, 'a1.1.1', reply.id);
    await write(a, 'a2');
    const [from, into] = [await idAt(a), await idAt(b)];
    const tags = [await tagOf(a), await tagOf(b)];
    const merged = await merge(from, into);
    expect(merged).toMatchObject({ page: { id: into, count: 5 }, left: false, requests: 1 });
    for (const url of [a, b]) {
      expect(await bodies(url)).toEqual(['a1', 'a1.1', 'a1.1.1', 'b1', 'a2']);
      expect((await thread({ url })).page).toMatchObject({ id: into, url: b, count: 5 });
    }
    expect(new Set([...tags, await tagOf(a)]).size).toBe(3);
    expect(await tagOf(b)).toBe(await tagOf(a));
    const single = await (await call(`/comments/${reply.id}`)).json();
    expect(single).toMatchObject({ page: { id: into, url: b } });
    await write(a, 'a3');
    await write(b, 'a1.2', top.id);
    expect(await bodies(b)).toEqual(['a1', 'a1.1', 'a1.1.1', 'a1.2', 'b1', 'a2', 'a3']);
    expect(await findFaults()).toEqual([]);
  });

  it('is undone: what came returns, with what was replied since, and what was new stays', async () => {
    const top = await write(a, 'a1');
    await write(b, 'b1');
    const [from, into] = [await idAt(a), await idAt(b)];
    const { batch } = await merge(from, into);
    await write(a, 'a1.1', top.id);
    await write(a, 'new, by the old address');
    const tags = [await tagOf(a), await tagOf(b)];
    await undo(batch);
    expect(await bodies(a)).toEqual(['a1', 'a1.1']);
    expect(await bodies(b)).toEqual(['b1', 'new, by the old address']);
    expect(await tagOf(a)).not.toBe(tags[0]);
    expect(await tagOf(b)).not.toBe(tags[1]);
    expect(await findFaults()).toEqual([]);
    await undo(await lastBatch());
    expect(await bodies(a)).toEqual(['a1', 'a1.1', 'b1', 'new, by the old address']);
    expect(await findFaults()).toEqual([]);
  });

  it('takes 2,000 comments of every status in several requests, and undone leaves everything as it was', async () => {
    await write(a, 'first of a');
    await write(b, 'first of b');
    const [from, into] = [await idAt(a), await idAt(b)];
    const statuses: CommentStatus[] = ['approved', 'approved', 'pending', 'spam', 'trash', 'deleted'];
    const start = Date.now() - 10_000_000;
    const tops = await insertComments(
      Array.from({ length: 1000 }, (_, i) => ({
        site_id: site,
        page_id: i % 10 === 9 ? into : from,
        created_at: start + i,
        status: statuses[i % 6]!,
      })),
    );
    await insertComments(
      Array.from({ length: 1200 }, (_, i) => {
        const root = tops[i % 300]!;
        const id = newRowId(start + 5000 + i);
        const place = {
          site_id: site,
          page_id: root.page_id,
          parent_id: root.id,
          root_id: root.id,
          depth: 1,
          inline: 0,
        };
        return { id, ...place, status: statuses[(i * 7 + (i >> 4)) % 6]! };
      }),
    );
    await bindings.DB.batch(
      [
        `UPDATE comments SET shown = 1 WHERE site_id = ?1 AND parent_id IS NULL AND EXISTS (
          SELECT 1 FROM comments r WHERE r.root_id = comments.id AND r.parent_id IS NOT NULL AND r.status = 'approved')`,
        `UPDATE comments SET replies = (SELECT COUNT(*) FROM comments r
          WHERE r.root_id = comments.id AND r.parent_id IS NOT NULL AND r.shown = 1) WHERE site_id = ?1 AND parent_id IS NULL`,
        `UPDATE pages SET count = (SELECT COUNT(*) FROM comments WHERE page_id = pages.id AND status = 'approved')
          WHERE site_id = ?1`,
      ].map((sql) => bindings.DB.prepare(sql).bind(site)),
    );
    expect(await findFaults()).toEqual([]);
    const before = await dump();
    const { batch, requests } = await merge(from, into);
    expect(requests).toBeGreaterThan(2);
    const merged = await dump();
    expect(merged.comments.every(({ page_id }) => page_id === into)).toBe(true);
    expect(merged.comments.map(({ page_id, ...rest }) => rest)).toEqual(
      before.comments.map(({ page_id, ...rest }) => rest),
    );
    expect(merged.pages.find(({ id }) => id === from)).toMatchObject({ count: 0, merged_into: into });
    expect(await findFaults()).toEqual([]);
    expect(await undo(batch)).toBe(requests + 1);
    expect(await dump()).toEqual(before);
    await undo(await lastBatch());
    expect(await dump()).toEqual(merged);
  });

  it('takes all aliases along in one step, through merges of merges, and back', async () => {
    const urls = ['/a', '/b', '/c', '/d'].map((path) => new URL(path, a).href);
    const ids: string[] = [];
    for (const url of urls) {
      await write(url, url);
      ids.push(await idAt(url));
    }
    const states = [await dump()];
    const batches: (string | null)[] = [];
    for (const [from, into] of [
      [0, 1],
      [1, 2],
      [2, 3],
    ] as const) {
      batches.push((await merge(ids[from]!, ids[into]!)).batch);
      states.push(await dump());
      expect(await findFaults()).toEqual([]);
    }
    for (const url of urls) expect(await idAt(url)).toBe(ids[3]);
    // The first one cannot be taken back while its page is in another.
    expect(
      await problem(
        ask('POST', `/admin/log/${batches[0]}/undo`).then(async (first) => {
          return first.status === 200 ? ask('POST', `/admin/log/${batches[0]}/undo`) : first;
        }),
      ),
    ).toMatchObject({ code: 'conflict' });
    expect((await dump()).comments).toEqual(states[3]!.comments);
    for (const n of [2, 1]) {
      await undo(batches[n]!);
      expect(await dump()).toEqual(states[n]);
    }
  });

  it('goes on where it was left, also without its batch, and is listed until it is complete', async () => {
    await write(b, 'b');
    await write(a, 'a');
    const [from, into] = [await idAt(a), await idAt(b)];
    await insertComments(
      Array.from({ length: 700 }, () => ({ site_id: site, page_id: from, status: 'pending' as const })),
    );
    const first = await done<PageChanged>(askMerge(from, into));
    expect(first.left).toBe(true);
    const listed = async () =>
      (await done<AdminPages>(ask('GET', `/admin/pages${query({ site })}`))).pages.map(({ id }) => id);
    expect(await listed()).toEqual([from, into]);
    expect(await problem(askMerge(into, from))).toMatchObject({ code: 'conflict' });
    const c = new URL('/c', a).href;
    await write(c);
    expect(await problem(askMerge(into, await idAt(c)))).toMatchObject({ code: 'conflict' });
    expect(await problem(askMerge(from, into, { batch: newRowId() }))).toMatchObject({ field: 'batch' });
    const second = await done<PageChanged>(askMerge(from, into));
    expect(second).toMatchObject({ batch: first.batch, left: true });
    expect(await merge(from, into)).toMatchObject({ batch: first.batch, left: false });
    expect(await listed()).toEqual([into, await idAt(c)]);
  });

  it('refuses what is no other page of the same site', async () => {
    await write(a);
    await write(b);
    const [from, into] = [await idAt(a), await idAt(b)];
    const other = await createSite();
    await write(other.url);
    for (const wrong of [from, newRowId(), await idAt(other.url)])
      expect(await problem(askMerge(from, wrong))).toEqual({ status: 400, code: 'invalid_request', field: 'into' });
    expect(await problem(askMerge(from, into, { batch: newRowId() }))).toMatchObject({ field: 'batch' });
    expect(await problem(askMerge(newRowId(), into))).toMatchObject({ code: 'not_found' });
    await merge(from, into);
    await write(new URL('/c', a).href);
    const third = await idAt(new URL('/c', a).href);
    expect(await problem(askMerge(from, third))).toMatchObject({ code: 'conflict' });
    expect(await problem(askMerge(third, from))).toMatchObject({ code: 'conflict' });
    expect(await problem(ask('PATCH', `/admin/pages/${from}`, { locked: true }))).toMatchObject({ code: 'not_found' });
  });

  it('merges pages without comments, and of pending ones alone says nothing to anybody', async () => {
    await write(b);
    const held = (await createSite({ hold: true })).url;
    const [x, y] = [held, new URL('/y', held).href];
    await (await createKey()).post({ url: x });
    await (await createKey()).post({ url: y });
    const ids = async (url: string) =>
      (await bindings.DB.prepare('SELECT id FROM pages WHERE key = ?').bind(url).first<string>('id'))!;
    const { batch } = await merge(await ids(x), await ids(y));
    expect((await thread({ url: y })).page).toMatchObject({ id: null, count: 0 });
    await undo(batch);
    for (const url of [x, y]) expect((await thread({ url })).page).toMatchObject({ id: null, count: 0 });
  });
});

describe('threat 25: what happens while pages become one', () => {
  const during = async (body: object, meanwhile: () => Promise<unknown>) =>
    askWatched(await createKey(), 'POST', '/comments', body, meanwhile, { 'Idempotency-Key': newKey() });

  it('a comment posted to the old address arrives on the page that stays', async () => {
    await write(a, 'a1');
    await write(b, 'b1');
    const [from, into] = [await idAt(a), await idAt(b)];
    const { answer } = await during(draft({ url: a, body: 'late' }), () => merge(from, into));
    expect(answer.status).toBe(201);
    expect(await bodies(b)).toEqual(['a1', 'b1', 'late']);
    expect(await findFaults()).toEqual([]);
  });

  it('a reply to a branch that goes along arrives with it', async () => {
    const top = await write(a, 'a1');
    await write(b, 'b1');
    const [from, into] = [await idAt(a), await idAt(b)];
    const { answer } = await during(draft({ url: a, body: 'late', parent: top.id }), () => merge(from, into));
    expect(answer.status).toBe(201);
    expect(await bodies(b)).toEqual(['a1', 'late', 'b1']);
    expect(await findFaults()).toEqual([]);
  });

  it('a reply to a branch that is not there yet is asked to come again, and does', async () => {
    await write(b, 'b1');
    await write(a, 'a1');
    const [from, into] = [await idAt(a), await idAt(b)];
    await insertComments(
      Array.from({ length: 400 }, () => ({ site_id: site, page_id: from, status: 'spam' as const })),
    );
    const last = await write(a, 'a2');
    const { left } = await done<PageChanged>(askMerge(from, into));
    expect(left).toBe(true);
    const late = draft({ url: a, body: 'late', parent: last.id });
    const refused = await send(late);
    expect(refused.headers.get('Retry-After')).toBe('3');
    expect(await problem(refused)).toMatchObject({ status: 503, code: 'storage_unavailable' });
    await merge(from, into);
    expect((await send(late)).status).toBe(201);
    expect(await bodies(a)).toEqual(['b1', 'a1', 'a2', 'late']);
    expect(await findFaults()).toEqual([]);
  });

  it('a comment posted while a merge is undone arrives on the page of its address', async () => {
    await write(a, 'a1');
    await write(b, 'b1');
    const [from, into] = [await idAt(a), await idAt(b)];
    const { batch } = await merge(from, into);
    const { answer } = await during(draft({ url: b, body: 'late' }), () => undo(batch));
    expect(answer.status).toBe(201);
    expect(await bodies(b)).toEqual(['b1', 'late']);
    expect(await findFaults()).toEqual([]);
  });

  it('a comment that is edited or deleted by its writer counts where it is then', async () => {
    const me = await createKey();
    const [one, two] = [await me.post({ url: a, body: 'one' }), await me.post({ url: a, body: 'two, of me' })];
    await write(b, 'b1');
    const [from, into] = [await idAt(a), await idAt(b)];
    const { batch } = await merge(from, into);
    await askWatched(me, 'DELETE', `/comments/${one.id}`, undefined, () => undo(batch));
    expect(await findFaults()).toEqual([]);
    const tag = async () => [await tagOf(a), await tagOf(b)];
    const before = await tag();
    let moved: (string | null)[] = [];
    const edit = await askWatched(me, 'PATCH', `/comments/${two.id}`, { body: 'edited' }, async () => {
      await merge(from, into);
      moved = await tag();
    });
    expect(edit.answer.status).toBe(200);
    expect(await tag()).not.toEqual(moved);
    expect(moved).not.toEqual(before);
    expect(await bodies(b)).toEqual(['edited', 'b1']);
  });

  it('two merges at the same moment: one is refused, and nothing is stranded', async () => {
    const c = new URL('/c', a).href;
    for (const url of [a, b, c]) await write(url, url);
    const [x, y, z] = [await idAt(a), await idAt(b), await idAt(c)];
    const pairs = [
      [x, y],
      [y, z],
      [z, x],
      [x, z],
    ] as const;
    const answers = await Promise.all(pairs.map(([from, into]) => askMerge(from, into)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
    for (const [n, [from, into]] of pairs.entries()) {
      const { left }: Partial<PageChanged> = await answers[n]!.json();
      if (left) await merge(from, into);
    }
    const seen = new Set((await Promise.all([a, b, c].map(bodies))).flat());
    expect(seen).toEqual(new Set([a, b, c]));
    expect(await findFaults()).toEqual([]);
  });
});

describe('reactions of merged pages', () => {
  const shown = async (url: string) =>
    Object.fromEntries((await thread({ url })).page.reactions.map(({ value, count }) => [value, count]));

  it('come along of people who have none there, and return', async () => {
    const [p, q, r] = [await createKey(), await createKey(), await createKey()];
    const react = (who: Key, url: string, value: string | null) => who.ask('PUT', '/reaction', { url, value });
    await write(a);
    await write(b);
    await react(p, a, '👍');
    await react(q, a, '👍');
    await react(q, b, '🎉');
    await react(r, a, '🎉');
    const [from, into] = [await idAt(a), await idAt(b)];
    const before = await dump();
    const { batch } = await merge(from, into);
    expect(await shown(a)).toEqual({ '👍': 1, '🎉': 2 });
    await undo(batch);
    expect(await dump()).toEqual(before);
    expect(await shown(a)).toEqual({ '👍': 2, '🎉': 1 });
    expect(await shown(b)).toEqual({ '👍': 0, '🎉': 1 });
    await undo(await lastBatch());
    await react(r, a, '👍');
    await react(p, b, null);
    expect(await shown(b)).toEqual({ '👍': 1, '🎉': 1 });
    await undo(await lastBatch());
    expect(await shown(a)).toEqual({ '👍': 2, '🎉': 1 });
    expect(await shown(b)).toEqual({ '👍': 1, '🎉': 1 });
  });

  it('given while pages become one are counted on the page that stays', async () => {
    await write(a);
    await write(b);
    const [from, into] = [await idAt(a), await idAt(b)];
    const { answer } = await askWatched(await createKey(), 'PUT', '/reaction', { url: a, value: '👍' }, () =>
      merge(from, into),
    );
    expect(await answer.json()).toMatchObject({ value: '👍', reactions: [{ value: '👍', count: 1 }, { count: 0 }] });
    expect(await shown(b)).toEqual({ '👍': 1, '🎉': 0 });
  });
});
