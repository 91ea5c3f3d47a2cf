/** What becomes of comments by moderators' decisions, single and many at once, and what everybody sees of it. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommentInContext, Counts } from '../../worker/contract';
import type { Decided, NewDecision } from '../../worker/contract-admin';
import { newId } from '../../worker/ids';
import { ADMIN, bill, bindings, call, createSite, post, problem, query, replies, send, thread } from './api';
import { expectCounted } from './counted';
import { createKey } from './key';
import { askDecision, createToken, decide, readLog, rows, undo } from './moderator';
import { createPerson } from './person';

let site: string;
let url: string;
beforeEach(async () => {
  ({ site, url } = await createSite());
});

const write = (body: string, over: object = {}) => post({ url, body, ...over }, ADMIN);
const statusOf = async (id: string) =>
  (await rows<{ status: string }>('SELECT status FROM comments WHERE id = ?', id))[0]?.status;
const etag = async () => (await call(`/thread${query({ url })}`, { headers: ADMIN })).headers.get('ETag');
const randomId = (at = Date.now()) => newId(at, crypto.getRandomValues(new Uint8Array(16)));

/** The database, with every query told of. */
const countQueries = (tell: () => void): D1Database =>
  new Proxy(bindings.DB, {
    get(db, name) {
      if (name !== 'withSession') return Reflect.get(db, name);
      return (start: string) => {
        const session = db.withSession(start);
        return {
          prepare: (text: string) => {
            tell();
            return session.prepare(text);
          },
          getBookmark: () => session.getBookmark(),
          batch: (statements: D1PreparedStatement[]) => session.batch(statements),
        };
      };
    },
  });

/** Comments put straight into D1, `SECRET` in each, on the page of `url` (which must have one). */
async function fill(n: number, status: string): Promise<string[]> {
  const ids = Array.from({ length: n }, () => randomId());
  await bindings.DB.prepare(
    `INSERT INTO comments (id, site_id, page_id, root_id, depth, status, shown, inline, author_name, body, html, html_version, created_at)
     SELECT j.value, p.site_id, p.id, j.value, 0, ?1, 0, 1, 'Somebody', 'SECRET', 'SECRET', 1, 0
     FROM json_each(?2) j, pages p WHERE p.site_id = ?3`,
  )
    .bind(status, JSON.stringify(ids), site)
    .run();
  return ids;
}

describe('a decision', () => {
  it('makes of a comment what it says, and the log tells so', async () => {
    const { id } = await write('One of the crowd.');
    const steps = [
      ['hold', 'pending'],
      ['approve', 'approved'],
      ['spam', 'spam'],
      ['trash', 'trash'],
      ['approve', 'approved'],
      ['delete', 'deleted'],
    ] as const;
    let from = 'approved';
    for (const [action, to] of steps) {
      const decided = await decide({ action, ids: [id], reason: `For ${action}.` });
      expect(decided).toEqual({ batch: expect.any(String), changed: [{ id, from, to }], skipped: 0, left: 0 });
      expect(await statusOf(id)).toBe(to);
      const [last] = (await readLog({ site })).decisions;
      expect(last).toMatchObject({ action, reason: `For ${action}.`, count: 1, batch: decided.batch, undone: false });
      expect(last).toMatchObject({
        by: { kind: 'root', name: 'owner' },
        items: [{ id, before: { status: from }, after: { status: to } }],
      });
      from = to;
    }
    await expectCounted();
  });

  it('changes nothing where all is so already, and logs nothing', async () => {
    const { id } = await write('Fine.');
    expect(await decide({ action: 'approve', ids: [id, id, randomId()] })).toEqual({
      batch: null,
      changed: [],
      skipped: 2,
      left: 0,
    });
    expect((await readLog({ site })).decisions).toEqual([]);
  });

  it('restores what was removed to what it was before, and lets wait what was never anything else', async () => {
    const approved = await write('Approved once.');
    const held = await write('Held once.');
    const [byPhase] = await fill(1, 'spam');
    await decide({ action: 'hold', ids: [held.id] });
    await decide({ action: 'trash', ids: [approved.id, held.id] });
    const { changed } = await decide({ action: 'restore', ids: [approved.id, held.id, byPhase!] });
    expect(Object.fromEntries(changed.map(({ id, to }) => [id, to]))).toEqual({
      [approved.id]: 'approved',
      [held.id]: 'pending',
      [byPhase!]: 'pending',
    });
    expect((await decide({ action: 'restore', ids: [approved.id] })).changed).toEqual([]);
    await expectCounted();
  });

  it('restores what was removed twice to waiting', async () => {
    const { id } = await write('Hm.');
    await decide({ action: 'spam', ids: [id] });
    await decide({ action: 'trash', ids: [id] });
    expect((await decide({ action: 'restore', ids: [id] })).changed).toEqual([{ id, from: 'trash', to: 'pending' }]);
  });

  it('answers readers’ reports, also by leaving the comment as it is', async () => {
    const { id } = await write('Reported.');
    await (await createKey()).ask('POST', `/comments/${id}/flags`, { reason: 'abuse' });
    expect(await rows('SELECT flagged FROM comments WHERE id = ?', id)).toEqual([{ flagged: 1 }]);
    const before = await etag();
    expect((await decide({ action: 'approve', ids: [id] })).changed).toEqual([
      { id, from: 'approved', to: 'approved' },
    ]);
    expect(await rows('SELECT flagged FROM comments WHERE id = ?', id)).toEqual([{ flagged: 0 }]);
    expect(await rows('SELECT * FROM flags WHERE comment_id = ?', id)).toEqual([]);
    expect(await etag()).toBe(before);
  });

  it('deletes for good: text, author, votes, reports, and what search and log know', async () => {
    const { id } = await write('SECRET text', { author: { name: 'SECRET name', email: 'secret@mail.example' } });
    const reader = await createKey();
    await reader.ask('PUT', `/comments/${id}/vote`, { value: 1 });
    await reader.ask('POST', `/comments/${id}/flags`, { reason: 'other' });
    await call(`/admin/comments/${id}`, {
      method: 'PATCH',
      headers: { ...ADMIN, 'Content-Type': 'application/json' },
      body: JSON.stringify({ body: 'SECRET too', name: 'SECRET, too' }),
    });
    await call(`/admin/comments${query({ site, q: 'SECRET' })}`, { headers: ADMIN });
    await decide({ action: 'delete', ids: [id] });
    const left = await rows(
      `SELECT body || html || author_name || COALESCE(author_email, '') AS text, author_id, up, flagged FROM comments WHERE id = ?`,
      id,
    );
    expect(left).toEqual([{ text: '', author_id: null, up: 0, flagged: 0 }]);
    expect(
      await rows('SELECT 1 FROM votes WHERE comment_id = ?1 UNION ALL SELECT 1 FROM flags WHERE comment_id = ?1', id),
    ).toEqual([]);
    expect(await rows("SELECT 1 FROM decisions WHERE site_id = ? AND instr(items, 'SECRET') > 0", site)).toEqual([]);
    expect((await readLog({ site })).decisions.map(({ action }) => action)).toEqual(['delete', 'edit']);
    const found = await call(`/admin/comments${query({ site, q: 'SECRET' })}`, { headers: ADMIN });
    expect(await found.json()).toMatchObject({ comments: [] });
  });

  it.each([
    [{ action: 'spam' }, 'ids'],
    [{ action: 'spam', ids: [], filter: { site: 'x' } }, 'ids'],
    [{ action: 'spam', ids: ['x'] }, 'ids.0'],
    [{ action: 'burn', ids: [randomId()] }, 'action'],
    [{ action: 'spam', filter: {} }, 'filter.site'],
    [{ action: 'spam', filter: { site: 'nowhere' } }, 'filter'],
    [{ action: 'spam', filter: { site: 'nowhere', status: 'bad' } }, 'filter.status'],
    [{ action: 'spam', ids: Array.from({ length: 301 }, () => randomId()) }, 'ids'],
    [{ action: 'spam', ids: [randomId()], note: 'x' }, 'note'],
  ])('refuses what is none, naming the field: %o', async (decision, field) => {
    expect(await problem(askDecision(decision as NewDecision))).toEqual({
      status: 400,
      code: 'invalid_request',
      field,
    });
  });
});

describe('decisions about many', () => {
  it('take the next that fit a filter, tell how many are left, and are one batch', async () => {
    await write('Born.');
    await fill(700, 'pending');
    const filter = { site, status: 'pending' } as const;
    const first = await decide({ action: 'spam', filter });
    expect([first.changed.length, first.left]).toEqual([300, 400]);
    const batch = first.batch!;
    const second = await decide({ action: 'spam', filter, batch });
    const third = await decide({ action: 'spam', filter, batch });
    expect([second.changed.length, second.left, third.changed.length, third.left]).toEqual([300, 100, 100, 0]);
    expect(new Set([second.batch, third.batch])).toEqual(new Set([batch]));
    expect((await readLog({ batch })).decisions.map(({ count, items }) => [count, items.length])).toEqual([
      [100, 20],
      [300, 20],
      [300, 20],
    ]);
    expect(await decide({ action: 'spam', filter, batch })).toEqual({ batch, changed: [], skipped: 0, left: 0 });
  });

  it('stay below what D1 allows a request, also across sites', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const other = await createSite();
      for (let k = 0; k < 3; k++) ids.push((await post({ url: other.url }, ADMIN)).id);
    }
    const team = (await createToken(['comments:moderate'])) as typeof ADMIN;
    let batch: string | undefined;
    const lefts: number[] = [];
    for (const _ of [1, 2, 3]) {
      let queries = 0;
      const DB = countQueries(() => queries++);
      const body = JSON.stringify({ action: 'spam', ids, ...(batch && { batch }) });
      const headers = { ...team, 'Content-Type': 'application/json' };
      const answer = await call('/admin/decisions', { method: 'POST', headers, body }, { DB });
      expect([answer.status, queries <= 50]).toEqual([200, true]);
      const decided: Decided = await answer.json();
      batch = decided.batch!;
      lefts.push(decided.left);
    }
    expect(lefts).toEqual([9, 3, 0]);
    expect(bill(await askDecision({ action: 'hold', ids: [(await write('One.')).id] })).trips).toBe(2);
    await expectCounted();
  });

  it('of a batch are of one action and one person', async () => {
    const [one, two] = [await write('One.'), await write('Two.')];
    const batch = (await decide({ action: 'spam', ids: [one.id] })).batch!;
    const token = await createToken(['comments:moderate']);
    const tries: [NewDecision, Record<string, string>][] = [
      [{ action: 'trash', ids: [two.id], batch }, ADMIN],
      [{ action: 'spam', ids: [two.id], batch: randomId() }, ADMIN],
      [{ action: 'spam', ids: [two.id], batch }, token as typeof ADMIN],
    ];
    for (const [decision, headers] of tries)
      expect(await problem(askDecision(decision, headers as typeof ADMIN))).toEqual({
        status: 409,
        code: 'conflict',
        field: 'batch',
      });
    expect(await statusOf(two.id)).toBe('approved');
  });

  it('leave other sites alone that a grant is not for', async () => {
    const other = await createSite();
    const theirs = await post({ url: other.url }, ADMIN);
    const mine = await write('Mine.');
    const token = (await createToken(['comments:moderate'], site)) as typeof ADMIN;
    expect(await decide({ action: 'spam', ids: [theirs.id, mine.id] }, token)).toMatchObject({
      changed: [{ id: mine.id }],
      skipped: 1,
      left: 0,
    });
    expect(
      await problem(askDecision({ action: 'spam', filter: { site: other.site, status: 'approved' } }, token)),
    ).toMatchObject({
      code: 'scope_missing',
    });
    expect(await statusOf(theirs.id)).toBe('approved');
    expect((await decide({ action: 'trash', filter: { status: 'spam' } }, token)).changed).toMatchObject([
      { id: mine.id },
    ]);
  });

  it('find texts that no search has looked for yet', async () => {
    const { id } = await write('Cheap pills, 100% real_ly');
    await write('Cheap thrills.');
    expect((await decide({ action: 'spam', filter: { site, q: '100% real_' } })).changed.map((c) => c.id)).toEqual([
      id,
    ]);
  });
});

describe('a member of the team', () => {
  it('decides with a login, each proof once', async () => {
    const key = await createKey();
    const { token } = await createPerson(key, site, { role: 'moderator', name: 'Noor Haddad' });
    const { id } = await write('Hm.');
    const path = '/admin/decisions';
    const body = JSON.stringify({ action: 'spam', ids: [id] });
    const headers = {
      DPoP: await key.prove('POST', path, { body, token }),
      Authorization: `DPoP ${token}`,
      'Content-Type': 'application/json',
    };
    expect((await call(path, { method: 'POST', headers, body })).status).toBe(200);
    expect((await problem(call(path, { method: 'POST', headers, body }))).code).toBe('proof_replayed');
    expect((await readLog({ site })).decisions).toMatchObject([{ by: { kind: 'person', name: 'Noor Haddad' } }]);
    const another = await createSite();
    const theirs = await post({ url: another.url }, ADMIN);
    const answer = await key.ask('POST', path, { action: 'spam', ids: [theirs.id] }, { token });
    expect(await answer.json()).toMatchObject({ changed: [], skipped: 1 });
  });
});

describe('what everybody sees', () => {
  it('threat 25: no text of a removed comment, in no answer', async () => {
    const root = await write('SECRET root', { author: { name: 'SECRET' } });
    const reply = await write('A reply stays.', { parent: root.id });
    const alone = await write('SECRET alone');
    const reader = await createKey();
    for (const action of ['hold', 'spam', 'trash', 'delete'] as const) {
      const before = await etag();
      await decide({ action, ids: [root.id, alone.id] });
      if (action === 'hold') expect(await etag()).not.toBe(before);
      else expect(await etag()).toBe(before);
      const answers = [
        await thread({ url }),
        await thread({ url, sort: 'best' }),
        await thread({ url, sort: 'newest' }),
        await replies(root.id),
        await (await call(`/comments/${root.id}`)).json<CommentInContext>(),
        await (await call(`/comments/${reply.id}`)).json<CommentInContext>(),
        await (await reader.ask('GET', '/me/comments')).json(),
      ];
      expect(JSON.stringify(answers)).not.toContain('SECRET');
      const [first] = answers as [{ comments: { id: string; status: string }[]; page: { count: number } }];
      expect(first.comments.map(({ id, status }) => [id, status])).toEqual([
        [root.id, 'deleted'],
        [reply.id, 'approved'],
      ]);
      expect(first.page.count).toBe(1);
      const counts: Counts = await (await call(`/counts${query({ url })}`)).json();
      expect(counts.counts).toEqual([1]);
      for (const path of ['', '/replies', '/source'])
        expect((await call(`/comments/${alone.id}${path}`)).status, path).not.toBe(500);
      expect((await call(`/comments/${alone.id}`)).status).toBe(404);
      expect((await call(`/comments/${root.id}/source`)).status).toBe(401);
    }
    await expectCounted();
  });

  it('threat 16: nobody replies to what waits or was removed', async () => {
    for (const action of ['hold', 'spam', 'trash', 'delete'] as const) {
      const { id } = await write('For a while.');
      await decide({ action, ids: [id] });
      expect((await problem(send({ url, body: 'Re', parent: id, author: { name: 'Mika' } }))).code).toBe(
        'parent_unavailable',
      );
    }
  });

  it('threat 16: an approved reply whose parent waits stands below a place without text', async () => {
    const root = await write('SECRET');
    const reply = await write('Reply.', { parent: root.id });
    await decide({ action: 'hold', ids: [root.id, reply.id] });
    expect((await thread({ url })).comments).toEqual([]);
    await decide({ action: 'approve', ids: [reply.id] });
    const { comments, page } = await thread({ url });
    expect(comments.map(({ id, html }) => [id, html === ''])).toEqual([
      [root.id, true],
      [reply.id, false],
    ]);
    expect(page.count).toBe(1);
    await expectCounted();
  });

  it('the first replies that are left of a branch, and no gap between them', async () => {
    const top = await write('Top.');
    const ids: string[] = [];
    for (let n = 0; n < 9; n++) ids.push((await write(`Reply ${n}.`, { parent: top.id })).id);
    const shown = async () => (await thread({ url })).comments.slice(1).map(({ id }) => ids.indexOf(id));
    expect(await shown()).toEqual([0, 1, 2, 3, 4]);
    const { batch } = await decide({ action: 'spam', ids: [ids[0]!, ids[2]!, ids[7]!] });
    expect(await shown()).toEqual([1, 3, 4, 5, 6]);
    await undo(batch!);
    expect(await shown()).toEqual([0, 1, 2, 3, 4]);
    await expectCounted();
  });

  it('threat 11: nothing by GET or HEAD', async () => {
    const { id } = await write('Stays.');
    const { batch } = await decide({ action: 'spam', ids: [id] });
    const dump = () => rows('SELECT status, decision_id FROM comments WHERE id = ?', id);
    const before = await dump();
    for (const method of ['GET', 'HEAD'])
      for (const path of ['/admin/decisions', `/admin/log/${batch}/undo`, `/admin/comments/${id}/move`])
        expect(
          (await call(`${path}${query({ action: 'approve', ids: id, url })}`, { method, headers: ADMIN })).status,
        ).toBe(404);
    expect(await dump()).toEqual(before);
  });
});

describe('the classifier', () => {
  it('learns from what moderators decide, and not from what phases did', async () => {
    await write('Born.');
    const [one, two, three, byPhase] = await Promise.all(
      ['pending', 'pending', 'pending', 'spam'].map((s) => fill(1, s)),
    );
    const learnt = () => rows('SELECT good, spam FROM models WHERE site_id = ?', site);
    await decide({ action: 'approve', ids: one! });
    await decide({ action: 'spam', ids: [...two!, ...three!] });
    expect(await learnt()).toEqual([{ good: 1, spam: 2 }]);
    await decide({ action: 'trash', ids: [...two!, ...byPhase!] });
    const { batch } = await decide({ action: 'spam', ids: one! });
    expect(await learnt()).toEqual([{ good: 0, spam: 2 }]);
    await undo(batch!);
    expect(await learnt()).toEqual([{ good: 1, spam: 1 }]);
  });
});
