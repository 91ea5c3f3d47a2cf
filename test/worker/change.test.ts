/** Changing what one wrote: source, edit, delete; whose it is, how long, and what a thread looks like afterwards. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Comment, Replies } from '../../worker/contract';
import type { CommentRow } from '../../worker/db';
import { ADMIN, bindings, call, createSite, post, problem, query, replies, send, setRow, thread } from './api';
import { createKey, type Key } from './key';
import { createPerson, createSession } from './person';
import { askWatched } from './watched';

let me: Key;
let other: Key;
beforeAll(async () => {
  [me, other] = await Promise.all([createKey(), createKey()]);
});

const rowOf = async (id: string): Promise<CommentRow> =>
  (await bindings.DB.prepare('SELECT * FROM comments WHERE id = ?').bind(id).first<CommentRow>())!;
const versionOf = (url: string) =>
  bindings.DB.prepare('SELECT version FROM pages WHERE url = ?').bind(url).first<number>('version');
const setSettings = (site: string, settings: object) =>
  bindings.DB.prepare('UPDATE sites SET settings = ? WHERE id = ?').bind(JSON.stringify(settings), site).run();
const lock = (url: string) => bindings.DB.prepare('UPDATE pages SET locked = 1 WHERE url = ?').bind(url).run();
const edit = (key: Key, id: string, body: string) => key.ask('PATCH', `/comments/${id}`, { body });
const remove = (key: Key, id: string) => key.ask('DELETE', `/comments/${id}`);
const source = (key: Key, id: string) => key.ask('GET', `/comments/${id}/source`);
const asOwner = (method: string, id: string, input?: object) =>
  call(`/comments/${id}`, {
    method,
    headers: { ...ADMIN, 'Content-Type': 'application/json' },
    ...(input && { body: JSON.stringify(input) }),
  });
const notFound = { status: 404, code: 'not_found' };
const notYours = { status: 403, code: 'not_yours' };

describe('the source', () => {
  it('of one’s own comment is what was written, also while it waits for approval', async () => {
    const { url } = await createSite({ hold: true });
    const { id } = await me.post({ url, body: 'Hi *you* :)' });
    const answer = await source(me, id);
    expect(answer.headers.get('Cache-Control')).toBe('private, no-store');
    expect(await answer.json()).toEqual({ body: 'Hi *you* :)' });
    expect(await problem(source(other, id))).toEqual(notFound);
    await setRow(id, { status: 'approved', shown: 1 });
    expect((await source(me, id)).status).toBe(200);
    expect(await problem(source(other, id))).toEqual(notYours);
  });

  it('is not to be had without a proof, nor with one that was used', async () => {
    const { url } = await createSite();
    const { id } = await me.post({ url });
    const path = `/comments/${id}/source`;
    expect(await problem(call(path))).toEqual({ status: 401, code: 'proof_required', field: 'DPoP' });
    const DPoP = await me.prove('GET', path);
    expect((await call(path, { headers: { DPoP } })).status).toBe(200);
    expect((await problem(call(path, { headers: { DPoP } }))).code).toBe('proof_replayed');
  });
});

describe('an edit', () => {
  it('changes text, HTML and the page’s ETag, and tells when', async () => {
    const { url } = await createSite();
    const made = await me.post({ url });
    const read = () => call(`/thread${query({ url })}`, { headers: ADMIN });
    const ETag = (await read()).headers.get('ETag');
    const answer = await edit(me, made.id, 'Hello **again** :)');
    const edited: Comment = await answer.json();
    expect(edited).toEqual({
      ...made,
      html: '<p>Hello <strong>again</strong> 🙂</p>\n',
      editedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(answer.headers.get('Afterword-Bookmark')).toBeTruthy();
    expect(await rowOf(made.id)).toMatchObject({ body: 'Hello **again** :)', html_version: 1 });
    expect((await thread({ url })).comments).toEqual([edited]);
    expect((await read()).headers.get('ETag')).not.toBe(ETag);
  });

  it('to what is there already changes nothing, and yet uses up its proof', async () => {
    const { url } = await createSite();
    const made = await me.post({ url, body: 'one' });
    const version = await versionOf(url);
    const body = JSON.stringify({ body: 'one' });
    const DPoP = await me.prove('PATCH', `/comments/${made.id}`, { body });
    const again = () =>
      call(`/comments/${made.id}`, { method: 'PATCH', body, headers: { DPoP, 'Content-Type': 'application/json' } });
    expect(await (await again()).json()).toEqual(made);
    expect(await versionOf(url)).toBe(version);
    await edit(me, made.id, 'two');
    expect((await problem(again())).code).toBe('proof_replayed');
    expect((await rowOf(made.id)).body).toBe('two');
  });

  it('takes as long as the site allows', async () => {
    const { site, url } = await createSite();
    const { id } = await me.post({ url });
    const closed = { status: 403, code: 'edit_closed' };
    const age = (minutes: number) => setRow(id, { created_at: Date.now() - minutes * 60_000 });
    await age(14);
    expect((await edit(me, id, 'a')).status).toBe(200);
    await age(16);
    expect(await problem(edit(me, id, 'b'))).toEqual(closed);
    await setSettings(site, { editWindow: 60 });
    expect((await edit(me, id, 'b')).status).toBe(200);
    await setSettings(site, { editWindow: 0 });
    await age(0);
    expect(await problem(edit(me, id, 'c'))).toEqual(closed);
  });

  it('of what waits for approval shows nowhere; what a moderator approved stays what was approved', async () => {
    const { url } = await createSite({ hold: true });
    const made = await me.post({ url });
    const version = await versionOf(url);
    expect(await (await edit(me, made.id, 'a')).json()).toMatchObject({ status: 'pending', html: '<p>a</p>\n' });
    expect(await versionOf(url)).toBe(version);
    await setRow(made.id, { status: 'approved', shown: 1 });
    expect(await problem(edit(me, made.id, 'b'))).toEqual({ status: 403, code: 'edit_closed' });
    expect((await rowOf(made.id)).body).toBe('a');
  });

  it('is refused where the conversation is closed', async () => {
    const { url } = await createSite();
    const { id } = await me.post({ url });
    await lock(url);
    expect(await problem(edit(me, id, 'a'))).toEqual({ status: 403, code: 'page_locked' });
  });

  it('by the owner is always possible, while there is something to edit', async () => {
    const { url } = await createSite({ editWindow: 0, hold: true });
    const { id } = await me.post({ url });
    await lock(url);
    expect((await asOwner('PATCH', id, { body: 'a' })).status).toBe(200);
    await setRow(id, { status: 'approved', shown: 1 });
    expect((await asOwner('PATCH', id, { body: 'b' })).status).toBe(200);
    expect((await asOwner('PATCH', id, { body: 'b' })).status).toBe(200);
    for (const status of ['spam', 'trash', 'deleted'] as const) {
      await setRow(id, { status });
      expect(await problem(asOwner('PATCH', id, { body: 'c' }))).toEqual(notFound);
    }
    expect((await rowOf(id)).body).toBe('b');
  });

  it('is judged and rendered as a new comment is', async () => {
    const { url } = await createSite();
    const { id } = await me.post({ url });
    for (const body of ['', ' \u200b', 'x'.repeat(10_001), `e${'\u0301'.repeat(30_000)}`])
      expect(await problem(edit(me, id, body))).toEqual({ status: 400, code: 'invalid_request', field: 'body' });
    expect((await problem(me.ask('PATCH', `/comments/${id}`, { body: 'x', author: { name: 'x' } }))).field).toBe(
      'author',
    );
    const hostile =
      '<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](https://evil.example/y)';
    const { html }: Comment = await (await edit(me, id, hostile)).json();
    expect(html).toBe((await post({ url, body: hostile })).html);
    expect(html).not.toMatch(/<(script|img)|href="javascript/);
  });

  it('belongs to a person on every device, and to nobody else', async () => {
    const { site, url } = await createSite();
    const person = await createPerson(me, site);
    const phone = { key: other, ...(await createSession(other, site, person.id)) };
    const answer = await me.ask(
      'POST',
      '/comments',
      { url, body: 'a' },
      { token: person.token, headers: { 'Idempotency-Key': crypto.randomUUID() } },
    );
    const { id }: Comment = await answer.json();
    const path = `/comments/${id}`;
    expect((await phone.key.ask('PATCH', path, { body: 'b' }, { token: phone.token })).status).toBe(200);
    expect(await problem(edit(me, id, 'c'))).toEqual(notYours);
    const elsewhere = await createPerson(me, (await createSite()).site);
    expect((await problem(me.ask('PATCH', path, { body: 'c' }, { token: elsewhere.token }))).code).toBe(
      'session_invalid',
    );
    await bindings.DB.prepare('DELETE FROM sessions WHERE id = ?').bind(phone.sessionId).run();
    for (const [method, input] of [['PATCH', { body: 'c' }], ['DELETE']] as const)
      expect((await problem(phone.key.ask(method, path, input, { token: phone.token }))).code).toBe('session_invalid');
    expect((await rowOf(id)).body).toBe('b');
  });

  it('costs two round trips and at most 4 rows written', async () => {
    const { url } = await createSite();
    const { id } = await me.post({ url });
    const { answer, trips, written } = await askWatched(me, 'PATCH', `/comments/${id}`, { body: 'a' });
    expect([answer.status, trips, written <= 4]).toEqual([200, 2, true]);
  });
});

describe('whose a comment is', () => {
  it('a second key can neither edit nor delete it, by its own proof, by the first one’s used, or by an altered one', async () => {
    const { url } = await createSite();
    const mine = await me.post({ url, body: 'mine' });
    const also = await me.post({ url, body: 'also mine' });
    const [path, alsoPath] = [`/comments/${mine.id}`, `/comments/${also.id}`];
    const body = JSON.stringify({ body: 'changed' });
    const attempt = (method: string, to: string, DPoP: string, sent?: string) =>
      call(to, {
        method,
        headers: { DPoP, 'Content-Type': 'application/json' },
        ...(sent !== undefined && { body: sent }),
      });

    expect(await problem(edit(other, mine.id, 'changed'))).toEqual(notYours);
    expect(await problem(remove(other, mine.id))).toEqual(notYours);

    const used = await me.prove('PATCH', path, { body });
    expect((await attempt('PATCH', path, used, body)).status).toBe(200);
    expect((await problem(attempt('PATCH', path, used, body))).code).toBe('proof_replayed');
    const fresh = await me.prove('PATCH', path, { body });
    const forAnother = await me.prove('DELETE', alsoPath);
    const invalid: [string, string, string, string | undefined][] = [
      ['PATCH', alsoPath, fresh, body],
      ['PATCH', path, fresh, JSON.stringify({ body: 'worse' })],
      ['PATCH', path, fresh, `${body} `],
      ['DELETE', path, fresh, undefined],
      ['DELETE', path, forAnother, undefined],
      ['PATCH', path, await me.prove('PATCH', path), body],
      ['PATCH', path, await other.prove('PATCH', path, { body, header: { jwk: me.jwk } }), body],
    ];
    for (const [method, to, DPoP, sent] of invalid)
      expect((await problem(attempt(method, to, DPoP, sent))).code).toBe('proof_invalid');
    for (const method of ['PATCH', 'DELETE'])
      expect(await problem(call(path, { method, body, headers: { 'Content-Type': 'application/json' } }))).toEqual({
        status: 401,
        code: 'proof_required',
        field: 'DPoP',
      });
    expect([(await rowOf(mine.id)).body, (await rowOf(also.id)).body]).toEqual(['changed', 'also mine']);
  });

  it('nobody but the owner can change what was written without a key', async () => {
    const { url } = await createSite();
    const { id } = await post({ url });
    expect(await problem(edit(me, id, 'a'))).toEqual(notYours);
    expect(await problem(remove(me, id))).toEqual(notYours);
    expect(await (await asOwner('DELETE', id)).json()).toMatchObject({ id, status: 'deleted' });
  });
});

/** What must hold of every conversation, read off the rows and off the API. */
async function checkThread(url: string): Promise<void> {
  const { results } = await bindings.DB.prepare(
    'SELECT c.* FROM comments c JOIN pages p ON p.id = c.page_id WHERE p.url = ? ORDER BY c.id',
  )
    .bind(url)
    .all<CommentRow>();
  const shown = results.filter((row) => row.shown === 1);
  const isShown = new Set(shown.map((row) => row.id));
  for (const row of shown) {
    expect(row.parent_id === null || isShown.has(row.parent_id)).toBe(true);
    if (row.status !== 'approved') expect(shown.some((reply) => reply.parent_id === row.id)).toBe(true);
  }
  for (const root of results.filter((row) => row.parent_id === null)) {
    const below = shown.filter((row) => row.root_id === root.id && row.id !== root.id);
    expect(root.replies).toBe(below.length);
    const inline = below.map((row) => row.inline);
    expect(inline).toEqual([...inline].sort((a, b) => b - a));
    expect(inline.filter((i) => i === 1).length).toBeGreaterThanOrEqual(Math.min(5, below.length));
  }
  const read = await thread({ url, limit: 200 });
  expect(read.page.count).toBe(results.filter((row) => row.status === 'approved').length);
  const ids = read.comments.map((comment) => comment.id);
  for (const { id, more } of read.comments) {
    if (!more) continue;
    const rest: Replies = await replies(id, { after: more.after, limit: 200 });
    expect(rest.comments).toHaveLength(more.count);
    ids.push(...rest.comments.map((comment) => comment.id));
  }
  expect(ids.sort()).toEqual([...isShown].sort());
}

describe('a deleted comment', () => {
  it('is gone for good: its text, its author, its votes and reports', async () => {
    const { url } = await createSite();
    await post({ url });
    const { id } = await me.post({
      url,
      body: 'secret',
      author: { name: 'Mika', email: 'm@mail.example', url: 'm.example' },
    });
    await other.ask('PUT', `/comments/${id}/vote`, { value: 1 });
    await other.ask('POST', `/comments/${id}/flags`, { reason: 'spam' });
    await edit(me, id, 'secret too');
    const version = (await versionOf(url))!;
    const answer = await remove(me, id);
    expect(answer.headers.get('Afterword-Bookmark')).toBeTruthy();
    const nobody = { id: null, name: '', url: null, avatar: null, badge: null, verified: null };
    expect(await answer.json()).toMatchObject({
      id,
      status: 'deleted',
      html: '',
      author: nobody,
      votes: 0,
      editedAt: null,
    });
    expect(await rowOf(id)).toMatchObject({
      status: 'deleted',
      shown: 0,
      body: '',
      html: '',
      author_name: '',
      author_id: null,
      author_email: null,
      author_url: null,
      ip_hash: null,
      up: 0,
      score: 0,
    });
    for (const table of ['votes', 'flags'])
      expect(
        await bindings.DB.prepare(`SELECT COUNT(*) AS n FROM ${table} WHERE comment_id = ?`).bind(id).first('n'),
      ).toBe(0);
    const after = await thread({ url });
    expect([after.page.count, after.comments.length, await versionOf(url)]).toEqual([1, 1, version + 1]);
    for (const again of [remove(me, id), edit(me, id, 'x'), source(me, id), call(`/comments/${id}`), remove(other, id)])
      expect(await problem(again)).toEqual(notFound);
    await checkThread(url);
  });

  it('keeps its place while there are replies, and gives it up with the last of them', async () => {
    const { url } = await createSite();
    const root = await me.post({ url });
    const middle = await me.post({ url, parent: root.id });
    const low = await me.post({ url, parent: middle.id });
    const leaf = await me.post({ url, parent: low.id });
    const aside = await other.post({ url, parent: root.id });
    const shown = async () => (await thread({ url })).comments.map((c) => [c.id, c.status]);
    for (const { id } of [middle, low]) expect((await remove(me, id)).status).toBe(200);
    expect(await shown()).toEqual([
      [root.id, 'approved'],
      [middle.id, 'deleted'],
      [low.id, 'deleted'],
      [leaf.id, 'approved'],
      [aside.id, 'approved'],
    ]);
    expect((await thread({ url })).comments[1]).toMatchObject({ html: '', author: { id: null, name: '' } });
    await checkThread(url);
    expect((await remove(me, root.id)).status).toBe(200);
    await remove(me, leaf.id);
    expect(await shown()).toEqual([
      [root.id, 'deleted'],
      [aside.id, 'approved'],
    ]);
    await checkThread(url);
    await remove(other, aside.id);
    expect(await shown()).toEqual([]);
    await checkThread(url);
    expect((await thread({ url })).page.count).toBe(0);
  });

  it('lets nothing of a long branch get lost, whichever goes and whatever comes', async () => {
    const { url } = await createSite();
    const root = await me.post({ url });
    const made: Comment[] = [];
    for (let i = 0; i < 7; i++) made.push(await me.post({ url, parent: root.id }));
    for (const i of [0, 2, 3]) {
      await remove(me, made[i]!.id);
      await checkThread(url);
    }
    await me.post({ url, parent: root.id });
    await checkThread(url);
    await me.post({ url, parent: made[5]!.id });
    await checkThread(url);
  });

  it('leaves every conversation whole, however it grew and shrank', async () => {
    const { url } = await createSite();
    let seed = 7;
    const pick = (n: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % n;
    };
    const alive: string[] = [];
    for (let i = 0; i < 60; i++) {
      if (pick(5) < 3 || alive.length < 3) {
        const parent = alive.length < 2 ? null : alive[pick(alive.length)]!;
        alive.push((await post({ url, parent }, ADMIN)).id);
      } else {
        const [id] = alive.splice(pick(alive.length), 1);
        expect((await asOwner('DELETE', id!)).status).toBe(200);
      }
      if (i % 5 === 4) await checkThread(url);
    }
    for (const id of alive) await asOwner('DELETE', id);
    await checkThread(url);
    expect((await thread({ url })).comments).toEqual([]);
  });

  it('was its writer’s at any time and whatever became of it; unseen, it changes nothing that others see', async () => {
    const { url } = await createSite({ editWindow: 0 });
    await post({ url });
    for (const status of ['pending', 'spam', 'trash'] as const) {
      const { id } = await me.post({ url });
      await setRow(id, { status, shown: 0, created_at: 0 });
      await bindings.DB.prepare('UPDATE pages SET count = count - 1 WHERE url = ?').bind(url).run();
      await lock(url);
      const version = await versionOf(url);
      expect(await problem(remove(other, id))).toEqual(notFound);
      expect(await (await remove(me, id)).json()).toMatchObject({ status: 'deleted' });
      expect([await versionOf(url), (await rowOf(id)).body]).toEqual([version, '']);
      await bindings.DB.prepare('UPDATE pages SET locked = 0 WHERE url = ?').bind(url).run();
    }
    await checkThread(url);
  });

  it('costs two round trips', async () => {
    const { url } = await createSite();
    const root = await me.post({ url });
    const reply = await me.post({ url, parent: root.id });
    for (const { id } of [reply, root]) {
      const { answer, trips, written } = await askWatched(me, 'DELETE', `/comments/${id}`);
      expect([answer.status, trips, written <= 12]).toEqual([200, 2, true]);
    }
  });
});

describe('threats', () => {
  it('threat 11: GET and HEAD of what changes a comment change none', async () => {
    const { url } = await createSite();
    const { id } = await me.post({ url });
    const before = await rowOf(id);
    for (const method of ['GET', 'HEAD'])
      for (const path of [`/comments/${id}`, `/comments/${id}/source`, `/comments/${id}/vote`, `/comments/${id}/flags`])
        await me.ask(method, path);
    expect(await rowOf(id)).toEqual(before);
  });

  it('threat 18: changing a comment needs JSON and an Origin of the site, and no ambient credentials do', async () => {
    const { url } = await createSite();
    const { id } = await me.post({ url });
    const path = `/comments/${id}`;
    const foreign = new URL((await createSite()).url).origin;
    for (const Origin of ['https://evil.example', 'null', foreign])
      for (const [method, to, input] of [
        ['PATCH', path, { body: 'a' }],
        ['DELETE', path, undefined],
        ['GET', `${path}/source`, undefined],
      ] as const)
        expect((await problem(me.ask(method, to, input, { headers: { Origin } }))).code).toBe('origin_not_allowed');
    expect((await me.ask('PATCH', path, { body: 'a' }, { headers: { 'Content-Type': 'text/plain' } })).status).toBe(
      415,
    );
    const allowed = await me.ask('PATCH', path, { body: 'a' }, { headers: { Origin: new URL(url).origin } });
    expect([allowed.status, allowed.headers.get('Access-Control-Allow-Credentials')]).toEqual([200, null]);
  });

  it('threat 25: what changes between look and write stops an edit, with the reason', async () => {
    const cases: [string, object, (id: string, url: string) => Promise<unknown>][] = [
      ['page_locked', {}, (_, url) => lock(url)],
      ['edit_closed', { hold: true }, (id) => setRow(id, { status: 'approved', shown: 1 })],
      ['not_found', {}, (id) => remove(me, id)],
      ['not_found', {}, (id) => setRow(id, { status: 'trash', shown: 0 })],
      ['not_yours', {}, (id) => setRow(id, { author_id: other.jkt })],
    ];
    for (const [code, settings, meanwhile] of cases) {
      const { url } = await createSite(settings);
      const { id } = await me.post({ url, body: 'before' });
      const watched = await askWatched(me, 'PATCH', `/comments/${id}`, { body: 'after' }, () => meanwhile(id, url));
      expect((await problem(watched.answer)).code).toBe(code);
      const { body, edited_at } = await rowOf(id);
      expect([['before', ''].includes(body), edited_at]).toEqual([true, null]);
    }
  });

  it('threat 25: a reply that comes between look and write keeps the place of what is deleted', async () => {
    const { url } = await createSite();
    const root = await post({ url });
    const { id } = await me.post({ url, parent: root.id });
    const { answer } = await askWatched(me, 'DELETE', `/comments/${id}`, undefined, () => post({ url, parent: id }));
    expect(answer.status).toBe(200);
    expect((await thread({ url })).comments.map((c) => c.status)).toEqual(['approved', 'deleted', 'approved']);
    await checkThread(url);
  });

  it('threat 25: deleted many times at once it is counted once', async () => {
    const { url } = await createSite();
    const root = await me.post({ url });
    const reply = await me.post({ url, parent: root.id });
    await post({ url });
    const answers = await Promise.all(Array.from({ length: 8 }, () => remove(me, reply.id)));
    expect(answers.map((a) => a.status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 404)]);
    expect((await thread({ url })).page.count).toBe(2);
    const deletions = [remove(me, root.id), ...Array.from({ length: 4 }, () => asOwner('DELETE', root.id))];
    const [late, ...ends] = await Promise.all([edit(me, root.id, 'late'), ...deletions]);
    expect([200, 404]).toContain(late.status);
    expect(ends.map((a) => a.status).sort()).toEqual([200, 404, 404, 404, 404]);
    expect([(await rowOf(root.id)).body, (await thread({ url })).page.count]).toEqual(['', 1]);
    await checkThread(url);
  });

  it('threat 25: replies and deletions at once orphan nothing', async () => {
    const { url } = await createSite();
    for (let round = 0; round < 5; round++) {
      const root = await me.post({ url });
      const middle = await me.post({ url, parent: root.id });
      await Promise.all([
        remove(me, root.id),
        send({ url, body: 'a', parent: root.id, author: { name: 'x' } }),
        remove(me, middle.id),
        send({ url, body: 'b', parent: middle.id, author: { name: 'x' } }),
        edit(me, middle.id, 'c'),
      ]);
      await checkThread(url);
    }
  });
});
