/** What moderators change about a comment besides its status: text and author, pin, lock, the page it is on. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { AdminComment } from '../../worker/contract-admin';
import { timePrefix } from '../../worker/ids';
import { ADMIN, bill, bindings, call, createSite, post, problem, query, replies, send, thread } from './api';
import { expectCounted } from './counted';
import { createKey } from './key';
import { askEdit, askMove, createToken, decide, edit, move, readLog, rows, undo } from './moderator';

let site: string;
let url: string;
beforeEach(async () => {
  ({ site, url } = await createSite());
});
const write = (body: string, over: object = {}) => post({ url, body, ...over }, ADMIN);
const etag = async (of = url) => (await call(`/thread${query({ url: of })}`, { headers: ADMIN })).headers.get('ETag');
const commentOf = async (id: string) => (await thread({ url })).comments.find((comment) => comment.id === id)!;

describe('an edit by a moderator', () => {
  it('changes text and author, renders it, and everybody sees it', async () => {
    const { id } = await write('Before.', { author: { name: 'Mika', url: 'https://mika.example' } });
    const before = await etag();
    const change = { body: 'After, **bold**.', name: '  Nico\u202e ', url: 'nico.example' };
    const edited = await edit(id, { ...change, reason: 'Asked for.' });
    expect(edited).toMatchObject({
      body: change.body,
      html: '<p>After, <strong>bold</strong>.</p>\n',
      author: { name: 'Nico', url: 'https://nico.example/' },
      editedAt: expect.any(String),
    });
    expect(await commentOf(id)).toMatchObject({
      html: edited.html,
      author: { name: 'Nico' },
      editedAt: edited.editedAt,
    });
    expect(await etag()).not.toBe(before);
    expect((await readLog({ comment: id })).decisions).toMatchObject([
      {
        action: 'edit',
        reason: 'Asked for.',
        items: [
          {
            id,
            before: { body: 'Before.', editedAt: null, name: 'Mika', url: 'https://mika.example/' },
            after: { body: change.body, name: 'Nico', url: 'https://nico.example/' },
          },
        ],
      },
    ]);
  });

  it('that changes nothing is none', async () => {
    const { id } = await write('Same.', { author: { name: 'Mika' } });
    const before = await etag();
    for (const same of [{}, { body: 'Same.', name: 'Mika', url: null, pinned: false, locked: false }])
      expect((await edit(id, same)).editedAt).toBeNull();
    expect(await etag()).toBe(before);
    expect((await readLog({ comment: id })).decisions).toEqual([]);
  });

  it('of what waits leaves the page as it was', async () => {
    await write('Seen.');
    const { id } = await write('Held.');
    await decide({ action: 'hold', ids: [id] });
    const before = await etag();
    expect(await edit(id, { body: 'Still held.' })).toMatchObject({ status: 'pending', body: 'Still held.' });
    expect(await etag()).toBe(before);
  });

  it('is found by its new words', async () => {
    const { id } = await write('An elephant.');
    const find = async (q: string) => {
      const answer = await call(`/admin/comments${query({ site, q })}`, { headers: ADMIN });
      return ((await answer.json()) as { comments: AdminComment[] }).comments.map((comment) => comment.id);
    };
    expect(await find('elephant')).toEqual([id]);
    await edit(id, { body: 'A giraffe.' });
    expect([await find('elephant'), await find('giraffe')]).toEqual([[], [id]]);
    await undo((await readLog({ comment: id })).decisions[0]!.batch);
    expect([await find('elephant'), await find('giraffe')]).toEqual([[id], []]);
  });

  it('loses to what its writer did at the same moment', async () => {
    const { id } = await write('Before.');
    const answers = await Promise.all([1, 2, 3].map((n) => askEdit(id, { body: `By moderator ${n}.` })));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(200);
    expect(statuses.every((status) => status === 200 || status === 409)).toBe(true);
    const log = await readLog({ comment: id });
    expect(log.decisions).toHaveLength(statuses.filter((status) => status === 200).length);
  });

  it('leaves no word of it in the log once its writer has deleted it, or is forgotten', async () => {
    const me = await createKey();
    const [one, two] = [
      await me.post({ url, body: 'SECRET, one of two' }),
      await me.post({ url, body: 'Other SECRET' }),
    ];
    for (const { id } of [one, two]) await edit(id, { body: 'Cleaned by hand.', name: 'Nobody' });
    await undo((await readLog({ comment: two.id })).decisions[0]!.batch);
    const secrets = () => rows("SELECT action FROM decisions WHERE site_id = ? AND instr(items, 'SECRET') > 0", site);
    expect((await secrets()).length).toBe(3);
    await me.ask('DELETE', `/comments/${two.id}`);
    expect(await secrets()).toEqual([{ action: 'edit' }]);
    expect((await problem(askUndoOf(two.id))).code).toBe('conflict');
    await me.ask('DELETE', `/comments/${one.id}`);
    expect(await secrets()).toEqual([]);
    expect((await readLog({ comment: one.id })).decisions).toMatchObject([
      { action: 'edit', items: [{ id: one.id, before: null, after: null }] },
    ]);
  });
  const askUndoOf = async (id: string) => {
    const { batch } = (await readLog({ comment: id })).decisions[0]!;
    return call(`/admin/log/${batch}/undo`, { method: 'POST', headers: ADMIN });
  };

  it.each([
    [{ body: '' }, 'body'],
    [{ name: '\u202e \u2066' }, 'name'],
    [{ name: 'x'.repeat(81) }, 'name'],
    [{ url: 'javascript:alert(1)' }, 'url'],
    [{ url: 'data:text/html,x' }, 'url'],
    [{ pinned: 1 }, 'pinned'],
    [{ status: 'approved' }, 'status'],
    [{ author: { name: 'x' } }, 'author'],
  ])('refuses %o', async (change, field) => {
    const { id } = await write('Stays.');
    expect(await problem(askEdit(id, change))).toEqual({ status: 400, code: 'invalid_request', field });
    expect((await commentOf(id)).html).toBe('<p>Stays.</p>\n');
  });

  it('is of the sites of a grant alone, and not of what was deleted', async () => {
    const other = await createSite();
    const theirs = await post({ url: other.url }, ADMIN);
    const token = (await createToken(['comments:moderate'], site)) as typeof ADMIN;
    expect((await problem(askEdit(theirs.id, { body: 'x' }, token))).code).toBe('not_found');
    expect((await problem(askMove(theirs.id, url, token))).code).toBe('not_found');
    expect((await problem(askEdit('nothing', { body: 'x' }))).code).toBe('not_found');
    const mine = await write('Gone.');
    await decide({ action: 'delete', ids: [mine.id] });
    for (const change of [{ body: 'Back.' }, { name: 'Back' }, { pinned: true }])
      expect((await problem(askEdit(mine.id, change))).code).toBe('conflict');
    expect(await rows('SELECT body, author_name FROM comments WHERE id = ?', mine.id)).toEqual([
      { body: '', author_name: '' },
    ]);
  });

  it('threat 4: renders hostile text harmless, whoever sends it', async () => {
    const { id } = await write('Before.');
    const { html, author } = await edit(id, {
      body: '<img src=x onerror=alert(1)> [x](javascript:alert(1)) <script>alert(1)</script>',
      name: '<b onclick=alert(1)>Mika</b>',
    });
    expect(html).not.toMatch(/<(script|img)|href="javascript/);
    expect(author.name).toBe('<b onclick=alert(1)>Mika</b>');
  });
});

describe('a pin', () => {
  const pinned = () => rows<{ pinned: string | null }>('SELECT pinned FROM pages WHERE site_id = ?', site);

  it('is one a page, and of approved top-level comments', async () => {
    const [one, two] = [await write('One.'), await write('Two.')];
    const reply = await write('Reply.', { parent: one.id });
    const before = await etag();
    expect(await edit(one.id, { pinned: true })).toMatchObject({ pinned: true });
    expect(await etag()).not.toBe(before);
    expect(await edit(two.id, { pinned: true })).toMatchObject({ pinned: true });
    expect(await pinned()).toEqual([{ pinned: two.id }]);
    expect(await problem(askEdit(reply.id, { pinned: true }))).toEqual({
      status: 409,
      code: 'conflict',
      field: 'pinned',
    });
    await decide({ action: 'hold', ids: [one.id] });
    expect(await problem(askEdit(one.id, { pinned: true }))).toEqual({
      status: 409,
      code: 'conflict',
      field: 'pinned',
    });
    expect(await edit(two.id, { pinned: false })).toMatchObject({ pinned: false });
    expect(await pinned()).toEqual([{ pinned: null }]);
    await decide({ action: 'approve', ids: [one.id] });
    const batches = (await readLog({ site })).decisions
      .filter(({ action }) => /pin/.test(action))
      .map(({ batch }) => batch);
    for (const batch of batches.slice(0, 2)) await undo(batch);
    expect(await pinned()).toEqual([{ pinned: one.id }]);
  });
});

describe('a locked branch', () => {
  it('takes no replies until it is opened again', async () => {
    const top = await write('Top.');
    const reply = await write('Reply.', { parent: top.id });
    const aside = await write('Aside.');
    expect(await edit(top.id, { locked: true })).toMatchObject({ locked: true });
    const say = (parent: string) => send({ url, body: `Re ${parent}`, parent, author: { name: 'Mika' } });
    for (const { id } of [top, reply]) expect((await problem(say(id))).code).toBe('page_locked');
    expect((await say(aside.id)).status).toBe(201);
    expect(await problem(askEdit(reply.id, { locked: true }))).toEqual({
      status: 409,
      code: 'conflict',
      field: 'locked',
    });
    await edit(top.id, { locked: false });
    expect((await say(reply.id)).status).toBe(201);
  });
});

describe('a move', () => {
  it('takes a whole branch along, of any status, and counts it there', async () => {
    const top = await write('Top.');
    const [seen, held, below] = [
      await write('Seen.', { parent: top.id }),
      await write('Held.', { parent: top.id }),
      await write('Below.', { parent: top.id }),
    ];
    await write('Stays.');
    await decide({ action: 'hold', ids: [held.id] });
    const other = `${url}-other?utm_source=x`;
    const before = [await etag(), await etag(other)];
    const moved = await move(top.id, other);
    expect(moved.page).toMatchObject({ url: `${url}-other`, title: null });
    const [here, there] = [await thread({ url }), await thread({ url: other })];
    expect([here.page.count, here.comments.length]).toEqual([1, 1]);
    expect([there.page.count, there.comments.map(({ id }) => id)]).toEqual([3, [top.id, seen.id, below.id]]);
    expect(await rows('SELECT COUNT(*) AS n FROM comments WHERE page_id = ?', moved.page.id)).toEqual([{ n: 4 }]);
    expect((await etag()) === before[0] || (await etag(other)) === before[1]).toBe(false);
    await decide({ action: 'approve', ids: [held.id] });
    expect((await thread({ url: other })).page.count).toBe(4);
    expect((await send({ url: other, body: 'Re', parent: seen.id, author: { name: 'Mika' } })).status).toBe(201);
    await expectCounted();
    const { batch } = (await readLog({ comment: top.id })).decisions.find(({ action }) => action === 'move')!;
    await undo(batch);
    expect([(await thread({ url })).page.count, (await thread({ url: other })).page.count]).toEqual([6, 0]);
    await expectCounted();
  });

  it('of what waits shows nobody that there is a page', async () => {
    const { id } = await write('Held.');
    await decide({ action: 'hold', ids: [id] });
    const before = await etag();
    await move(id, `${url}-new`);
    expect((await thread({ url: `${url}-new` })).page).toMatchObject({ id: null, count: 0 });
    expect(await etag()).toBe(before);
    await expectCounted();
  });

  it('of thousands is done at once, or not at all', async () => {
    const top = await write('Top.');
    await bindings.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       INSERT INTO comments (id, site_id, page_id, parent_id, root_id, depth, status, shown, inline, author_name, body, html, html_version, created_at)
       SELECT ? || printf('%016d', i), c.site_id, c.page_id, c.id, c.id, 1, 'approved', 1, i <= 5, 'x', 'x', 'x', 1, 0
       FROM n, comments c WHERE c.id = ?`,
    )
      .bind(timePrefix(Date.now() + 1), top.id)
      .run();
    await bindings.DB.batch([
      bindings.DB.prepare('UPDATE pages SET count = 5001 WHERE site_id = ?').bind(site),
      bindings.DB.prepare('UPDATE comments SET replies = 5000 WHERE id = ?').bind(top.id),
    ]);
    const answer = await askMove(top.id, `${url}-other`);
    expect([answer.status, bill(answer).trips]).toEqual([200, 2]);
    expect([(await thread({ url })).page.count, (await thread({ url: `${url}-other` })).page.count]).toEqual([0, 5001]);
    expect((await replies(top.id)).comments.length).toBeGreaterThan(0);
  });

  it('goes where an alias leads, and refuses other sites, replies and the page where it is', async () => {
    const top = await write('Top.');
    const reply = await write('Reply.', { parent: top.id });
    const other = await createSite();
    const tries: [string, string, string][] = [
      [reply.id, `${url}-other`, 'conflict'],
      [top.id, url, 'conflict'],
      [top.id, other.url, 'invalid_request'],
      [top.id, 'https://nobody.example/', 'invalid_request'],
      [top.id, 'ftp://x', 'url_not_http'],
    ];
    for (const [id, to, code] of tries) expect((await problem(askMove(id, to))).code, to).toBe(code);
    await bindings.DB.prepare('INSERT INTO aliases (site_id, key, target) VALUES (?, ?, ?)')
      .bind(site, `${url}-old`, `${url}-new`)
      .run();
    await move(top.id, `${url}-old`);
    expect((await thread({ url: `${url}-new` })).page.count).toBe(2);
    await expectCounted();
  });

  it('of a pinned comment pins it nowhere else, and pins it again when it comes back', async () => {
    const top = await write('Top.');
    await edit(top.id, { pinned: true });
    expect(await move(top.id, `${url}-other`)).toMatchObject({ pinned: false });
    expect(await move(top.id, url)).toMatchObject({ pinned: true });
  });

  it('threat 25: of what is replied to at the same moment loses neither', async () => {
    const top = await write('Top.');
    const answers = await Promise.all([
      askMove(top.id, `${url}-other`),
      ...Array.from({ length: 6 }, (_, n) =>
        send({ url, body: `Reply ${n}.`, parent: top.id, author: { name: 'Mika' } }, ADMIN),
      ),
    ]);
    expect(answers[0]!.status).toBe(200);
    for (const answer of answers.slice(1)) expect([201, 409]).toContain(answer.status);
    await expectCounted();
  });
});
