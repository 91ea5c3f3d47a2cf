/** Votes, reactions and reports: each counts once a reader, whatever is sent how often. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Comment, Page, Reaction, Vote } from '../../worker/contract';
import { ADMIN, bindings, call, createSite, post, problem, setRow, thread } from './api';
import { createKey, type Key } from './key';
import { askWatched } from './watched';

let me: Key;
let other: Key;
beforeAll(async () => {
  [me, other] = await Promise.all([createKey(), createKey()]);
});

const row = (id: string) =>
  bindings.DB.prepare('SELECT up, down, score FROM comments WHERE id = ?').bind(id).first<{
    up: number;
    down: number;
    score: number;
  }>();
const count = (table: 'votes' | 'flags', id: string) =>
  bindings.DB.prepare(`SELECT COUNT(*) AS n FROM ${table} WHERE comment_id = ?`).bind(id).first<number>('n');
const vote = (key: Key, id: string, value: unknown) => key.ask('PUT', `/comments/${id}/vote`, { value });
const versionOf = (url: string) =>
  bindings.DB.prepare('SELECT version FROM pages WHERE url = ?').bind(url).first<number>('version');

describe('a vote', () => {
  it('replaces the one before it, and 0 takes it back', async () => {
    const { url } = await createSite({ votes: 'both' });
    const { id } = await post({ url });
    const steps: [Key, 1 | 0 | -1, Vote, number, number][] = [
      [me, 1, { votes: 1, value: 1 }, 1, 0],
      [me, 1, { votes: 1, value: 1 }, 1, 0],
      [other, 1, { votes: 2, value: 1 }, 2, 0],
      [me, -1, { votes: 0, value: -1 }, 1, 1],
      [other, 0, { votes: -1, value: 0 }, 0, 1],
      [other, 0, { votes: -1, value: 0 }, 0, 1],
      [me, 1, { votes: 1, value: 1 }, 1, 0],
      [me, 0, { votes: 0, value: 0 }, 0, 0],
    ];
    for (const [key, value, answer, up, down] of steps) {
      expect(await (await vote(key, id, value)).json()).toEqual(answer);
      expect(await row(id)).toMatchObject({ up, down });
    }
    expect([(await row(id))!.score, await count('votes', id)]).toEqual([0, 0]);
  });

  it('changes what the thread shows and its ETag; one that is there already changes neither', async () => {
    const { url } = await createSite();
    const { id } = await post({ url });
    const before = (await versionOf(url))!;
    await vote(me, id, 1);
    expect([(await thread({ url })).comments[0]!.votes, await versionOf(url)]).toEqual([1, before + 1]);
    await vote(me, id, 1);
    expect(await versionOf(url)).toBe(before + 1);
  });

  it('is for what the site offers', async () => {
    const up = await post({ url: (await createSite({ votes: 'up' })).url });
    const off = await post({ url: (await createSite({ votes: 'off' })).url });
    const refused = { status: 403, code: 'switched_off', field: 'value' };
    expect(await problem(vote(me, up.id, -1))).toEqual(refused);
    for (const value of [1, 0, -1]) expect(await problem(vote(me, off.id, value))).toEqual(refused);
    for (const value of [2, '1', null, 0.5])
      expect(await problem(vote(me, up.id, value))).toMatchObject({ code: 'invalid_request', field: 'value' });
    expect((await vote(me, up.id, 1)).status).toBe(200);
  });

  it('is for others’ comments', async () => {
    const { url } = await createSite({ votes: 'both' });
    const { id } = await me.post({ url });
    for (const value of [1, -1])
      expect(await problem(vote(me, id, value))).toEqual({ status: 400, code: 'invalid_request', field: 'value' });
    expect(await (await vote(me, id, 0)).json()).toEqual({ votes: 0, value: 0 });
  });

  it('needs a proof', async () => {
    const { url } = await createSite();
    const { id } = await post({ url });
    for (const headers of [{}, ADMIN])
      expect(
        await problem(
          call(`/comments/${id}/vote`, {
            method: 'PUT',
            body: '{"value":1}',
            headers: { 'Content-Type': 'application/json', ...headers },
          }),
        ),
      ).toEqual({ status: 401, code: 'proof_required', field: 'DPoP' });
  });

  it('costs two round trips and at most 8 rows written, and 1 when it is there already', async () => {
    const { url } = await createSite({ votes: 'both' });
    const root = await post({ url });
    for (const { id } of [root, await post({ url, parent: root.id })]) {
      for (const value of [1, -1, 0]) {
        const { answer, trips, written } = await askWatched(me, 'PUT', `/comments/${id}/vote`, { value });
        expect([answer.status, trips, written <= 8]).toEqual([200, 2, true]);
      }
      expect((await askWatched(me, 'PUT', `/comments/${id}/vote`, { value: 0 })).written).toBe(1);
    }
  });
});

describe('the order “best”', () => {
  it('goes by Wilson’s lower bound of votes up in all, newest first among equals', async () => {
    const { url } = await createSite({ votes: 'both' });
    const made: Comment[] = [];
    for (let i = 0; i < 6; i++) made.push(await post({ url }));
    const [few, many, mixed, down, ...none] = made.map((c) => c.id) as [string, string, string, string, ...string[]];
    // One vote each really cast; the rest was there.
    await setRow(many, { up: 99, down: 9 });
    await setRow(mixed, { up: 10, down: 9 });
    await setRow(down, { down: 4 });
    for (const id of [few, many]) await vote(me, id, 1);
    for (const id of [mixed, down]) await vote(me, id, -1);
    const bound = (up: number, n: number) => {
      const [p, z] = [up / n, 1.96];
      return (p + z ** 2 / (2 * n) - z * Math.sqrt((p * (1 - p) + z ** 2 / (4 * n)) / n)) / (1 + z ** 2 / n);
    };
    expect((await row(few))!.score).toBeCloseTo(bound(1, 1), 10);
    expect((await row(many))!.score).toBeCloseTo(bound(100, 109), 10);
    expect((await row(mixed))!.score).toBeCloseTo(bound(10, 20), 10);
    expect((await row(down))!.score).toBe(0);
    const order = [many, mixed, few, ...none.reverse(), down];
    expect((await thread({ url, sort: 'best' })).comments.map((c) => c.id)).toEqual(order);
  });
});

describe('threats', () => {
  it('threat 15: vote stuffing: a thousand votes of one identity at once, each with its own proof, count once', async () => {
    const { url } = await createSite({ votes: 'both' });
    const { id } = await post({ url });
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => vote(me, id, i % 10 === 3 ? -1 : 1)));
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200]));
    const state = (await row(id))!;
    expect([state.up + state.down, await count('votes', id)]).toEqual([1, 1]);
    expect(await (await vote(other, id, 1)).json()).toEqual({ votes: state.up - state.down + 1, value: 1 });
  }, 60_000);

  it('threat 15: one proof sent many times at once counts once, and a reaction or report likewise', async () => {
    const { url } = await createSite({ votes: 'both', reactions: ['👍', '👎'] });
    const { id } = await post({ url });
    const body = JSON.stringify({ value: 1 });
    const DPoP = await me.prove('PUT', `/comments/${id}/vote`, { body });
    const send = () =>
      call(`/comments/${id}/vote`, { method: 'PUT', body, headers: { DPoP, 'Content-Type': 'application/json' } });
    const statuses = (await Promise.all(Array.from({ length: 10 }, send))).map((a) => a.status);
    expect(statuses.filter((s) => s === 200)).toHaveLength(1);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => [
        me.ask('PUT', '/reaction', { url, value: i % 2 ? '👍' : '👎' }),
        me.ask('POST', `/comments/${id}/flags`, { reason: i % 2 ? 'spam' : 'other' }),
      ]).flat(),
    );
    const { page } = await thread({ url });
    expect(page.reactions.map((r) => r.count).reduce((a, b) => a + b)).toBe(1);
    expect(await count('flags', id)).toBe(1);
  });

  it('threat 16: pending or deleted comments cannot be voted on, flagged, or read', async () => {
    const { url } = await createSite();
    const made = await other.post({ url });
    const paths: [string, string, unknown][] = [
      ['PUT', `/comments/${made.id}/vote`, { value: 1 }],
      ['PUT', `/comments/${made.id}/vote`, { value: 0 }],
      ['POST', `/comments/${made.id}/flags`, { reason: 'spam' }],
      ['GET', `/comments/${made.id}/source`, undefined],
    ];
    for (const status of ['pending', 'spam', 'trash', 'deleted'] as const) {
      await setRow(made.id, { status, shown: 0 });
      for (const [method, path, input] of paths)
        expect(await problem(me.ask(method, path, input))).toEqual({ status: 404, code: 'not_found' });
    }
    for (const [method, path, input] of paths)
      for (const id of ['01hzzzzzzzzzzzzzzzzzzzzzzz', 'x'])
        expect((await problem(me.ask(method, path.replace(made.id, id), input))).code).toBe('not_found');
    expect([await count('votes', made.id), await count('flags', made.id)]).toEqual([0, 0]);
  });

  it('threat 18: votes, reactions and reports need JSON and an Origin of the site', async () => {
    const { url } = await createSite({ reactions: ['👍'] });
    const { id } = await post({ url });
    const asks: [string, string, unknown][] = [
      ['PUT', `/comments/${id}/vote`, { value: 1 }],
      ['POST', `/comments/${id}/flags`, { reason: 'spam' }],
      ['PUT', '/reaction', { url, value: '👍' }],
    ];
    const foreign = (await createSite()).url;
    for (const [method, path, input] of asks) {
      for (const Origin of ['https://evil.example', 'null', new URL(foreign).origin])
        expect((await problem(me.ask(method, path, input, { headers: { Origin } }))).code).toBe('origin_not_allowed');
      expect((await me.ask(method, path, input, { headers: { 'Content-Type': 'text/plain' } })).status).toBe(415);
      expect((await me.ask(method, path, input, { headers: { Origin: new URL(url).origin } })).ok).toBe(true);
    }
  });

  it('threat 25: a comment removed between look and write gets neither vote nor report', async () => {
    const { url } = await createSite();
    for (const [method, path, input] of [
      ['PUT', 'vote', { value: 1 }],
      ['POST', 'flags', { reason: 'spam' }],
    ] as const) {
      const { id } = await post({ url });
      const before = await versionOf(url);
      const removed = () => setRow(id, { status: 'pending', shown: 0 });
      const { answer } = await askWatched(me, method, `/comments/${id}/${path}`, input, removed);
      expect(await problem(answer)).toEqual({ status: 404, code: 'not_found' });
      expect([await count('votes', id), await count('flags', id), await versionOf(url)]).toEqual([0, 0, before]);
      expect(await row(id)).toEqual({ up: 0, down: 0, score: 0 });
    }
  });
});

describe('a reaction', () => {
  const react = async (key: Key, url: string, value: string | null, more = {}): Promise<Reaction> => {
    const answer = await key.ask('PUT', '/reaction', { url, value, ...more });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const pageOf = async (url: string): Promise<Page> => (await thread({ url })).page;

  it('is one a reader and page, and null takes it back', async () => {
    const { url } = await createSite({ reactions: ['👍', '❤️', '"$.\\'] });
    await post({ url });
    const counts = (...n: number[]) => ['👍', '❤️', '"$.\\'].map((value, i) => ({ value, count: n[i]! }));
    expect(await react(me, url, '👍')).toEqual({ reactions: counts(1, 0, 0), value: '👍' });
    expect(await react(me, url, '👍')).toEqual({ reactions: counts(1, 0, 0), value: '👍' });
    expect(await react(other, url, '👍')).toEqual({ reactions: counts(2, 0, 0), value: '👍' });
    expect(await react(other, url, '"$.\\')).toEqual({ reactions: counts(1, 0, 1), value: '"$.\\' });
    expect(await react(me, url, '❤️')).toEqual({ reactions: counts(0, 1, 1), value: '❤️' });
    expect((await pageOf(url)).reactions).toEqual(counts(0, 1, 1));
    expect(await react(other, url, null)).toEqual({ reactions: counts(0, 1, 0), value: null });
    expect(await react(other, url, null)).toEqual({ reactions: counts(0, 1, 0), value: null });
    expect(await react(me, url, null)).toEqual({ reactions: counts(0, 0, 0), value: null });
    expect(await bindings.DB.prepare('SELECT reactions FROM pages WHERE url = ?').bind(url).first('reactions')).toBe(
      '{}',
    );
  });

  it('bears its page, which taking none back does not', async () => {
    const { site, url } = await createSite({ reactions: ['👍'] });
    await react(me, `${url}/quiet`, null);
    await react(me, url, '👍', { title: ' A\u202e post ' });
    const page = await pageOf(url);
    expect(page).toMatchObject({ id: expect.any(String), title: 'A post', count: 0, reactions: [{ count: 1 }] });
    const born = await bindings.DB.prepare('SELECT url, version FROM pages WHERE site_id = ?').bind(site).all();
    expect(born.results).toEqual([{ url, version: 1 }]);
    await Promise.all(
      (await Promise.all([createKey(), createKey(), createKey()])).map((k) => react(k, `${url}/2`, '👍')),
    );
    expect((await pageOf(`${url}/2`)).reactions).toEqual([{ value: '👍', count: 3 }]);
  });

  it('belongs to a page by its id, and to where an alias leads', async () => {
    const { site, url } = await createSite({ reactions: ['👍'] });
    await react(me, url, '👍', { pageId: 'seven' });
    expect((await thread({ url, page_id: 'seven' })).page.reactions).toEqual([{ value: '👍', count: 1 }]);
    await bindings.DB.prepare("INSERT INTO aliases (site_id, key, target) VALUES (?, ?, '#seven')")
      .bind(site, url.replace('/post', '/old'))
      .run();
    expect((await react(other, url.replace('/post', '/old'), '👍')).reactions).toEqual([{ value: '👍', count: 2 }]);
  });

  it('is one of those the site offers; what it no longer offers can be taken back', async () => {
    const { site, url } = await createSite({ reactions: ['👍'] });
    await react(me, url, '👍');
    for (const value of ['👎', '', '__proto__', 'constructor'])
      expect(await problem(me.ask('PUT', '/reaction', { url, value }))).toEqual({
        status: 403,
        code: 'switched_off',
        field: 'value',
      });
    expect((await problem(me.ask('PUT', '/reaction', { url, value: '👍', site: 'other' }))).code).toBe(
      'origin_not_allowed',
    );
    await bindings.DB.prepare("UPDATE sites SET settings = '{}' WHERE id = ?").bind(site).run();
    expect(await react(me, url, null)).toEqual({ reactions: [], value: null });
    expect(
      await bindings.DB.prepare('SELECT COUNT(*) AS n FROM reactions WHERE person_id = ? AND page_id = ?')
        .bind(me.jkt, (await pageOf(url)).id)
        .first('n'),
    ).toBe(0);
  });

  it('is allowed where the conversation is closed', async () => {
    const { url } = await createSite({ reactions: ['👍'] });
    await post({ url });
    await bindings.DB.prepare('UPDATE pages SET locked = 1 WHERE url = ?').bind(url).run();
    expect((await react(me, url, '👍')).value).toBe('👍');
  });

  it('costs two round trips and at most 5 rows written; the same again 1', async () => {
    const { url } = await createSite({ reactions: ['👍', '👎'] });
    for (const value of ['👍', '👎', null, '👍']) {
      const { answer, trips, written } = await askWatched(me, 'PUT', '/reaction', { url, value });
      expect([answer.status, trips, written <= 5]).toEqual([200, 2, true]);
    }
    const before = await versionOf(url);
    expect((await askWatched(me, 'PUT', '/reaction', { url, value: '👍' })).written).toBe(1);
    expect(await versionOf(url)).toBe(before);
  });
});

describe('a report', () => {
  const flags = (id: string) =>
    bindings.DB.prepare('SELECT reporter_id, reason, note FROM flags WHERE comment_id = ? ORDER BY reporter_id')
      .bind(id)
      .all();

  it('counts once a reader, keeps the last reason, and changes nothing that others see', async () => {
    const { url } = await createSite();
    const { id } = await post({ url });
    const before = [await versionOf(url), await thread({ url })];
    const path = `/comments/${id}/flags`;
    const first = await me.ask('POST', path, { reason: 'spam', note: ' Look\u202e:\r\n<b>ad</b>\0 \n' });
    expect([first.status, await first.json()]).toEqual([201, { ok: true }]);
    expect((await flags(id)).results).toEqual([
      { reporter_id: me.jkt, reason: 'spam', note: 'Look:\n<b>ad</b>\ufffd' },
    ]);
    expect((await me.ask('POST', path, { reason: 'abuse', note: ' \u200e ' })).status).toBe(201);
    expect((await flags(id)).results).toEqual([{ reporter_id: me.jkt, reason: 'abuse', note: null }]);
    expect((await other.ask('POST', path, { reason: 'off_topic' })).status).toBe(201);
    expect(await count('flags', id)).toBe(2);
    expect([await versionOf(url), await thread({ url })]).toEqual(before);
  });

  it('needs a reason of the list, and a note within its limit', async () => {
    const { url } = await createSite();
    const { id } = await post({ url });
    for (const [input, field] of [
      [{}, 'reason'],
      [{ reason: 'boring' }, 'reason'],
      [{ reason: 'other', note: 'x'.repeat(1001) }, 'note'],
      [{ reason: 'other', more: 1 }, 'more'],
    ] as const)
      expect(await problem(me.ask('POST', `/comments/${id}/flags`, input))).toEqual({
        status: 400,
        code: 'invalid_request',
        field,
      });
  });

  it('costs two round trips and at most 6 rows written', async () => {
    const { url } = await createSite();
    const { id } = await post({ url });
    for (const reason of ['spam', 'other']) {
      const { answer, trips, written } = await askWatched(me, 'POST', `/comments/${id}/flags`, { reason });
      expect([answer.status, trips, written <= 6]).toEqual([201, 2, true]);
    }
  });
});

describe('where guests have no say', () => {
  it('a guest’s key neither votes nor reacts', async () => {
    const { url } = await createSite({ guests: false, reactions: ['👍'] });
    const comment = await post({ url }, ADMIN);
    const guest = await createKey();
    for (const [path, input] of [
      [`/comments/${comment.id}/vote`, { value: 1 }],
      ['/reaction', { url, value: '👍' }],
    ] as const)
      expect((await problem(guest.ask('PUT', path, input))).code).toBe('login_required');
  });
});
