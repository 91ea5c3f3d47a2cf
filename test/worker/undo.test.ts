/** Taking decisions back, and doing them again; and whatever moderators and writers do at once, every counter stays right. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { NewDecision, Verb } from '../../worker/contract-admin';
import { newId, timePrefix } from '../../worker/ids';
import { ADMIN, bindings, call, createSite, draft, post, problem, send, thread } from './api';
import { expectCounted } from './counted';
import { createKey } from './key';
import { askEdit, askMove, askUndo, createToken, decide, edit, move, readLog, rows, undo } from './moderator';

const DAY_MS = 86_400_000;
let site: string;
let url: string;
beforeEach(async () => {
  ({ site, url } = await createSite());
});
const write = (body: string, over: object = {}) => post({ url, body, ...over }, ADMIN);
const randomId = () => newId(Date.now(), crypto.getRandomValues(new Uint8Array(16)));
/** All that is stored of the site's comments and pages, but for versions. */
const dump = async () => [
  await rows('SELECT * FROM comments WHERE site_id = ? ORDER BY id', site),
  await rows('SELECT id, key, count, locked, pinned FROM pages WHERE site_id = ? ORDER BY id', site),
];
const lastBatch = async () => (await readLog({ site })).decisions[0]!.batch;

/** A branch of `n` comments below each other, and beside. */
async function writeBranch(n: number): Promise<string[]> {
  const ids = [(await write('Top.')).id];
  for (let i = 1; i < n; i++) ids.push((await write('Below.', { parent: ids[Math.floor(i / 2)] })).id);
  return ids;
}

describe('an undo', () => {
  it.each(['hold', 'spam', 'trash'] as const)('makes everything as it was before: %s', async (action) => {
    const ids = [...(await writeBranch(12)), (await write('Alone.')).id];
    const before = await dump();
    const { batch } = await decide({ action, ids: ids.toReversed() });
    expect((await thread({ url })).comments).toEqual([]);
    expect(await undo(batch!)).toEqual({ changed: 13, skipped: 0, left: false });
    expect(await dump()).toEqual(before);
    await expectCounted();
    expect((await readLog({ site })).decisions).toMatchObject([
      { action: 'undo', count: 13, undoable: true, undone: false },
      { action, count: 13, undoable: false, undone: true },
    ]);
  });

  it('takes several decisions back in the order in which they were made, the latest first', async () => {
    const { id } = await write('Hm.');
    const before = await dump();
    const batches: string[] = [];
    for (const action of ['hold', 'spam', 'trash', 'restore', 'spam'] as const)
      batches.push((await decide({ action, ids: [id] })).batch!);
    for (const batch of batches.toReversed()) expect(await undo(batch)).toMatchObject({ changed: 1 });
    expect(await dump()).toEqual(before);
  });

  it('can be taken back itself, and that as well', async () => {
    const ids = await writeBranch(5);
    const before = await dump();
    const { batch } = await decide({ action: 'trash', ids });
    const after = await dump();
    await undo(batch!);
    const redo = await lastBatch();
    expect(await undo(redo)).toEqual({ changed: 5, skipped: 0, left: false });
    expect(await dump()).toEqual(after);
    expect(await undo(await lastBatch())).toEqual({ changed: 5, skipped: 0, left: false });
    expect(await dump()).toEqual(before);
    await expectCounted();
  });

  it('of thousands takes some hundred a request, and is one batch', async () => {
    await write('Born.');
    const ids = Array.from({ length: 750 }, randomId);
    await bindings.DB.prepare(
      `INSERT INTO comments (id, site_id, page_id, root_id, depth, status, shown, inline, author_name, body, html, html_version, created_at)
       SELECT j.value, p.site_id, p.id, j.value, 0, 'approved', 1, 1, 'Somebody', 'x', 'x', 1, 0 FROM json_each(?) j, pages p
       WHERE p.site_id = ?`,
    )
      .bind(JSON.stringify(ids), site)
      .run();
    await bindings.DB.prepare('UPDATE pages SET count = 751 WHERE site_id = ?').bind(site).run();
    const before = await dump();
    let batch: string | undefined;
    for (let left = 1; left > 0; ) {
      const decided = await decide({ action: 'trash', filter: { site, status: 'approved' }, ...(batch && { batch }) });
      batch = decided.batch!;
      left = decided.left;
    }
    const steps = [await undo(batch!), await undo(batch!), await undo(batch!)];
    expect(steps).toEqual([
      { changed: 151, skipped: 0, left: true },
      { changed: 300, skipped: 0, left: true },
      { changed: 300, skipped: 0, left: false },
    ]);
    expect(await dump()).toEqual(before);
    await expectCounted();
    const redo = await lastBatch();
    expect((await readLog({ batch: redo })).decisions.map(({ count }) => count)).toEqual([300, 300, 151]);
  });

  it('leaves alone what was decided about again, deleted, or forgotten since', async () => {
    const me = await createKey();
    const [again, gone, still] = [
      await write('Again.'),
      await me.post({ url, body: 'Mine, and soon gone.' }),
      await write('Still.'),
    ];
    const { batch } = await decide({ action: 'hold', ids: [again.id, gone.id, still.id] });
    await decide({ action: 'spam', ids: [again.id] });
    expect((await me.ask('DELETE', `/comments/${gone.id}`)).status).toBe(200);
    expect(await undo(batch!)).toEqual({ changed: 1, skipped: 2, left: false });
    const statuses = await rows<{ id: string; status: string }>(
      'SELECT id, status FROM comments WHERE site_id = ?',
      site,
    );
    expect(Object.fromEntries(statuses.map(({ id, status }) => [id, status]))).toEqual({
      [again.id]: 'spam',
      [gone.id]: 'deleted',
      [still.id]: 'approved',
    });
    expect((await problem(askUndo(batch!))).code).toBe('conflict');
    await expectCounted();
  });

  it('that could do nothing is refused, and can be asked for later', async () => {
    const { id } = await write('Hm.');
    const first = (await decide({ action: 'hold', ids: [id] })).batch!;
    const second = (await decide({ action: 'spam', ids: [id] })).batch!;
    expect(await problem(askUndo(first))).toEqual({ status: 409, code: 'conflict' });
    await undo(second);
    expect(await undo(first)).toMatchObject({ changed: 1 });
  });

  it('is refused of what was deleted for good, after 30 days, twice, and of nothing', async () => {
    const [one, two] = [await write('One.'), await write('Two.')];
    const gone = await decide({ action: 'delete', ids: [one.id] });
    const old = await decide({ action: 'spam', ids: [two.id] });
    expect((await readLog({ batch: gone.batch! })).decisions).toMatchObject([{ undoable: false, undone: false }]);
    await bindings.DB.prepare('UPDATE decisions SET created_at = created_at - ? WHERE batch = ?')
      .bind(30 * DAY_MS, old.batch)
      .run();
    expect((await readLog({ batch: old.batch! })).decisions).toMatchObject([{ undoable: false, undone: false }]);
    for (const batch of [gone.batch!, old.batch!]) expect((await problem(askUndo(batch))).code).toBe('conflict');
    for (const none of [randomId(), one.id, 'nothing']) expect((await problem(askUndo(none))).code).toBe('not_found');
    expect(await rows('SELECT status, body FROM comments WHERE id = ?', one.id)).toEqual([
      { status: 'deleted', body: '' },
    ]);
  });

  it('is of those sites alone that a grant is for, and needs the scope of what it takes back', async () => {
    const other = await createSite();
    const theirs = await post({ url: other.url }, ADMIN);
    const { batch } = await decide({ action: 'spam', ids: [theirs.id] });
    const token = (await createToken(['comments:moderate', 'comments:read'], site)) as typeof ADMIN;
    expect((await problem(askUndo(batch!, token))).code).toBe('not_found');
    expect((await readLog({ batch: batch! }, token)).decisions).toEqual([]);
    expect((await readLog({}, token)).decisions.map((decision) => decision.site)).toEqual([site]);
    const rename = await call(`/admin/sites/${site}`, {
      method: 'PATCH',
      headers: { ...ADMIN, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'Another name' }),
    });
    expect(rename.status).toBe(200);
    expect((await problem(askUndo(await lastBatch(), token))).code).toBe('scope_missing');
  });

  it('of two at once happens once', async () => {
    const ids = await writeBranch(6);
    const before = await dump();
    const { batch } = await decide({ action: 'spam', ids });
    const answers = await Promise.all([askUndo(batch!), askUndo(batch!), askUndo(batch!)]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await dump()).toEqual(before);
    await expectCounted();
  });

  it('brings back a text, an author, a pin, a lock, a page', async () => {
    const { id } = await write('As *written*.', { author: { name: 'Mika', url: 'https://mika.example' } });
    const first = (await write('Pinned before.')).id;
    await edit(first, { pinned: true });
    const before = await dump();
    await edit(id, { body: 'Not as written.', name: 'Somebody', url: null });
    await edit(id, { pinned: true, locked: true });
    await move(id, `${url}-2`);
    const { decisions } = await readLog({ site });
    expect(decisions.map(({ action }) => action)).toEqual(['move', 'lock', 'pin', 'edit', 'pin']);
    for (const batch of new Set(decisions.slice(0, -1).map((decision) => decision.batch)))
      for (let left = true; left; ) left = (await undo(batch)).left;
    const [comments, [page]] = (await dump()) as [unknown, unknown[]];
    expect([comments, [page]]).toEqual(before);
    await expectCounted();
  });

  it('ends a ban, and brings one back as it was', async () => {
    const ban = async (input: object) => {
      const body = JSON.stringify({ site, kind: 'domain', value: 'bad.example', ...input });
      const headers = { ...ADMIN, 'Content-Type': 'application/json' };
      const answer = await call('/admin/bans', { method: 'POST', headers, body });
      expect(answer.status).toBe(201);
      return { batch: await lastBatch(), state: await bans() };
    };
    const bans = () => rows('SELECT * FROM bans WHERE site_id = ?', site);
    const first = await ban({ reason: 'One.' });
    const second = await ban({ reason: 'Two.', silent: true });
    expect((await problem(askUndo(first.batch))).code).toBe('conflict');
    await undo(second.batch);
    expect(await bans()).toEqual(first.state);
    await undo(first.batch);
    expect(await bans()).toEqual([]);
    await undo(await lastBatch());
    expect(await bans()).toEqual(first.state);
    await call(`/admin/bans/${first.state[0]!.id}`, { method: 'DELETE', headers: ADMIN });
    expect(await bans()).toEqual([]);
    await undo(await lastBatch());
    expect(await bans()).toEqual(first.state);
  });

  it('brings back settings and attack mode', async () => {
    const change = (path: string, method: string, input: object) =>
      call(`/admin/sites/${site}${path}`, {
        method,
        headers: { ...ADMIN, 'Content-Type': 'application/json' },
        body: JSON.stringify(input),
      });
    const state = () => rows('SELECT name, settings, attack_until FROM sites WHERE id = ?', site);
    const before = await state();
    await change('', 'PATCH', { name: 'New', settings: { hold: true }, origins: ['https://another.example'] });
    const changed = await lastBatch();
    await change('/attack', 'PUT', { minutes: 5 });
    expect(await undo(await lastBatch())).toMatchObject({ changed: 1 });
    expect(await undo(changed)).toMatchObject({ changed: 1 });
    expect(await state()).toEqual(before);
    expect(await rows('SELECT host FROM origins WHERE site_id = ?', site)).toEqual([{ host: new URL(url).host }]);
  });
});

describe('the log', () => {
  it('lists decisions of a site, a batch, about a comment, the latest first, page by page', async () => {
    const [one, two] = [await write('One.'), await write('Two.')];
    await bindings.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
       INSERT INTO decisions (site_id, id, batch, actor_kind, actor_name, action, items, count, created_at)
       SELECT ?1, id, id, 'root', 'owner', 'hold', json_array(json_object('id', ?3)), 1, 0
       FROM (SELECT i, ?2 || printf('%016d', i) AS id FROM n)`,
    )
      .bind(site, timePrefix(Date.now() - 1000), randomId())
      .run();
    await decide({ action: 'hold', ids: [one.id] });
    const { batch } = await decide({ action: 'spam', ids: [one.id, two.id] });
    const all = await readLog({ site });
    expect([all.decisions.length, all.decisions[0]!.action]).toEqual([50, 'spam']);
    const rest = await readLog({ site, after: all.next! });
    expect([rest.decisions.length, rest.next]).toEqual([12, null]);
    const listed = [...all.decisions, ...rest.decisions].map(({ id }) => id);
    expect(listed).toEqual(listed.toSorted().toReversed());
    expect((await readLog({ batch: batch! })).decisions).toMatchObject([{ action: 'spam', count: 2 }]);
    expect((await readLog({ site, comment: one.id })).decisions.map(({ action }) => action)).toEqual(['spam', 'hold']);
    const everywhere = await readLog({});
    expect(everywhere.decisions[0]).toMatchObject({ batch });
  });
});

describe('everything that moderators and writers do at once', () => {
  it('leaves every counter right', async () => {
    ({ site, url } = await createSite({ attackAfter: 0, challenge: 'never', classifier: false }));
    let seed = 7;
    const pick = (n: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % n;
    };
    const writers = await Promise.all(Array.from({ length: 4 }, createKey));
    const made: string[] = [];
    const batches: string[] = [];
    const became = new Set<string>();
    const verbs: Verb[] = ['approve', 'approve', 'restore', 'restore', 'hold', 'spam', 'trash', 'delete'];
    const places = [url, `${url}-2`, `${url}-3`];
    const some = () => Array.from({ length: 1 + pick(9) }, () => made[pick(made.length)]!);
    const act = async (): Promise<void> => {
      const kind = pick(20);
      const writer = writers[pick(writers.length)]!;
      const id = made[pick(made.length || 1)];
      if (kind < 8 || id === undefined) {
        const [parent] = await rows<{ id: string; url: string }>(
          `SELECT c.id, p.url FROM comments c JOIN pages p ON p.id = c.page_id
           WHERE c.site_id = ? AND c.status = 'approved' ORDER BY c.id LIMIT 1 OFFSET ?`,
          site,
          pick(pick(3) ? 4 : 30),
        );
        const where = parent && pick(6) > 0 ? { url: parent.url, parent: parent.id } : { url: places[pick(3)]! };
        const body = draft({ ...where, body: `${pick(1e9)}` });
        const proof = await writer.prove('POST', '/comments', { body: JSON.stringify(body) });
        // Half of them by the owner, whom no phase holds.
        const answer = await send(body, pick(2) ? ADMIN : { DPoP: proof });
        if (answer.status === 201) made.push(((await answer.json()) as { id: string }).id);
      } else if (kind < 12) {
        const filter = { site, status: (['approved', 'pending', 'spam', 'trash'] as const)[pick(4)]! };
        const ofMany: NewDecision = { action: verbs[pick(verbs.length - 1)]!, filter };
        const decided = await decide(pick(6) === 0 ? ofMany : { action: verbs[pick(verbs.length)]!, ids: some() });
        if (decided.batch) batches.push(decided.batch);
        for (const { to } of decided.changed) became.add(to);
      } else if (kind < 15 && batches.length > 0) {
        const answer = await askUndo(batches[Math.max(0, batches.length - 1 - pick(6))]!);
        if (answer.status === 200 && pick(2)) batches.push(await lastBatch());
      } else if (kind === 15) await writer.ask('DELETE', `/comments/${id}`);
      else if (kind === 16) await writer.ask('PUT', `/comments/${id}/vote`, { value: pick(2) });
      else if (kind === 17) await writer.ask('POST', `/comments/${id}/flags`, { reason: 'other' });
      else if (kind === 18) await askMove(id, places[pick(3)]!);
      else
        await askEdit(
          id,
          [{ pinned: true }, { locked: pick(3) === 0 }, { body: `${pick(1e9)}` }, { name: 'Nico' }][pick(4)]!,
        );
    };
    for (let round = 0; round < 100; round++) {
      await Promise.all(Array.from({ length: 5 }, act));
      await expectCounted();
    }
    expect(became.size).toBe(5);
    expect(Math.min(made.length, batches.length)).toBeGreaterThan(60);
    // What can be read says the same as what is counted.
    for (const place of places) {
      const { page, comments } = await thread({ url: place, limit: 200 });
      const more = comments.reduce((sum, comment) => sum + (comment.more?.count ?? 0), 0);
      expect(comments.filter(({ status }) => status === 'approved').length <= page.count).toBe(true);
      expect(comments.filter(({ status }) => status === 'approved').length + more >= page.count).toBe(true);
    }
  }, 120_000);
});
