/** Being forgotten: nothing of somebody is left, and what others said stays readable and rightly counted. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Comment } from '../../worker/contract';
import type { Bindings } from '../../worker/env';
import { newId } from '../../worker/ids';
import worker from '../../worker/index';
import { ADMIN, bindings, call, createSite, problem, query, replies, setRow, thread } from './api';
import { createKey, type Key } from './key';
import { createPerson } from './person';

const HOUR_MS = 3_600_000;
const runJob = (cron: string, laterMs: number, overrides: Partial<Bindings> = {}) =>
  worker.scheduled({ scheduledTime: Date.now() + laterMs, cron } as ScheduledController, { ...bindings, ...overrides });
/** What runs hourly, a day and an hour later unless told otherwise. */
async function runCron(laterMs = 25 * HOUR_MS): Promise<void> {
  for (const cron of ['47 * * * *', '17 * * * *']) await runJob(cron, laterMs);
}

const rows = async <T = Record<string, unknown>>(sql: string, ...params: unknown[]) =>
  (
    await bindings.DB.prepare(sql)
      .bind(...params)
      .all<T>()
  ).results;
const etag = async (url: string) => (await call(`/thread${query({ url })}`, { headers: ADMIN })).headers.get('ETag');

async function leave(key: Key, token?: string) {
  const answer = await key.ask('DELETE', '/me', undefined, token === undefined ? {} : { token });
  expect(answer.status).toBe(200);
}

/** Every value of every table, as text. */
async function dumpAll(): Promise<string> {
  const tables = await rows<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'",
  );
  expect(tables.length).toBeGreaterThan(15);
  const all = await Promise.all(tables.map(async ({ name }) => [name, await rows(`SELECT * FROM ${name}`)]));
  // D1 hands blobs out as lists of numbers.
  const isBlob = (value: unknown) => Array.isArray(value) && value.every((byte) => typeof byte === 'number');
  return JSON.stringify(all, (_, value) => (isBlob(value) ? String.fromCharCode(...value) : value));
}

/** What the counters say against what there is. */
async function expectCounted() {
  expect(
    await rows(`
      SELECT p.url, p.count, (
        SELECT COUNT(*) FROM comments c WHERE c.page_id = p.id AND c.status = 'approved') AS really
      FROM pages p WHERE count <> really`),
  ).toEqual([]);
  expect(
    await rows(`
      SELECT r.id, r.replies, (
        SELECT COUNT(*) FROM comments c WHERE c.root_id = r.id AND c.parent_id IS NOT NULL AND c.shown = 1) AS really
      FROM comments r WHERE r.parent_id IS NULL AND replies <> really`),
  ).toEqual([]);
  expect(
    await rows(`
      SELECT c.id, c.up, c.down FROM comments c
      WHERE up <> (SELECT COUNT(*) FROM votes v WHERE v.comment_id = c.id AND value = 1)
        OR down <> (SELECT COUNT(*) FROM votes v WHERE v.comment_id = c.id AND value = -1)
        OR (up = 0 AND score <> 0) OR (up > 0 AND score <= 0)`),
  ).toEqual([]);
  // Removed comments stand for the sake of an answer below them, and no answer stands on nothing.
  expect(
    await rows(`
      SELECT c.id, c.status, c.shown FROM comments c
      WHERE shown <> (status = 'approved' OR (status <> 'pending' AND EXISTS (
        SELECT 1 FROM comments r WHERE r.parent_id = c.id AND r.shown = 1)))`),
  ).toEqual([]);
  // What comes with the thread is a beginning of the branch, of at least the first five.
  expect(
    await rows(`
      SELECT root_id, n, inline FROM (
        SELECT root_id, inline, ROW_NUMBER() OVER (PARTITION BY root_id ORDER BY id) AS n,
          LAG(inline, 1, 1) OVER (PARTITION BY root_id ORDER BY id) AS before
        FROM comments WHERE parent_id IS NOT NULL AND shown = 1)
      WHERE inline > before OR (n <= 5 AND inline = 0)`),
  ).toEqual([]);
}

/** Many comments alike, in no time: what moderation thinks of them is none of these tests' business. */
const UNJUDGED = { attackAfter: 0, challenge: 'never', classifier: false };

let url: string;
let site: string;
let me: Key;
let others: Key;
beforeEach(async () => {
  ({ url, site } = await createSite({ votes: 'both', reactions: ['👍', '🎉'], ...UNJUDGED }));
  me = await createKey();
  others = await createKey();
});
/** As if it had been written long ago: nobody writes as fast as these tests do. */
async function write(key: Key, over: object = {}): Promise<Comment> {
  const comment = await key.post({ url, ...over });
  await setRow(comment.id, { created_at: 0 });
  return comment;
}
const mine = (over: object = {}) =>
  write(me, { body: 'Kestrel sighting', author: { name: 'Pernille Quist' }, ...over });
const theirs = (over: object = {}) => write(others, { body: 'Somebody else’s', ...over });
const reply = (to: Comment) => ({ parent: to.id });

describe('a thread whose writer is forgotten', () => {
  it('keeps the places that were replied to, loses the others, and counts right', async () => {
    const root = await mine();
    const answer = await theirs(reply(root));
    const middle = await mine(reply(answer));
    const below = await theirs(reply(middle));
    const leaf = await mine(reply(below));
    const alone = await mine();
    const other = await theirs();
    const onOther = await mine(reply(other));
    const before = await etag(url);
    await leave(me);
    await runCron();
    const { comments, page } = await thread({ url });
    expect(page.count).toBe(3);
    expect(await etag(url)).not.toBe(before);
    expect(comments.map((c) => [c.id, c.status, c.html, c.depth])).toEqual([
      [root.id, 'deleted', '', 0],
      [answer.id, 'approved', answer.html, 1],
      [middle.id, 'deleted', '', 2],
      [below.id, 'approved', below.html, 3],
      [other.id, 'approved', other.html, 0],
    ]);
    expect(comments.every((c) => c.more === null)).toBe(true);
    expect(comments[0]!.author).toEqual({ id: null, name: '', url: null, avatar: null, badge: null, verified: null });
    for (const { id } of [leaf, alone, onOther])
      expect((await problem(call(`/comments/${id}`))).code).toBe('not_found');
    await expectCounted();
  });

  it('loses whole branches nobody else spoke in, and empty places that stood for nobody else', async () => {
    const gone = await theirs();
    const stem = await theirs(reply(gone));
    let last = await mine(reply(stem));
    for (let i = 0; i < 12; i++) last = await mine(reply(last));
    for (const { id } of [stem, gone]) expect((await others.ask('DELETE', `/comments/${id}`)).status).toBe(200);
    expect((await thread({ url })).comments).not.toEqual([]);
    await leave(me);
    await runCron();
    expect((await thread({ url })).comments).toEqual([]);
    expect((await thread({ url })).page.count).toBe(0);
    await expectCounted();
  });

  it('keeps a long chain of theirs that ends in an answer of somebody else', async () => {
    const chain = [await mine()];
    for (let i = 0; i < 12; i++) chain.push(await mine(reply(chain.at(-1)!)));
    const answer = await theirs(reply(chain.at(-1)!));
    await leave(me);
    await runCron();
    const ids = (await replies(chain[0]!.id)).comments.map((c) => c.id);
    expect(ids).toEqual([...chain.slice(1).map((c) => c.id), answer.id]);
    await expectCounted();
  });

  it('shows a branch without gaps when its first replies go, also to a reply that comes after', async () => {
    const root = await theirs();
    for (let i = 0; i < 4; i++) await mine(reply(root));
    const kept = [];
    for (let i = 0; i < 6; i++) kept.push(await theirs(reply(root)));
    await leave(me);
    await runCron();
    kept.push(await theirs(reply(root)));
    const { comments } = await thread({ url });
    expect(comments.slice(1).map((c) => c.id)).toEqual(kept.slice(0, 5).map((c) => c.id));
    expect(comments[0]!.more).toEqual({ count: 2, after: kept[4]!.id });
    const rest = await replies(root.id, { after: kept[4]!.id });
    expect(rest.comments.map((c) => c.id)).toEqual(kept.slice(5).map((c) => c.id));
    await expectCounted();
  });

  it('threat 25: tells nothing of comments that nobody saw', async () => {
    const held = await mine();
    await theirs();
    await setRow(held.id, { status: 'pending', shown: 0 });
    await bindings.DB.prepare('UPDATE pages SET count = 1 WHERE site_id = ?').bind(site).run();
    const before = await etag(url);
    await leave(me);
    await runCron();
    expect(await etag(url)).toBe(before);
    expect(await rows('SELECT status, body FROM comments WHERE id = ?', held.id)).toEqual([
      { status: 'deleted', body: '' },
    ]);
    await expectCounted();
  });

  it.each([1, 2])('stays whole whatever its shape (%i)', async (seed) => {
    let state = seed;
    const random = (n: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % n;
    };
    const third = await createKey();
    const written: Comment[] = [];
    for (let i = 0; i < 30; i++) {
      const parent = random(5) === 0 ? undefined : written[Math.max(0, written.length - 1 - random(8))];
      written.push(await write([me, me, others, third][random(4)]!, parent && reply(parent)));
    }
    for (const key of [me, others, third])
      for (let i = 0; i < 5; i++)
        await key.ask('PUT', `/comments/${written[random(30)]!.id}/vote`, { value: random(2) === 0 ? 1 : -1 });
    await leave(me);
    await runCron();
    await expectCounted();
    await leave(third);
    await runCron();
    await expectCounted();
    const total = await rows<{ n: number }>(
      'SELECT COUNT(*) AS n FROM comments c JOIN pages p ON p.id = c.page_id WHERE p.site_id = ? AND author_id = ?',
      site,
      others.jkt,
    );
    expect((await thread({ url })).page.count).toBe(total[0]!.n);
  });
});

describe('somebody who is forgotten', () => {
  it('is found in no column of no table, and everybody else is where they were', async () => {
    const { id, token, sessionId } = await createPerson(me, site, {
      name: 'Pernille Quist',
      email: 'pernille@example.org',
      url: 'https://pernille.example/',
    });
    const avatar = newId(Date.now(), crypto.getRandomValues(new Uint8Array(16)));
    await bindings.DB.batch([
      bindings.DB.prepare("INSERT INTO accounts VALUES (?, 'github', 'subject-4711', ?, 'pquist', 0)").bind(site, id),
      bindings.DB.prepare("INSERT INTO avatars VALUES (?, ?, 'image/png', ?, 0)").bind(
        avatar,
        id,
        new TextEncoder().encode('pixels-of-pernille'),
      ),
      bindings.DB.prepare('UPDATE people SET avatar = ? WHERE id = ?').bind(avatar, id),
    ]);
    const other = await theirs({ author: { name: 'Mika', email: 'mika@example.org' } });
    const fingerprints = () =>
      rows<{ fingerprint: string }>('SELECT receipt_print AS fingerprint FROM comments WHERE site_id = ?', site);
    const kept = await fingerprints();
    const asPerson = (method: string, path: string, input: object) =>
      me.ask(method, path, input, { token, headers: { 'Idempotency-Key': crypto.randomUUID() } });
    const post = async (over: object): Promise<Comment> => {
      const answer = await asPerson('POST', '/comments', { url, body: 'Kestrel sighting', ...over });
      expect(answer.status).toBe(201);
      return answer.json();
    };
    const answered = await post({});
    await theirs(reply(answered));
    const spam = await post({});
    await setRow(spam.id, { status: 'spam', shown: 0 });
    await bindings.DB.prepare('UPDATE pages SET count = count - 1 WHERE site_id = ?').bind(site).run();
    // The same device, before its owner logged in.
    await me.post({ url, body: 'Kestrel sighting', author: { name: 'Pernille Quist', email: 'pernille@example.org' } });
    await asPerson('PUT', `/comments/${other.id}/vote`, { value: 1 });
    await asPerson('POST', `/comments/${other.id}/flags`, { reason: 'other', note: 'Ask Pernille.' });
    await asPerson('PUT', '/reaction', { url, value: '👍' });
    await others.ask('PUT', `/comments/${answered.id}/vote`, { value: 1 });
    await others.ask('POST', `/comments/${answered.id}/flags`, { reason: 'spam', note: 'Pernille again' });
    await leave(me, token);
    await leave(me);
    const needles = [
      ...['Pernille', 'pernille', 'Kestrel', 'pquist', 'subject-4711', 'pixels-of-pernille', 'Ask Pernille'],
      ...[id, id.slice(-12), sessionId, avatar, me.jkt, me.handle],
      ...(await fingerprints()).map((r) => r.fingerprint).filter((f) => !kept.some((k) => k.fingerprint === f)),
    ];
    // One of the others' replies has a receipt too: it stays.
    const theirReceipts = (
      await rows<{ fingerprint: string }>(
        'SELECT receipt_print AS fingerprint FROM comments WHERE author_id = ?',
        others.jkt,
      )
    ).map((r) => r.fingerprint);
    const before = await dumpAll();
    expect(needles.filter((needle) => !before.includes(needle))).toEqual([]);
    await runCron();
    const after = await dumpAll();
    expect(needles.filter((n) => !theirReceipts.includes(n) && after.includes(n))).toEqual([]);
    expect(theirReceipts.filter((receipt) => !after.includes(receipt))).toEqual([]);
    const { comments, page } = await thread({ url });
    expect(comments.map((c) => [c.author.name, c.votes])).toEqual([
      ['Mika', 0],
      ['', 0],
      ['Mika', 0],
    ]);
    expect(page.reactions.map((r) => r.count)).toEqual([0, 0]);
    expect(after).toContain('mika@example.org');
    expect((await problem(me.ask('GET', '/me', undefined, { token }))).code).toBe('session_invalid');
    await expectCounted();
  });

  it('takes votes and reactions along: scores and counts are as if they had never been', async () => {
    const liked = await theirs();
    const disliked = await theirs();
    const third = await createKey();
    const vote = (key: Key, id: string, value: number) => key.ask('PUT', `/comments/${id}/vote`, { value });
    const scores = () => rows('SELECT id, up, down, score FROM comments WHERE id IN (?, ?)', liked.id, disliked.id);
    for (const c of [liked, disliked]) await vote(third, c.id, 1);
    await third.ask('PUT', '/reaction', { url, value: '👍' });
    const expected = await scores();
    await vote(me, liked.id, 1);
    await vote(me, disliked.id, -1);
    await me.ask('PUT', '/reaction', { url, value: '👍' });
    await me.ask('PUT', '/reaction', { url: `${url}/2`, value: '🎉' });
    expect(await scores()).not.toEqual(expected);
    await leave(me);
    const before = await etag(url);
    await runCron();
    expect(await scores()).toEqual(expected);
    expect(await etag(url)).not.toBe(before);
    expect((await thread({ url })).page.reactions.map((r) => r.count)).toEqual([1, 0]);
    expect(await rows('SELECT reactions FROM pages WHERE site_id = ? AND url LIKE ?', site, '%/2')).toEqual([
      { reactions: '{}' },
    ]);
    await expectCounted();
  });

  it('is not forgotten before the day is over, nor having changed their mind', async () => {
    await mine();
    await leave(me);
    await runCron(23 * HOUR_MS);
    expect((await thread({ url })).comments[0]!.author.name).toBe('Pernille Quist');
    await me.ask('POST', '/me/restore');
    await runCron();
    expect((await thread({ url })).comments[0]!.author.name).toBe('Pernille Quist');
  });

  it('may go on writing until then: that goes as well', async () => {
    const { token } = await createPerson(me, site);
    await leave(me, token);
    const answer = await me.ask(
      'POST',
      '/comments',
      { url, body: 'One more.' },
      { token, headers: { 'Idempotency-Key': crypto.randomUUID() } },
    );
    expect(answer.status).toBe(201);
    await runCron();
    expect((await thread({ url })).comments).toEqual([]);
  });

  it('goes together with others who are due', async () => {
    const third = await createKey();
    const root = await mine();
    await third.post({ url, ...reply(root) });
    await theirs();
    await leave(me);
    await leave(third);
    await runCron();
    expect((await thread({ url })).comments).toHaveLength(1);
    expect(await rows('SELECT * FROM deletions WHERE identity IN (?, ?)', me.jkt, third.jkt)).toEqual([]);
    await expectCounted();
  });
});

describe('the cron', () => {
  it('stays within 50 queries a run; what is left it goes on with, and the request goes last', async () => {
    const first = await mine();
    await bindings.DB.prepare(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300)
      INSERT INTO comments (id, root_id, page_id, depth, status, shown, inline,
        author_id, author_name, body, html, html_version, created_at)
      SELECT substr(id, 1, 10) || printf('%016d', i), substr(id, 1, 10) || printf('%016d', i), page_id, 0,
        'approved', 1, 1, author_id, author_name, body, html, html_version, created_at
      FROM comments, n WHERE id = ?1`)
      .bind(first.id)
      .run();
    await bindings.DB.batch([
      bindings.DB.prepare('UPDATE pages SET count = 1301 WHERE site_id = ?').bind(site),
      bindings.DB.prepare('UPDATE comments SET up = 1 WHERE author_id = ?').bind(me.jkt),
      bindings.DB.prepare('INSERT INTO votes SELECT id, ?1, 1, 0 FROM comments WHERE author_id = ?1').bind(me.jkt),
    ]);
    await leave(me);
    const left = async () => ({
      comments: (await rows('SELECT id FROM comments WHERE author_id = ?', me.jkt)).length,
      asked: (await rows('SELECT 1 FROM deletions WHERE identity = ?', me.jkt)).length,
    });
    let queries = 0;
    const DB = new Proxy(bindings.DB, {
      get: (db, name) =>
        name === 'withSession'
          ? (start: string) => {
              const session = db.withSession(start);
              return {
                prepare: (text: string) => session.prepare(text),
                getBookmark: () => session.getBookmark(),
                batch: (statements: D1PreparedStatement[]) => {
                  queries += statements.length;
                  return session.batch(statements);
                },
              };
            }
          : Reflect.get(db, name),
    });
    await runJob('17 * * * *', 25 * HOUR_MS, { DB });
    expect(queries).toBeLessThanOrEqual(50);
    expect(await left()).toEqual({ comments: 301, asked: 1 });
    await expectCountedPage(301);
    await runJob('17 * * * *', 25 * HOUR_MS, { DB });
    expect(await left()).toEqual({ comments: 0, asked: 0 });
    await expectCountedPage(0);
    await expectCounted();
    queries = 0;
    await runJob('17 * * * *', 25 * HOUR_MS, { DB });
    expect(queries).toBeLessThanOrEqual(7);
  });
  const expectCountedPage = async (count: number) => expect((await thread({ url })).page.count).toBe(count);

  it('copes with a branch of a thousand replies, each to the one before', async () => {
    const root = await mine();
    await bindings.DB.prepare(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO comments (id, parent_id, root_id, page_id, depth, status, shown, inline,
        author_id, author_name, body, html, html_version, created_at)
      SELECT substr(id, 1, 10) || printf('~%015d', i),
        CASE i WHEN 1 THEN id ELSE substr(id, 1, 10) || printf('~%015d', i - 1) END,
        id, page_id, i, 'approved', 1, i <= 5, author_id, author_name, body, html, html_version, created_at
      FROM comments, n WHERE id = ?1`)
      .bind(root.id)
      .run();
    await bindings.DB.batch([
      bindings.DB.prepare('UPDATE pages SET count = 1001 WHERE site_id = ?').bind(site),
      bindings.DB.prepare('UPDATE comments SET replies = 1000 WHERE id = ?').bind(root.id),
    ]);
    await leave(me);
    for (let i = 0; i < 2; i++) await runCron();
    expect((await thread({ url })).comments).toEqual([]);
    await expectCounted();
  });

  it('forgets proofs that are too old to count, logins and sessions that have ended, and no others', async () => {
    const { id, sessionId } = await createPerson(me, site);
    await bindings.DB.batch([
      bindings.DB.prepare("INSERT INTO sessions VALUES ('old', ?, ?, 'x', 'x', 0, 0, 1000)").bind(site, id),
      bindings.DB.prepare("INSERT INTO proofs VALUES (1, 'old', 'old')"),
      bindings.DB.prepare("INSERT INTO proofs VALUES (?, 'new', 'new')").bind(Math.floor(Date.now() / 1000) - 120),
      bindings.DB.prepare(
        `INSERT INTO logins (id, site_id, provider, origin, return_to, popup, jkt, challenge, kept, expires_at)
        VALUES ('old', 'x', 'x', 'x', 'x', 0, 'x', 'x', '{}', 1000),
          ('new', 'x', 'x', 'x', 'x', 0, 'x', 'x', '{}', 9e15)`,
      ),
    ]);
    await runCron(0);
    expect(await rows("SELECT jkt FROM proofs WHERE jkt IN ('old', 'new')")).toEqual([{ jkt: 'new' }]);
    expect(await rows('SELECT id FROM logins')).toEqual([{ id: 'new' }]);
    expect(await rows('SELECT id FROM sessions WHERE person_id = ?', id)).toEqual([{ id: sessionId }]);
  });
});
