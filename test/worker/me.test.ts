/** Everything about oneself: what is shown, to whom, what may be changed, what can be taken along. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Comment, Me, MyData, OwnComments } from '../../worker/contract';
import { ADMIN, bindings, call, createSite, problem, query, setRow, thread } from './api';
import { createKey, type Key } from './key';
import { createPerson, createSession } from './person';

interface Who {
  key: Key;
  token?: string;
}

/** Asks as a guest or as a person. */
function ask({ key, token }: Who, method: string, path: string, input?: unknown, headers: Record<string, string> = {}) {
  return key.ask(method, path, input, { ...(token !== undefined && { token }), headers });
}
async function read<T = Me>(answer: Response | Promise<Response>): Promise<T> {
  const response = await answer;
  if (response.status >= 300) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}
async function postAs(who: Who, url: string, over: object = {}): Promise<Comment> {
  const idempotency = { 'Idempotency-Key': crypto.randomUUID() };
  return read(ask(who, 'POST', '/comments', { url, body: 'Mine.', ...over }, idempotency));
}
const own = (who: Who, params: Record<string, string> = {}) =>
  read<OwnComments>(ask(who, 'GET', `/me/comments${query(params)}`));
const etag = async (url: string) => (await call(`/thread${query({ url })}`, { headers: ADMIN })).headers.get('ETag');

/** A site with a guest on one device and a person on another. */
async function stage(settings: object = {}) {
  const { site, url } = await createSite(settings);
  const guest: Who = { key: await createKey() };
  const key = await createKey();
  const { id, sessionId, token } = await createPerson(key, site, { email: 'robin@example.org' });
  return { site, url, guest, person: { key, token, id, sessionId } };
}
let at: Awaited<ReturnType<typeof stage>>;
beforeEach(async () => {
  at = await stage({ votes: 'both', reactions: ['👍', '🎉'] });
});

describe('GET /me', () => {
  it('tells a guest what their key is known by, and that is all there is', async () => {
    const answer = await ask(at.guest, 'GET', '/me');
    expect(answer.headers.get('Cache-Control')).toBe('private, no-store');
    expect(await answer.json()).toEqual({
      id: at.guest.key.handle,
      person: null,
      email: null,
      accounts: [],
      sessions: [],
      claimable: 0,
      deleteAt: null,
    });
  });

  it('tells a person their name, address, accounts and devices, this one marked', async () => {
    const other = await createSession(await createKey(), at.site, at.person.id, { device: 'Safari on iPhone' });
    await createSession(await createKey(), at.site, at.person.id, { expires_at: Date.now() - 1 });
    await bindings.DB.prepare(`INSERT INTO accounts VALUES (?, 'github', '77', ?, 'robin-f', 0)`)
      .bind(at.site, at.person.id)
      .run();
    const me = await read(ask(at.person, 'GET', '/me'));
    expect(me).toMatchObject({
      id: at.person.id.slice(-12),
      person: { name: 'Robin Ferreira', verified: 'github', badge: null },
      email: 'robin@example.org',
      accounts: [{ provider: 'github', name: 'robin-f', createdAt: '1970-01-01T00:00:00.000Z' }],
    });
    expect(new Map(me.sessions.map((s) => [s.id, s.current]))).toEqual(
      new Map([
        [at.person.sessionId, true],
        [other.sessionId, false],
      ]),
    );
  });

  it('needs a proof; the owner’s token shows nobody’s data', async () => {
    for (const path of ['/me', '/me/comments', '/me/export'])
      for (const headers of [{}, ADMIN]) expect((await problem(call(path, { headers }))).code).toBe('proof_required');
  });

  it('shows nothing to a proof that was used, whatever it was used for', async () => {
    for (const path of ['/me', '/me/comments', '/me/export']) {
      const proof = await at.guest.key.prove('GET', path);
      const send = () => call(path, { headers: { DPoP: proof } });
      await (await send()).text();
      expect((await problem(send())).code).toBe('proof_replayed');
    }
  });

  it('shows nothing of one key to another, nor to a token that belongs to another key', async () => {
    await at.guest.key.post({ url: at.url, author: { name: 'Mika', email: 'mika@example.org' } });
    const stranger = { key: await createKey() };
    expect((await own(stranger)).comments).toEqual([]);
    expect((await read<MyData>(ask(stranger, 'GET', '/me/export'))).comments).toEqual([]);
    for (const path of ['/me', '/me/comments', '/me/export'])
      expect((await problem(ask({ ...stranger, token: at.person.token }, 'GET', path))).code).toBe('session_invalid');
  });

  it('is refused on a page of another site, and to a session that has ended', async () => {
    const other = await createSite();
    const from = (url: string) => ({ Origin: new URL(url).origin });
    expect((await ask(at.person, 'GET', '/me', undefined, from(at.url))).status).toBe(200);
    for (const origin of [from(other.url), from('https://unknown.example')])
      expect((await problem(ask(at.person, 'GET', '/me', undefined, origin))).code).toBe('origin_not_allowed');
    expect((await problem(ask(at.guest, 'GET', '/me', undefined, from('https://unknown.example')))).code).toBe(
      'origin_not_allowed',
    );
    await bindings.DB.prepare('UPDATE sessions SET expires_at = 1 WHERE id = ?').bind(at.person.sessionId).run();
    expect((await problem(ask(at.person, 'GET', '/me'))).code).toBe('session_invalid');
  });
});

describe('PATCH /me', () => {
  const edit = (who: Who, input: object) => ask(who, 'PATCH', '/me', input);

  it('changes name and website, also beside what the person wrote, and readers learn of it', async () => {
    await postAs(at.person, at.url);
    await at.guest.key.post({ url: at.url });
    const before = await etag(at.url);
    const me = await read(edit(at.person, { name: '  Robin\u202e F. ', url: 'robin.example' }));
    expect(me.person).toMatchObject({ name: 'Robin F.', url: 'https://robin.example/' });
    expect(await etag(at.url)).not.toBe(before);
    const { comments } = await thread({ url: at.url });
    expect(comments.map((c) => [c.author.name, c.author.url])).toEqual([
      ['Robin F.', 'https://robin.example/'],
      ['Mika', null],
    ]);
    expect((await postAs(at.person, at.url)).author.name).toBe('Robin F.');
    const without = await read(edit(at.person, { url: null }));
    expect(without.person).toMatchObject({ name: 'Robin F.', url: null });
  });

  it('changes nothing when nothing is new: readers’ copies stay good', async () => {
    await postAs(at.person, at.url);
    const before = await etag(at.url);
    await read(edit(at.person, { name: 'Robin Ferreira', url: null }));
    await read(edit(at.person, {}));
    expect(await etag(at.url)).toBe(before);
  });

  it('is for people who logged in', async () => {
    expect((await problem(edit(at.guest, { name: 'Me' }))).code).toBe('login_required');
  });

  it('does not let anybody pass for the site’s team, in look-alike letters either', async () => {
    const there = await stage({ team: [{ name: 'Noor Haddad', email: 'noor@example.org' }] });
    const lead = await createKey();
    const boss = { key: lead, ...(await createPerson(lead, there.site, { name: 'Ida Lund', role: 'moderator' })) };
    for (const name of ['Noor Haddad', 'N\u043e\u043er Haddad', 'ida lund'])
      expect(await problem(edit(there.person, { name }))).toEqual({
        status: 403,
        code: 'name_reserved',
        field: 'name',
      });
    expect((await read(edit(boss, { name: 'Noor Haddad' }))).person).toMatchObject({ badge: 'moderator' });
  });

  it.each([
    [{ name: ' \u200b ' }, 'name'],
    [{ name: 'x'.repeat(81) }, 'name'],
    [{ url: 'javascript:alert(1)' }, 'url'],
    [{ url: 'data:text/html,x' }, 'url'],
    [{ url: 'https://user:secret@example.org/' }, 'url'],
    [{ email: 'other@example.org' }, 'email'],
    [{ role: 'moderator' }, 'role'],
    [{ avatar: 'x' }, 'avatar'],
  ])('refuses %j', async (input, field) => {
    expect(await problem(edit(at.person, input))).toEqual({ status: 400, code: 'invalid_request', field });
  });

  it('threat 4: markup in a name stays text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    await postAs(at.person, at.url);
    expect((await read(edit(at.person, { name }))).person?.name).toBe(name);
    expect((await thread({ url: at.url })).comments[0]!.html).not.toContain('img');
  });

  it('threat 17: a proof is worth nothing for another body', async () => {
    const { key, token } = at.person;
    const proof = await key.prove('PATCH', '/me', { body: '{"name":"Robin"}', token });
    const headers = { DPoP: proof, Authorization: `DPoP ${token}`, 'Content-Type': 'application/json' };
    const altered = call('/me', { method: 'PATCH', headers, body: '{"name":"Somebody"}' });
    expect((await problem(altered)).code).toBe('proof_invalid');
    expect((await read(ask(at.person, 'GET', '/me'))).person?.name).toBe('Robin Ferreira');
  });
});

describe('GET /me/comments', () => {
  it('lists what one wrote, newest first, with what became of it and where it stands; spam is not told from what waits', async () => {
    const written = [];
    for (const body of ['one', 'two', 'three', 'four']) written.push(await at.guest.key.post({ url: at.url, body }));
    await postAs(at.person, at.url);
    await setRow(written[0]!.id, { status: 'pending', shown: 0 });
    await setRow(written[1]!.id, { status: 'spam', shown: 0 });
    await setRow(written[2]!.id, { status: 'trash', shown: 0 });
    const { comments, next } = await own(at.guest);
    expect(next).toBeNull();
    expect(comments.map(({ comment }) => [comment.status, comment.html, comment.author.name])).toEqual([
      ['approved', '<p>four</p>\n', 'Mika'],
      ['trash', '<p>three</p>\n', 'Mika'],
      ['pending', '<p>two</p>\n', 'Mika'],
      ['pending', '<p>one</p>\n', 'Mika'],
    ]);
    expect(comments[0]!.page).toEqual({ url: at.url, title: null });
  });

  it('threat 13: carries no address, not even one’s own', async () => {
    await at.guest.key.post({ url: at.url, author: { name: 'Mika', email: 'mika@example.org' } });
    expect(JSON.stringify(await own(at.guest))).not.toContain('mika@example.org');
  });

  it('is of one page when one is named, in whatever spelling, by id or by an alias', async () => {
    const { key } = at.guest;
    const here = await key.post({ url: at.url });
    const there = await key.post({ url: at.url.replace('/post', '/other') });
    const named = await key.post({ url: at.url, pageId: 'a-7' });
    await bindings.DB.prepare('INSERT INTO aliases VALUES (?, ?, ?)')
      .bind(at.site, `https://${new URL(at.url).host}/moved`, `https://${new URL(at.url).host}/other`)
      .run();
    const ids = async (params: Record<string, string>) =>
      (await own(at.guest, params)).comments.map(({ comment }) => comment.id);
    expect(await ids({ url: `${at.url}/?utm_source=x#top` })).toEqual([here.id]);
    expect(await ids({ url: at.url, page_id: 'a-7' })).toEqual([named.id]);
    expect(await ids({ url: at.url.replace('/post', '/moved') })).toEqual([there.id]);
    expect(await ids({ url: at.url.replace('/post', '/unborn') })).toEqual([]);
    expect(await ids({ site: at.site })).toEqual([named.id, there.id, here.id]);
    expect(await ids({ site: 'elsewhere' })).toEqual([]);
  });

  it('refuses a page of no site, of another than said, and an id without its page', async () => {
    const code = async (params: Record<string, string>) =>
      (await problem(ask(at.guest, 'GET', `/me/comments${query(params)}`))).code;
    expect(await code({ url: 'https://unknown.example/' })).toBe('origin_not_allowed');
    expect(await code({ url: at.url, site: 'elsewhere' })).toBe('origin_not_allowed');
    expect(await code({ page_id: 'a-7' })).toBe('invalid_request');
    expect(await code({ after: '%' })).toBe('invalid_request');
  });

  it('comes in pages without gaps or repetitions', async () => {
    await fill(at.guest.key, 120, 'x');
    const seen: string[] = [];
    let after: string | null = '';
    while (after !== null) {
      const page: OwnComments = await own(at.guest, after === '' ? {} : { after });
      seen.push(...page.comments.map(({ comment }) => comment.id));
      after = page.next;
    }
    expect(seen).toHaveLength(120);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
  });
});

/** Many comments of a key, behind the API's back. */
async function fill(key: Key, count: number, body: string) {
  const first = await key.post({ url: at.url, body });
  await bindings.DB.prepare(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
    INSERT INTO comments (id, root_id, page_id, depth, status, shown, inline,
      author_id, author_name, body, html, html_version, created_at)
    SELECT substr(id, 1, 10) || printf('%016d', i), substr(id, 1, 10) || printf('%016d', i), page_id, 0,
      'approved', 1, 1, author_id, author_name, body, html, html_version, created_at
    FROM comments, n WHERE id = ?1`)
    .bind(first.id, count)
    .run();
}

describe('GET /me/export', () => {
  it('is a file with everything that is stored, as it is stored', async () => {
    const { key } = at.guest;
    const other = await postAs(at.person, at.url);
    const comment = await key.post({
      url: at.url,
      body: '**Hello**',
      parent: other.id,
      author: { name: 'Mika', email: 'Mika@example.org', url: 'mika.example' },
    });
    const held = await key.post({ url: at.url, body: 'held' });
    await setRow(held.id, { status: 'spam', shown: 0 });
    await key.ask('PUT', `/comments/${other.id}/vote`, { value: -1 });
    await key.ask('PUT', '/reaction', { url: at.url, value: '🎉' });
    await key.ask('POST', `/comments/${other.id}/flags`, { reason: 'other', note: 'See above.' });
    const answer = await ask(at.guest, 'GET', '/me/export');
    expect(answer.headers.get('Content-Type')).toBe('application/json');
    expect(answer.headers.get('Content-Disposition')).toBe('attachment; filename="afterword-my-data.json"');
    expect(answer.headers.get('Cache-Control')).toBe('private, no-store');
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff');
    const data = (await answer.json()) as MyData;
    expect(data.me).toMatchObject({ id: key.handle, deleteAt: null });
    expect(data.comments[0]).toEqual({
      id: comment.id,
      page: { url: at.url, title: null },
      parent: other.id,
      status: 'approved',
      author: {
        name: 'Mika',
        email: 'Mika@example.org',
        url: 'https://mika.example/',
        avatar: null,
        badge: null,
        verified: null,
      },
      body: '**Hello**',
      html: '<p><strong>Hello</strong></p>\n',
      votes: { up: 0, down: 0 },
      addressHash: expect.stringMatching(/^[0-9a-f]{32}$/),
      createdAt: comment.createdAt,
      editedAt: null,
    });
    // What it was taken for is told by no answer.
    expect(data.comments[1]).toMatchObject({ id: held.id, status: 'pending', body: 'held' });
    const createdAt = expect.any(String);
    expect(data.votes).toEqual([{ comment: other.id, value: -1, createdAt }]);
    expect(data.reactions).toEqual([{ page: at.url, value: '🎉', createdAt }]);
    expect(data.flags).toEqual([{ comment: other.id, reason: 'other', note: 'See above.', createdAt }]);
  });

  it('holds the addresses and devices of a person', async () => {
    const data = await read<MyData>(ask(at.person, 'GET', '/me/export'));
    expect(data.me).toMatchObject({ email: 'robin@example.org', sessions: [{ id: at.person.sessionId }] });
  });

  it('is whole however much it is: thousands of short comments, and long ones', async () => {
    await fill(at.guest.key, 2300, 'short');
    await fill(at.guest.key, 60, 'x'.repeat(9_990));
    const { comments } = await read<MyData>(ask(at.guest, 'GET', '/me/export'));
    expect(comments).toHaveLength(2360);
    expect(new Set(comments.map((c) => c.id)).size).toBe(2360);
  });
});

describe('asking to be forgotten', () => {
  it('is set for a day later; asked again the first time stays; it can be taken back', async () => {
    for (const who of [at.guest, at.person]) {
      const before = Date.now();
      const { deleteAt } = await read(ask(who, 'DELETE', '/me'));
      expect(Date.parse(deleteAt!) - before - 86_400_000).toBeGreaterThanOrEqual(0);
      expect(Date.parse(deleteAt!) - Date.now() - 86_400_000).toBeLessThanOrEqual(0);
      expect((await read(ask(who, 'DELETE', '/me'))).deleteAt).toBe(deleteAt);
      expect((await read(ask(who, 'GET', '/me'))).deleteAt).toBe(deleteAt);
      expect((await read(ask(who, 'POST', '/me/restore'))).deleteAt).toBeNull();
      expect((await read(ask(who, 'GET', '/me'))).deleteAt).toBeNull();
    }
  });

  it('concerns nobody else: not the guest of the same device, and no other key', async () => {
    await read(ask(at.person, 'DELETE', '/me'));
    for (const who of [at.guest, { key: at.person.key }])
      expect((await read(ask(who, 'GET', '/me'))).deleteAt).toBeNull();
  });

  it('cannot be taken back once it is due', async () => {
    await read(ask(at.guest, 'DELETE', '/me'));
    await bindings.DB.prepare('UPDATE deletions SET due_at = 1000 WHERE identity = ?').bind(at.guest.key.jkt).run();
    expect((await read(ask(at.guest, 'POST', '/me/restore'))).deleteAt).toBe('1970-01-01T00:00:01.000Z');
  });
});

describe('POST /me/claim', () => {
  const claim = (who: Who) => read(ask(who, 'POST', '/me/claim'));
  /** The person's key before its owner logged in. */
  const unclaimed = () => ({ key: at.person.key });

  it('makes the guest comments of this key on this site the person’s, under the name they were written', async () => {
    const elsewhere = await createSite();
    await at.person.key.post({ url: at.url, author: { name: 'Rob', email: 'rob@example.org' } });
    await at.person.key.post({ url: elsewhere.url });
    const other = await at.guest.key.post({ url: at.url });
    expect((await read(ask(at.person, 'GET', '/me'))).claimable).toBe(1);
    const tag = await etag(at.url);
    expect((await claim(at.person)).claimable).toBe(0);
    expect(await etag(at.url)).not.toBe(tag);
    const { comments } = await thread({ url: at.url });
    expect(comments[0]!.author).toMatchObject({ id: at.person.id.slice(-12), name: 'Rob', verified: 'github' });
    expect(comments[1]!.author).toEqual(other.author);
    expect((await thread({ url: elsewhere.url })).comments[0]!.author.verified).toBeNull();
    expect((await own(at.person)).comments).toHaveLength(1);
    expect((await own(unclaimed())).comments).toHaveLength(1);
  });

  it('takes opinions along, keeps the person’s own where there are two, and no vote for oneself', async () => {
    const { person, guest, url } = at;
    const vote = (who: Who, id: string, value: number) => read(ask(who, 'PUT', `/comments/${id}/vote`, { value }));
    const written = await guest.key.post({ url });
    const both = await guest.key.post({ url });
    const asGuest = await unclaimed().key.post({ url });
    const asPerson = await postAs(person, url);
    await vote(unclaimed(), written.id, 1);
    await vote(unclaimed(), both.id, 1);
    await vote(person, both.id, -1);
    await vote(person, asGuest.id, 1);
    await vote(unclaimed(), asPerson.id, 1);
    await vote(guest, asGuest.id, 1);
    await read(ask(unclaimed(), 'PUT', '/reaction', { url, value: '👍' }));
    await read(ask(person, 'PUT', '/reaction', { url, value: '🎉' }));
    await read(ask(unclaimed(), 'PUT', '/reaction', { url: `${url}/2`, value: '👍' }));
    await read(ask(unclaimed(), 'POST', `/comments/${written.id}/flags`, { reason: 'spam' }));
    await read(ask(unclaimed(), 'POST', `/comments/${both.id}/flags`, { reason: 'spam' }));
    await read(ask(person, 'POST', `/comments/${both.id}/flags`, { reason: 'abuse' }));
    await claim(person);

    const { comments, page } = await thread({ url });
    expect(new Map(comments.map((c) => [c.id, c.votes]))).toEqual(
      new Map([
        [written.id, 1],
        [both.id, -1],
        [asGuest.id, 1],
        [asPerson.id, 0],
      ]),
    );
    expect(page.reactions).toEqual([
      { value: '👍', count: 0 },
      { value: '🎉', count: 1 },
    ]);
    const data = await read<MyData>(ask(person, 'GET', '/me/export'));
    expect(new Map(data.votes.map((v) => [v.comment, v.value]))).toEqual(
      new Map([
        [written.id, 1],
        [both.id, -1],
      ]),
    );
    expect(data.reactions.map((r) => r.value).sort()).toEqual(['🎉', '👍'].sort());
    expect(new Map(data.flags.map((f) => [f.comment, f.reason]))).toEqual(
      new Map([
        [written.id, 'spam'],
        [both.id, 'abuse'],
      ]),
    );
    const left = await read<MyData>(ask(unclaimed(), 'GET', '/me/export'));
    expect([left.comments, left.votes, left.reactions, left.flags]).toEqual([[], [], [], []]);
    const scores = await bindings.DB.prepare('SELECT id, up, down, score FROM comments WHERE id IN (?, ?)')
      .bind(both.id, asPerson.id)
      .all<{ up: number; down: number; score: number }>();
    expect(scores.results.map((c) => [c.up, c.down, c.score])).toEqual([
      [0, 1, 0],
      [0, 0, 0],
    ]);
  });

  it('is for people who logged in, and finds nothing of other keys', async () => {
    await at.guest.key.post({ url: at.url });
    expect((await problem(ask(at.guest, 'POST', '/me/claim'))).code).toBe('login_required');
    await claim(at.person);
    expect((await own(at.person)).comments).toEqual([]);
    expect((await own(at.guest)).comments).toHaveLength(1);
  });

  it('sent many times at once counts once', async () => {
    await unclaimed().key.post({ url: at.url });
    const answers = await Promise.all(Array.from({ length: 6 }, () => claim(at.person)));
    expect(answers.map((me) => me.claimable)).toEqual([0, 0, 0, 0, 0, 0]);
    expect((await own(at.person)).comments).toHaveLength(1);
  });
});

describe('DELETE /me/sessions/{id}', () => {
  it('logs a device out: its token is worth nothing from then on', async () => {
    const key = await createKey();
    const other = { key, ...(await createSession(key, at.site, at.person.id)) };
    expect((await ask(other, 'GET', '/me')).status).toBe(200);
    const { sessions } = await read(ask(at.person, 'DELETE', `/me/sessions/${other.sessionId}`));
    expect(sessions.map((s) => s.id)).toEqual([at.person.sessionId]);
    expect((await problem(ask(other, 'GET', '/me'))).code).toBe('session_invalid');
    expect((await problem(ask(at.person, 'DELETE', `/me/sessions/${other.sessionId}`))).code).toBe('not_found');
  });

  it('threat 22: nobody logs anybody else out', async () => {
    const key = await createKey();
    const stranger = { key, ...(await createPerson(key, at.site, { name: 'Stranger' })) };
    for (const who of [stranger, at.guest])
      for (const id of [at.person.sessionId, 'x', '%'.repeat(26)])
        expect((await problem(ask(who, 'DELETE', `/me/sessions/${encodeURIComponent(id)}`))).code).toBe('not_found');
    expect((await ask(at.person, 'GET', '/me')).status).toBe(200);
  });
});
