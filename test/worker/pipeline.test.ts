/** What moderation does with posts and edits, end to end: what is answered, what is kept, what it costs. */
import { describe, expect, it } from 'vitest';
import type { CommentRow } from '../../worker/db';
import { ADMIN, bindings, call, createSite, draft, key as newKey, post, problem, send, setRow, thread } from './api';
import { createKey, type Key } from './key';
import { createPerson } from './person';
import { askWatched } from './watched';

const LONG =
  'A text that is long enough to be told apart from all the others that people write on a page like this one.';
const rowOf = (id: string) =>
  bindings.DB.prepare('SELECT * FROM comments WHERE id = ?').bind(id).first<CommentRow>() as Promise<CommentRow>;
const rowsOf = async (site: string) =>
  (await bindings.DB.prepare('SELECT * FROM comments WHERE site_id = ? ORDER BY id').bind(site).all<CommentRow>())
    .results;
const phasesOf = (row: CommentRow) =>
  (JSON.parse(row.verdict ?? '[]') as { phase: string; says: string }[]).map(({ phase, says }) => `${phase} ${says}`);
const from = (address: string) => ({ 'CF-Connecting-IP': address });
const edit = (me: Key, id: string, body: string) => me.ask('PATCH', `/comments/${id}`, { body });
let hosts = 0;
const rule = (says: string, pattern = 'casino') => ({ rules: [{ match: 'word', pattern, says }] });

describe('a post', () => {
  it('that nothing is said against is approved at once', async () => {
    const { site, url } = await createSite();
    expect((await post({ url, body: LONG, writtenMs: 20_000, trap: '' })).status).toBe('approved');
    expect((await rowsOf(site))[0]).toMatchObject({ verdict: null, print: expect.stringMatching(/^[0-9a-f]{16}\./) });
  });

  it('that is held says so, and is kept with every reason', async () => {
    const { site, url } = await createSite({ ...rule('hold'), trustAfter: 2 });
    expect((await post({ url, body: 'Casino!' })).status).toBe('pending');
    const [row] = await rowsOf(site);
    expect(JSON.parse(row!.verdict!)).toEqual([
      { phase: 'rules', says: 'hold', reason: 'It meets rule 1 (word “casino”).' },
      {
        phase: 'newcomer',
        says: 'hold',
        reason: 'Of its author’s other comments none were approved; this site asks for 2.',
      },
    ]);
    expect((await thread({ url })).page).toMatchObject({ id: null, count: 0 });
  });

  it('that is spam is answered as if it waited, also when it is sent again', async () => {
    const { site, url } = await createSite({ ...rule('spam'), hold: true });
    const headers = { 'Idempotency-Key': newKey() };
    const body = draft({ url, body: 'casino' });
    const [spam, again, held] = [await send(body, headers), await send(body, headers), await send(draft({ url }))];
    const shape = async (answer: Response) => {
      const { id, html, createdAt, ...rest } = (await answer.json()) as Record<string, unknown>;
      return [answer.status, rest];
    };
    const waiting = await shape(held);
    expect(await shape(spam)).toEqual(waiting);
    expect(await shape(again)).toEqual(waiting);
    expect((await rowsOf(site)).map(({ status }) => status)).toEqual(['spam', 'pending']);
  });

  it('that is refused is written nowhere, and not told why', async () => {
    const { site, url } = await createSite(rule('refuse'));
    const answer = await send(draft({ url, body: 'A casino' }));
    const text = await answer.clone().text();
    expect(await problem(answer)).toEqual({ status: 403, code: 'comment_refused' });
    expect(text).not.toMatch(/casino|rule/);
    expect(await rowsOf(site)).toEqual([]);
    expect((await thread({ url })).page.id).toBeNull();
  });

  it('of the site’s team is not judged', async () => {
    const { site, url } = await createSite({ ...rule('refuse'), hold: true });
    expect((await post({ url, body: 'casino' }, ADMIN)).status).toBe('approved');
    const me = await createKey();
    const { token } = await createPerson(me, site, { role: 'moderator' });
    const answer = await me.ask(
      'POST',
      '/comments',
      { url, body: 'casino' },
      { token, headers: { 'Idempotency-Key': newKey() } },
    );
    expect(((await answer.json()) as { status: string }).status).toBe('approved');
  });

  it('of somebody who has been approved before is judged gently', async () => {
    const { site, url } = await createSite({ trustAfter: 1 });
    const me = await createKey();
    const first = await me.post({ url });
    expect(first.status).toBe('pending');
    await setRow(first.id, { status: 'approved', shown: 1 });
    expect((await me.post({ url, body: 'And another.' })).status).toBe('approved');
    expect((await post({ url, body: 'And another.' })).status).toBe('pending');
    await setRow(first.id, { status: 'spam', shown: 0 });
    await bindings.DB.prepare("UPDATE comments SET status = 'trash' WHERE site_id = ?").bind(site).run();
    const last = await me.post({ url, body: 'And a third.' });
    expect(phasesOf(await rowOf(last.id))).toEqual(['newcomer hold', 'history hold']);
  });

  it('that was written before, here or on another page, waits', async () => {
    const { site, url } = await createSite();
    const [me, other] = [await createKey(), await createKey()];
    await me.post({ url, body: LONG });
    expect((await me.post({ url, body: LONG })).status).toBe('pending');
    const copy = LONG.replace('people write', 'somebody writes');
    expect((await other.post({ url: `${url}/2`, body: copy })).status).toBe('pending');
    expect((await rowsOf(site)).map(phasesOf)).toEqual([[], ['doubled hold', 'copies hold'], ['copies hold']]);
    for (const body of ['Thanks!', 'Thanks!']) expect((await me.post({ url, body })).status).toBe('approved');
  });

  it('into the trap, or faster than one types, is found out', async () => {
    const { site, url } = await createSite();
    await post({ url, body: LONG, trap: 'x', writtenMs: 200 });
    const [row] = await rowsOf(site);
    expect([row!.status, phasesOf(row!)]).toEqual(['spam', ['honeypot spam', 'hurry hold']]);
  });

  it('from an address that wrote ten times in ten minutes waits', async () => {
    const { site, url } = await createSite({ attackAfter: 0 });
    for (let n = 0; n < 10; n++) await post({ url, body: `No. ${n}` }, from('203.0.113.7'));
    expect((await post({ url, body: 'One more' }, from('203.0.113.7'))).status).toBe('pending');
    expect(phasesOf((await rowsOf(site)).at(-1)!)).toEqual(['rate hold']);
    expect((await post({ url, body: 'From elsewhere' }, from('198.51.100.1'))).status).toBe('approved');
  });

  it('threat 14: is judged by the address that Cloudflare tells, whatever else is claimed', async () => {
    const { url } = await createSite({ attackAfter: 0 });
    const claims = (n: number) => ({
      'X-Forwarded-For': `198.51.100.${n}`,
      'X-Real-IP': `198.51.100.${n}`,
      'True-Client-IP': `198.51.100.${n}`,
      Forwarded: `for=198.51.100.${n}`,
      'CF-Connecting-IPv6': `2001:db8::${n}`,
    });
    for (let n = 0; n < 10; n++) await post({ url, body: `No. ${n}` }, { ...from('203.0.113.7'), ...claims(n) });
    expect((await post({ url, body: 'One more' }, { ...from('203.0.113.7'), ...claims(99) })).status).toBe('pending');
  });

  it.each([
    ['approved', {}, 'A first comment'],
    ['pending', { hold: true }, 'A first comment'],
    ['pending', rule('spam'), 'A casino'],
  ])('costs one trip to look and one to write, and 12 rows at most: %s', async (status, settings, body) => {
    const { url } = await createSite(settings, `cost${++hosts}.example`);
    const me = await createKey();
    for (const page of ['', '/2', '/2']) {
      const input = draft({ url: url + page, body });
      const { answer, trips, written } = await askWatched(me, 'POST', '/comments', input, undefined, {
        'Idempotency-Key': newKey(),
      });
      expect([((await answer.json()) as { status: string }).status, trips]).toEqual([status, 2]);
      expect(written).toBeLessThanOrEqual(12);
    }
  });

  it('is not lost when settings hold what nobody can read', async () => {
    const { url } = await createSite({ rules: [{ match: 'regex', pattern: '((', says: 'refuse' }], languages: ['xx'] });
    expect((await post({ url, body: LONG })).status).toBe('approved');
  });

  it('from a login under the name of somebody on the team waits', async () => {
    const { site, url } = await createSite();
    await createPerson(await createKey(), site, { name: 'Marigold', role: 'author' });
    const me = await createKey();
    const { token } = await createPerson(me, site, { name: 'Mar\u0456gold' });
    const headers = { 'Idempotency-Key': newKey() };
    const answer = await me.ask('POST', '/comments', { url, body: 'I decide here.' }, { token, headers });
    const { id, status } = (await answer.json()) as { id: string; status: string };
    expect([status, phasesOf(await rowOf(id))]).toEqual(['pending', ['reserved_name hold', 'masked_words hold']]);
  });
});

describe('threat 25: an edit', () => {
  const decisions = async (site: string) =>
    (
      await bindings.DB.prepare('SELECT action, actor_kind, reason, count FROM decisions WHERE site_id = ?')
        .bind(site)
        .all()
    ).results;

  it('cannot smuggle in what is held: the comment goes from the thread, and the log says why', async () => {
    const { site, url } = await createSite(rule('hold'));
    const me = await createKey();
    const root = await me.post({ url, body: 'Harmless' });
    await post({ url, parent: root.id, body: 'An answer' });
    const answer = await edit(me, root.id, 'To the casino');
    expect([answer.status, ((await answer.json()) as { status: string }).status]).toEqual([200, 'pending']);
    const row = await rowOf(root.id);
    expect([row.status, row.body, phasesOf(row)]).toEqual(['pending', 'To the casino', ['rules hold']]);
    const shown = await thread({ url });
    expect(shown.page.count).toBe(1);
    expect(shown.comments.map(({ status, html }) => [status, html.includes('casino')])).toEqual([
      ['deleted', false],
      ['approved', false],
    ]);
    expect(await decisions(site)).toEqual([
      {
        action: 'hold',
        actor_kind: 'system',
        reason: 'After an edit, by rules.',
        count: 1,
      },
    ]);
  });

  it('that makes spam of it is answered as if it waited, and can be edited on', async () => {
    const { url } = await createSite(rule('spam'));
    const me = await createKey();
    const { id } = await me.post({ url, body: 'Harmless' });
    for (const body of ['A casino', 'Another casino', 'Harmless again']) {
      const answer = await edit(me, id, body);
      expect([answer.status, ((await answer.json()) as { status: string }).status]).toEqual([200, 'pending']);
      expect(await rowOf(id)).toMatchObject({ status: 'spam', body });
    }
    expect((await thread({ url })).page.count).toBe(0);
  });

  it('that is refused leaves the comment as it was', async () => {
    const { url } = await createSite(rule('refuse'));
    const me = await createKey();
    const { id } = await me.post({ url, body: 'Harmless' });
    expect(await problem(edit(me, id, 'A casino'))).toEqual({ status: 403, code: 'comment_refused' });
    expect(await rowOf(id)).toMatchObject({ status: 'approved', body: 'Harmless', edited_at: null });
  });

  it('does not make its author known by the comment itself', async () => {
    const { url } = await createSite({ classifier: false });
    const me = await createKey();
    const { id } = await me.post({ url, body: 'Harmless' });
    await edit(me, id, 'https://one.example and https://two.example are my pages, have a look');
    expect(await rowOf(id)).toMatchObject({ status: 'pending' });
  });

  it('never approves what waits, and keeps why it does', async () => {
    const { url } = await createSite(rule('hold'));
    const me = await createKey();
    const { id } = await me.post({ url, body: 'A casino' });
    const answer = await edit(me, id, 'Harmless now');
    expect(((await answer.json()) as { status: string }).status).toBe('pending');
    expect(phasesOf(await rowOf(id))).toEqual(['rules hold']);
  });

  it('of the owner is not judged', async () => {
    const { url } = await createSite(rule('refuse'));
    const { id } = await post({ url, body: 'Harmless' });
    const answer = await call(`/comments/${id}`, {
      method: 'PATCH',
      headers: { ...ADMIN, 'Content-Type': 'application/json' },
      body: JSON.stringify({ body: 'About the casino rule' }),
    });
    expect(answer.status).toBe(200);
    expect(await rowOf(id)).toMatchObject({ status: 'approved', body: 'About the casino rule' });
  });

  it('costs one trip to look and one to write', async () => {
    const { url } = await createSite(rule('hold'));
    const me = await createKey();
    const { id } = await me.post({ url, body: 'Harmless' });
    for (const body of ['Harmless still', 'A casino']) {
      const { answer, trips } = await askWatched(me, 'PATCH', `/comments/${id}`, { body });
      expect([answer.status, trips]).toEqual([200, 2]);
    }
  });

  it('that would be held changes nothing when the comment goes meanwhile', async () => {
    const { site, url } = await createSite(rule('hold'));
    const me = await createKey();
    const { id } = await me.post({ url, body: 'Harmless' });
    const { answer } = await askWatched(me, 'PATCH', `/comments/${id}`, { body: 'A casino' }, () =>
      me.ask('DELETE', `/comments/${id}`),
    );
    expect((await problem(answer)).code).toBe('not_found');
    expect(await rowsOf(site)).toMatchObject([{ status: 'deleted', body: '' }]);
    expect(await decisions(site)).toEqual([]);
  });

  it('that is held on a page that closes meanwhile is held all the same', async () => {
    const { url } = await createSite(rule('hold'));
    const me = await createKey();
    const { id } = await me.post({ url, body: 'Harmless' });
    const { answer } = await askWatched(me, 'PATCH', `/comments/${id}`, { body: 'A casino' }, () =>
      bindings.DB.prepare('UPDATE pages SET locked = 1 WHERE id = (SELECT page_id FROM comments WHERE id = ?)')
        .bind(id)
        .run(),
    );
    expect(answer.status).toBe(200);
    expect(await rowOf(id)).toMatchObject({ status: 'pending', body: 'A casino' });
  });
});
