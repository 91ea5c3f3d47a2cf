/** Searching comments: whatever is typed is a text to be found, in every language, and what is found is what is there now. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { AdminComments } from '../../worker/contract-admin';
import type { CommentRow } from '../../worker/db';
import worker from '../../worker/index';
import { ADMIN, bill, bindings, call, createSite, draft, key as newKey, query, send } from './api';
import { createKey } from './key';
import { createPerson } from './person';
import { insertComments, insertPage } from './rows';

const DAY_MS = 86_400_000;
type Params = Record<string, string | number>;

async function search(q: string, params: Params = {}): Promise<AdminComments> {
  const answer = await call(`/admin/comments${query({ q, ...params })}`, { headers: ADMIN });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}
const find = async (q: string, params: Params = {}) => (await search(q, params)).comments.map(({ id }) => id);

async function createPage(): Promise<{
  site: string;
  page: string;
  write: (...bodies: string[]) => Promise<CommentRow[]>;
}> {
  const { site } = await createSite();
  const page = await insertPage(site, 'one');
  return {
    site,
    page,
    write: (...bodies) => insertComments(bodies.map((body) => ({ site_id: site, page_id: page, body }))),
  };
}

describe('a search', () => {
  it('threat 23: takes every character for itself, wildcards, quotes and operators included', async () => {
    const { site, write } = await createPage();
    const texts = [
      '100% sure',
      'snake_case here',
      'a "quoted" word',
      "it's O'Neill",
      'C:\\temp\\new',
      'one AND two',
      'NEAR(one two, 5)',
      'body:hello',
      'sta* wild',
      '^start of it',
      '{author body} : x',
      "'); DROP TABLE comments; --",
      '<b>bold</b>',
      '-minus one',
      '+plus + plus',
      '(paren',
      '??? why',
      '\u0001\u0002\u0003 control',
    ];
    const rows = await write(...texts);
    for (const [i, text] of texts.entries()) expect(await find(text, { site }), text).toEqual([rows[i]!.id]);
    const nothing = [
      '___',
      '%%%',
      '100_ sure',
      'snake%case',
      '***',
      '"""',
      'one OR two',
      'author:Mika',
      'sta*wild',
      'x AND',
      'NOT body',
    ];
    for (const text of nothing) expect(await find(text, { site }), text).toEqual([]);
    expect(
      await bindings.DB.prepare('SELECT COUNT(*) AS n FROM comments WHERE site_id = ?').bind(site).first('n'),
    ).toBe(texts.length);
  });

  it('answers whatever is typed without an error', async () => {
    const { site } = await createPage();
    const typed = [
      '\0\0\0',
      'a\0b"c',
      '"" OR ""',
      '\ud83d\ude00\ud83d\ude00\ud83d\ude00',
      '\u202e\u202e\u202e',
      '\n\n\nabc',
      '""""""',
      '\\\\\\',
      '🏳️‍🌈',
    ];
    for (const text of typed) expect((await search(text, { site })).comments, JSON.stringify(text)).toEqual([]);
    for (const raw of ['%ED%A0%80abc', '%FF%FE%FD', 'abc%00'])
      expect((await call(`/admin/comments?q=${raw}&site=${site}`, { headers: ADMIN })).status, raw).toBe(200);
  });

  it('ignores case in every script, and needs no spaces between words', async () => {
    const { site, write } = await createPage();
    const texts = [
      'Grüße aus KÖLN',
      'Привет, МИР',
      '日本語のコメント',
      '한국어 댓글',
      'ΑΘΗΝΑ',
      'مرحبا بالعالم',
      'a👍🏽b',
    ];
    const rows = await write(...texts);
    const asked = ['köln', 'привет', '本語の', '한국어', 'αθηνα', 'بالعا', 'A👍🏽B'];
    for (const [i, q] of asked.entries()) expect(await find(q, { site }), q).toEqual([rows[i]!.id]);
  });

  it('looks into names as well', async () => {
    const { site, page } = await createPage();
    const [row] = await insertComments([{ site_id: site, page_id: page, author_name: 'Wilhelmina' }]);
    expect(await find('helmin', { site })).toEqual([row!.id]);
  });

  it('finds a comment at once after it was written', async () => {
    const { site, url } = await createSite();
    const answer = await send(draft({ url, body: 'A quokka, just now.' }));
    const { id } = (await answer.json()) as { id: string };
    expect(await find('quokka', { site })).toEqual([id]);
  });

  it('finds the text of now, not that of before an edit; nothing of what was deleted', async () => {
    const { site, url } = await createSite();
    const key = await createKey();
    const { id } = await key.post({ url, body: 'First an aardvark.' });
    const other = await key.post({ url, body: 'Then another aardvark.' });
    expect(await find('aardvark', { site })).toEqual([other.id, id]);
    await key.ask('PATCH', `/comments/${id}`, { body: 'Now a bandicoot.' });
    expect([await find('aardvark', { site }), await find('bandicoot', { site })]).toEqual([[other.id], [id]]);
    await key.ask('DELETE', `/comments/${other.id}`);
    expect(await find('aardvark', { site })).toEqual([]);
  });

  it('finds people by the name they have now', async () => {
    const { site, url } = await createSite();
    const key = await createKey();
    const { token } = await createPerson(key, site, { name: 'Evangeline' });
    const headers = { 'Idempotency-Key': newKey() };
    const posted = await key.ask('POST', '/comments', { url, body: 'By me.' }, { token, headers });
    const { id } = (await posted.json()) as { id: string };
    expect(await find('evangel', { site })).toEqual([id]);
    expect((await key.ask('PATCH', '/me', { name: 'Bartholomew' }, { token })).status).toBe(200);
    expect([await find('evangel', { site }), await find('bartholo', { site })]).toEqual([[], [id]]);
  });
});

describe('a search in much', () => {
  let site: string;
  let rows: CommentRow[];
  beforeAll(async () => {
    const at = await createPage();
    site = at.site;
    const other = await insertPage(site, 'two');
    const start = Date.now() - DAY_MS;
    rows = await insertComments(
      Array.from({ length: 23_000 }, (_, i) => ({
        site_id: site,
        page_id: i % 1000 === 0 ? other : at.page,
        created_at: start + i,
        status: i === 500 ? ('spam' as const) : ('approved' as const),
        body: `A common word${i % 5000 === 4321 ? ' and a numbat' : ''}.`,
      })),
    );
  }, 60_000);

  it('takes in what is new in portions, says what is missing, and the cron takes in more', async () => {
    const first = await search('common', { site, limit: 1 });
    expect(first.comments.length).toBe(1);
    expect(first.unsearched).toBeGreaterThan(15_000);
    const second = await search('common', { site, limit: 1 });
    expect(first.unsearched - second.unsearched).toBe(2000);
    await worker.scheduled({ scheduledTime: Date.now(), cron: '47 * * * *' } as ScheduledController, bindings);
    expect((await search('common', { site, limit: 1 })).unsearched).toBe(0);
    expect((await find('common', { site, limit: 1 }))[0]).toBe(rows.at(-1)!.id);
  });

  it('reads little more than it shows, where a word is common and where it is rare', async () => {
    const numbats = rows.filter((_, i) => i % 5000 === 4321).map(({ id }) => id);
    expect(await find('numbat', { site })).toEqual(numbats.toReversed());
    expect(await find('numbat', { site, sort: 'oldest' })).toEqual(numbats);
    for (const q of ['common', 'numbat']) {
      const answer = await call(`/admin/comments${query({ q, site, limit: 20 })}`, { headers: ADMIN });
      const { trips, read, written } = bill(answer);
      // One in a thousand is looked at to tell that they are not few.
      expect({ trips, written }).toEqual({ trips: q === 'common' ? 2 : 3, written: 0 });
      expect(read).toBeLessThan(1001 + 21 * 4 + 20);
    }
  });

  it('walks page by page, each comment once, and looks among the few when the rest of the filter leaves few', async () => {
    const { page_id } = rows[0]!;
    const expected = rows.filter((row) => row.page_id === page_id).map(({ id }) => id);
    const first = await search('common', { page: page_id, limit: 10, sort: 'oldest' });
    expect(first.comments.map(({ id }) => id)).toEqual(expected.slice(0, 10));
    const second = await search('common', { page: page_id, limit: 20, sort: 'oldest', after: first.next! });
    expect(second.comments.map(({ id }) => id)).toEqual(expected.slice(10));
    expect(second.next).toBeNull();
    expect(await find('common', { site, status: 'spam' })).toEqual([rows[500]!.id]);
  });

  it('stops after ten thousand that have the word but do not fit, and goes on from there', async () => {
    await bindings.DB.prepare(`UPDATE comments SET verdict = '[{"phase":"links"}]' WHERE id = ?`)
      .bind(rows[100]!.id)
      .run();
    const stops: (string | null)[] = [];
    let found: string[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const { comments, next }: AdminComments = await search('common', {
        site,
        phase: 'links',
        ...(after && { after }),
      });
      found = [...found, ...comments.map(({ id }) => id)];
      stops.push(next);
      after = next;
    }
    expect(stops).toEqual([rows[13_000]!.id, rows[3000]!.id, null]);
    expect(found).toEqual([rows[100]!.id]);
  });
});
