/** Attacks: ways to be somebody else, to outlive a login, to outvote, to be in others' way, and to make the worker stumble. */
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from '../../worker/contract';
import type { PersonRow } from '../../worker/db';
import worker from '../../worker/index';
import { bindings, call, createSite, draft, key as newKey, problem, query, send, thread } from './api';
import { expectCounted } from './counted';
import { createKey, type Key } from './key';
import { createPerson } from './person';
import { askWatched } from './watched';

const HOUR_MS = 3_600_000;
const runCron = (laterMs = 25 * HOUR_MS) =>
  worker.scheduled({ scheduledTime: Date.now() + laterMs } as ScheduledController, bindings);
const rows = async <T = Record<string, unknown>>(sql: string, ...params: unknown[]) =>
  (
    await bindings.DB.prepare(sql)
      .bind(...params)
      .all<T>()
  ).results;
const hash = async (text: string) => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
};

let site: string;
let url: string;
beforeEach(async () => {
  ({ site, url } = await createSite({
    votes: 'both',
    reactions: ['👍'],
    team: [{ name: 'Noor Haddad', email: 'noor@blog.example' }],
  }));
});

/** Logs in with what a provider said, as if it had just said it. @param over of the profile */
async function logIn(key: Key, provider: string, over: object, token?: string): Promise<Session> {
  const [code, verifier] = [crypto.randomUUID(), crypto.randomUUID()];
  const profile = { subject: crypto.randomUUID(), name: 'Robin', email: null, picture: null, url: null, ...over };
  await bindings.DB.prepare(
    'INSERT INTO logins (id, code_hash, site_id, provider, origin, return_to, popup, jkt, challenge, kept, profile, expires_at) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)',
  )
    .bind(
      crypto.randomUUID(),
      await hash(code),
      site,
      provider,
      new URL(url).origin,
      url,
      key.jkt,
      await hash(verifier),
      '{}',
      JSON.stringify(profile),
      Date.now() + 60_000,
    )
    .run();
  const answer = await key.ask('POST', '/session', { code, verifier }, token === undefined ? {} : { token });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** A request of somebody who is logged in, and what happens between its look and its write. */
async function askMeanwhile(
  { key, token }: { key: Key; token: string },
  method: string,
  path: string,
  input: unknown,
  meanwhile: () => Promise<unknown>,
) {
  const proof = { token, ...(input !== undefined && { body: JSON.stringify(input) }) };
  return askWatched(key, method, path, input, meanwhile, {
    DPoP: await key.prove(method, path, proof),
    Authorization: `DPoP ${token}`,
    'Idempotency-Key': newKey(),
  });
}

describe('a login that ends between look and write (threat 25)', () => {
  const endings: [what: string, end: (id: string, sessionId: string) => Promise<unknown>][] = [
    ['logged out', (_, sessionId) => bindings.DB.prepare('DELETE FROM sessions WHERE id = ?').bind(sessionId).run()],
    [
      'forgotten',
      async (id) => {
        await bindings.DB.prepare('INSERT INTO deletions VALUES (?, 0)').bind(id).run();
        await runCron(0);
      },
    ],
  ];
  it.each(endings)('writes nothing more, in any way: %s', async (_, end) => {
    const other = await createKey();
    const { id } = await other.post({ url });
    const attempts: [method: string, path: string, input: unknown][] = [
      ['POST', '/comments', { url, body: 'Too late.' }],
      ['PUT', `/comments/${id}/vote`, { value: 1 }],
      ['PUT', '/reaction', { url, value: '👍' }],
      ['POST', `/comments/${id}/flags`, { reason: 'spam' }],
      ['PATCH', '/me', { name: 'Late' }],
      ['DELETE', '/me', undefined],
      ['POST', '/me/claim', undefined],
    ];
    for (const [method, path, input] of attempts) {
      const key = await createKey();
      await key.post({ url, body: 'Of a guest.' });
      const person = await createPerson(key, site);
      const { answer } = await askMeanwhile({ key, token: person.token }, method, path, input, () =>
        end(person.id, person.sessionId),
      );
      expect(await problem(answer), `${method} ${path}`).toMatchObject({ status: 401, code: 'session_invalid' });
      const left = await rows(
        `SELECT 'comment' FROM comments WHERE author_id = ?1 UNION ALL SELECT 'vote' FROM votes WHERE voter_id = ?1
        UNION ALL SELECT 'reaction' FROM reactions WHERE person_id = ?1
        UNION ALL SELECT 'flag' FROM flags WHERE reporter_id = ?1
        UNION ALL SELECT 'deletion' FROM deletions WHERE identity = ?1`,
        person.id,
      );
      expect(left, `${method} ${path}`).toEqual([]);
    }
  });
});

describe('a login that has ended', () => {
  it('stands in the way of neither the next one nor of the renewal of another', async () => {
    const key = await createKey();
    const ended = await createPerson(key, site);
    await bindings.DB.prepare('DELETE FROM sessions WHERE id = ?').bind(ended.sessionId).run();
    const secret = 'shared-with-the-site-0123456789-abcdef';
    const sso = await new SignJWT({ name: 'Odalys' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('member-7')
      .setAudience('https://comments.test')
      .setExpirationTime('5 min')
      .sign(new TextEncoder().encode(secret));
    const enter = async (path: string, input: object) => {
      const body = JSON.stringify(input);
      const headers = {
        DPoP: await key.prove('POST', path, { body, token: ended.token }),
        Authorization: `DPoP ${ended.token}`,
        'Content-Type': 'application/json',
      };
      return call(path, { method: 'POST', headers, body }, { SSO_SECRET: secret });
    };
    const entered = await enter('/session', { sso, url });
    expect(entered.status).toBe(200);
    const { id }: Session = await entered.json();
    expect((await enter('/session/renew', { session: id })).status).toBe(200);
  });
});

describe('joining two accounts', () => {
  const roleOf = (id: string) => rows<PersonRow>('SELECT role, email FROM people WHERE id LIKE ?', `%${id}`);

  it('keeps the role that an address gives, whichever of the two came first', async () => {
    const key = await createKey();
    const first = await logIn(key, 'github', { email: 'private@mail.example' });
    const second = await logIn(key, 'google', { email: 'noor@blog.example' }, first.token);
    expect(second.person).toMatchObject({ id: first.person.id, badge: 'moderator' });
    const renewed: Session = await (await key.ask('POST', '/session/renew', { session: second.id })).json();
    expect(renewed.person.badge).toBe('moderator');
    expect(await roleOf(first.person.id)).toEqual([{ role: 'moderator', email: 'noor@blog.example' }]);
  });

  it('leaves what a member of the team wrote marked as theirs', async () => {
    const [phone, laptop] = [await createKey(), await createKey()];
    const member = { subject: 'noor', name: 'Noor Haddad', email: 'noor@blog.example' };
    const { token } = await logIn(laptop, 'google', member);
    const body = { url, body: 'As a member.' };
    await laptop.ask('POST', '/comments', body, { token, headers: { 'Idempotency-Key': newKey() } });
    const other = await logIn(phone, 'github', { email: 'private@mail.example' });
    const joined = await logIn(phone, 'google', member, other.token);
    expect(joined.person.badge).toBe('moderator');
    expect((await thread({ url })).comments[0]!.author).toMatchObject({ id: joined.person.id, badge: 'moderator' });
    const renewed: Session = await (await phone.ask('POST', '/session/renew', { session: joined.id })).json();
    expect(renewed.person.badge).toBe('moderator');
  });

  it('both ways at once loses nobody', async () => {
    const [a, b] = [await createKey(), await createKey()];
    const [ofA, ofB] = [{ subject: 'a' }, { subject: 'b' }];
    const [atA, atB] = [await logIn(a, 'x', ofA), await logIn(b, 'x', ofB)];
    const joined = await Promise.allSettled([logIn(a, 'x', ofB, atA.token), logIn(b, 'x', ofA, atB.token)]);
    expect(joined.some(({ status }) => status === 'fulfilled')).toBe(true);
    const [again, too] = [await logIn(await createKey(), 'x', ofA), await logIn(await createKey(), 'x', ofB)];
    expect(again.person.id).toBe(too.person.id);
  });
});

describe('odd reactions', () => {
  it('are counted like any other, whatever they look like', async () => {
    const odd = ['__proto__', 'constructor', '"', '\\', '$[0]', 'a.b', "'", '1'];
    const at = await createSite({ reactions: odd });
    const counts = async () => (await thread({ url: at.url })).page.reactions;
    expect(await counts()).toEqual(odd.map((value) => ({ value, count: 0 })));
    const [me, other] = [await createKey(), await createKey()];
    for (const value of odd) {
      for (const who of [me, other])
        expect((await who.ask('PUT', '/reaction', { url: at.url, value })).status, value).toBe(200);
      expect(await counts(), value).toEqual(odd.map((each) => ({ value: each, count: each === value ? 2 : 0 })));
    }
    await me.ask('PUT', '/reaction', { url: at.url, value: null });
    await other.ask('PUT', '/reaction', { url: at.url, value: null });
    expect(await counts()).toEqual(odd.map((value) => ({ value, count: 0 })));
  });
});

describe('a text that is few characters and many bytes', () => {
  it('is refused in every field', async () => {
    const tower = `a${'\u0301'.repeat(20_000)}`;
    const fields: [field: string, over: object][] = [
      ['author.name', { author: { name: tower } }],
      ['title', { title: tower }],
      ['pageId', { pageId: tower }],
      ['body', { body: tower }],
    ];
    for (const [field, over] of fields)
      expect(await problem(send(draft({ url, ...over }))), field).toEqual({
        status: 400,
        code: 'invalid_request',
        field,
      });
    const key = await createKey();
    const { id } = await key.post({ url });
    expect(await problem(key.ask('POST', `/comments/${id}/flags`, { reason: 'spam', note: tower }))).toMatchObject({
      status: 400,
    });
  });
});

describe('being forgotten (threat 22)', () => {
  it('is not put off by others who ask and have nothing to be forgotten', async () => {
    await bindings.DB.prepare(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
      INSERT INTO deletions SELECT printf('%043d', i), 0 FROM n`).run();
    const me = await createKey();
    await me.post({ url });
    await me.ask('DELETE', '/me');
    await runCron();
    expect(await rows('SELECT id FROM comments WHERE author_id = ?', me.jkt)).toEqual([]);
    expect(await rows('SELECT identity FROM deletions')).toEqual([]);
  });
});

describe('rate limits', () => {
  it('count an IPv6 network as one client: it has more addresses than there are limits', async () => {
    const keys: string[] = [];
    const limit = async ({ key }: { key: string }) => ({ success: keys.push(key) > 0 });
    const addresses = [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff:ffff:ffff:ffff',
      '2001:0DB8:0001:0002:0:0:0:7',
      '2001:db8:1:3::1',
      '2001:db8::1',
      '192.0.2.1',
      '192.0.2.2',
    ];
    for (const address of addresses)
      await call(`/thread${query({ url })}`, { headers: { 'CF-Connecting-IP': address } }, { READ_LIMIT: { limit } });
    expect(keys.slice(0, 3)).toEqual([keys[0], keys[0], keys[0]]);
    expect(new Set(keys).size).toBe(5);
  });
});

describe('servers of readers’ own (threat 9)', () => {
  const settings = { MASTODON: 'on' };
  const callback = `https://comments.test/api/v1/login/mastodon/callback`;

  it('cannot have another’s code brought to themselves', async () => {
    const asked = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('not to be asked'));
    for (const told of ['instance=honest.example&', 'instance=honest.example&instance=liar.example&', '']) {
      const state = crypto.randomUUID();
      const redirectUri = `${callback}?instance=liar.example`;
      const kept = { state, verifier: 'v'.repeat(43), nonce: 'n', redirectUri, instance: 'liar.example' };
      await bindings.DB.prepare(
        "INSERT INTO logins (id, site_id, provider, origin, return_to, popup, jkt, challenge, kept, expires_at) VALUES (?, ?, 'mastodon', ?, ?, 1, '', '', ?, ?)",
      )
        .bind(
          await hash(state),
          site,
          new URL(url).origin,
          url,
          JSON.stringify({ ...kept, client: { id: 'a', secret: 'b' } }),
          Date.now() + 60_000,
        )
        .run();
      const answer = await call(`/login/mastodon/callback?${told}code=of-another&state=${state}`, {}, settings);
      expect(await answer.text()).toContain('"error":"login_expired"');
    }
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it('each know an address of their own to send people back to', async () => {
    const redirectUri = `${callback}?instance=social.example`;
    await bindings.DB.prepare("INSERT INTO instances VALUES ('social.example', ?, 'id', 'secret', ?)")
      .bind(redirectUri, Date.now())
      .run();
    const asked = { url, origin: new URL(url).origin, jkt: 'a'.repeat(43), challenge: 'b'.repeat(43) };
    const answer = await call(
      `/login/mastodon${query({ ...asked, instance: '@me@Social.Example.' })}`,
      { redirect: 'manual' },
      settings,
    );
    const to = new URL(answer.headers.get('Location') ?? '');
    expect([to.host, to.searchParams.get('redirect_uri')]).toEqual(['social.example', redirectUri]);
  });

  it('leave nothing of any size here', async () => {
    const huge = JSON.stringify({ client_id: 'a'.repeat(100_000), client_secret: 'b'.repeat(100_000) });
    const asked = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(huge));
    const names = { url, origin: new URL(url).origin, jkt: 'a'.repeat(43), challenge: 'b'.repeat(43) };
    const answer = await call(`/login/mastodon${query({ ...names, instance: 'huge.example' })}`, {}, settings);
    expect(await answer.text()).toContain('"error":"login_failed"');
    expect(await rows("SELECT 1 FROM instances WHERE host = 'huge.example'")).toEqual([]);
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
  });

  it('are registered with anew after half a day: they forget an app that nobody used', async () => {
    const registered = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
      return new Response(JSON.stringify({ client_id: 'new', client_secret: 'secret' }));
    });
    const redirectUri = `${callback}?instance=old.example`;
    await bindings.DB.prepare("INSERT INTO instances VALUES ('old.example', ?, 'forgotten', 'secret', ?)")
      .bind(redirectUri, Date.now() - 13 * HOUR_MS)
      .run();
    const asked = { url, origin: new URL(url).origin, jkt: 'a'.repeat(43), challenge: 'b'.repeat(43) };
    for (let i = 0; i < 2; i++) {
      const path = `/login/mastodon${query({ ...asked, instance: 'old.example' })}`;
      const to = new URL((await call(path, { redirect: 'manual' }, settings)).headers.get('Location') ?? '');
      expect(to.searchParams.get('client_id')).toBe('new');
    }
    expect(registered).toHaveBeenCalledTimes(1);
    registered.mockRestore();
  });
});

describe('a login that comes back by the address (threat 9)', () => {
  it('comes back to no other scheme, user or origin, whatever it claims to be', async () => {
    const { origin } = new URL(url);
    const settings = { GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' };
    const asked = { url, origin, redirect: '1', jkt: 'a'.repeat(43), challenge: 'b'.repeat(43) };
    const start = (back: string) => call(`/login/github${query({ ...asked, back })}`, { redirect: 'manual' }, settings);
    const { host } = new URL(url);
    const refused = [
      `blob:${origin}/9a0c`,
      `https://me:secret@${host}/`,
      `https://${host}.evil.example/`,
      `https://${host}@evil.example/`,
      `http://${host}/`,
      `//${host}/`,
      'javascript:alert(1)',
    ];
    for (const back of refused) expect((await problem(start(back))).code, back).toBe('invalid_request');
    for (const back of [origin, `${origin}/a?b#c`]) expect((await start(back)).status, back).toBe(302);
  });
});

describe('an issuer of the owner’s', () => {
  it('cannot have the id of a provider that is not set up yet', async () => {
    const ids = 'sso google apple microsoft github facebook x wordpress discord mastodon'.split(' ');
    for (const id of ids) {
      const issuer = { id, name: 'Work', issuer: 'https://id.example', clientId: 'a', clientSecret: 'b' };
      const answer = call(`/site${query({ url })}`, {}, { OIDC_PROVIDERS: JSON.stringify([issuer]) });
      expect((await problem(answer)).code, id).toBe('setup_required');
    }
  });
});

describe('hostile headers', () => {
  const values = [
    '',
    ' ',
    ',',
    'null',
    'a'.repeat(8000),
    '__proto__',
    '%00%0d%0a',
    '"\\',
    'DPoP ',
    'DPoP a.b.c',
    'Bearer ',
    'Basic Og==',
    `${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`,
    'e30.e30.e30',
    'eyJhbGciOiJub25lIiwidHlwIjoiZHBvcCtqd3QifQ.e30.',
    'https://blog.example:99999',
    'W/"2.1.x.y"',
    '*',
  ];
  const names = [
    'DPoP',
    'Authorization',
    'Accept-Language',
    'User-Agent',
    'Origin',
    'If-None-Match',
    'Idempotency-Key',
    'Content-Type',
    'Content-Length',
    'CF-Connecting-IP',
    'Accept',
  ];
  it('never cause a 5xx', async () => {
    const paths: [method: string, path: string][] = [
      ['GET', `/thread${query({ url })}`],
      ['GET', '/me'],
      ['POST', '/comments'],
      ['GET', '/login/github/callback?state=x'],
      ['POST', '/login/github/callback'],
    ];
    const settings = { GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' };
    for (const [method, path] of paths)
      for (const name of names)
        for (const value of values) {
          const body = method === 'GET' ? {} : { body: JSON.stringify(draft({ url })) };
          const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': newKey(), [name]: value };
          const answer = await call(path, { method, headers, ...body }, settings);
          expect(answer.status, `${method} ${path} ${name}: ${value.slice(0, 40)}`).toBeLessThan(500);
        }
  });

  it('in a proof’s own fields neither', async () => {
    const me = await createKey();
    const claims: Record<string, unknown>[] = [
      { iat: 1e308 },
      { iat: -1 },
      { iat: '0' },
      { iat: null },
      { jti: 'a\0b'.repeat(8) },
      { jti: '\ud800'.repeat(20) },
      { jti: {} },
      { htu: 'x:' },
      { htm: {} },
      { ath: [] },
      { exp: 0 },
      { nbf: 1e12 },
    ];
    for (const each of claims) {
      const DPoP = await me.prove('GET', '/me', { claims: each });
      expect((await call('/me', { headers: { DPoP } })).status, JSON.stringify(each)).toBe(401);
    }
    const { jwk } = me;
    const odd: Record<string, unknown>[] = [
      { jwk: null },
      { jwk: [] },
      { jwk: 'x' },
      { jwk: { ...jwk, x: '' } },
      { jwk: { ...jwk, x: { toString: 'x' } } },
      { jwk: { ...jwk, crv: 'P-521' } },
      { jwk: { ...jwk, kty: 'oct', k: 'AAAA' } },
      { jwk: { ...jwk, key_ops: ['sign'] } },
      { jwk: { ...jwk, y: jwk.x } },
      { typ: 'JWT' },
    ];
    for (const header of odd) {
      const DPoP = await me.prove('GET', '/me', { header });
      expect((await call('/me', { headers: { DPoP } })).status, JSON.stringify(header)).toBe(401);
    }
  });
});

describe('odd bodies', () => {
  it('never cause a 5xx, and name nothing that every object has', async () => {
    const me = await createKey();
    const bodies = [
      '['.repeat(30_000),
      `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
      `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      'null',
      '"x"',
      '[]',
      '1e999',
      '{"__proto__":{"body":"x"}}',
      `{"url":${JSON.stringify(url)},"body":"x","author":{"name":"x","__proto__":{"badge":"author"}}}`,
      `{"url":${JSON.stringify(url)},"body":"x","author":{"name":"x"},"constructor":1}`,
      `{"url":${JSON.stringify(url)},"body":"\\ud800","author":{"name":"\\udfff x"}}`,
      `{"url":${JSON.stringify(url)},"body":"x","author":{"name":"x","email":"${'a.'.repeat(15_000)}@a.b"}}`,
      `{"url":${JSON.stringify(url)},"body":"x","author":{"name":"x","url":"https://${'a.'.repeat(900)}b/"}}`,
      `{"url":${JSON.stringify(url)},"body":"x","author":{"name":"x"},"title":"${'\u200d'.repeat(900)}"}`,
    ];
    for (const body of bodies)
      for (const [method, path] of [
        ['POST', '/comments'],
        ['PUT', '/reaction'],
        ['POST', '/session'],
        ['PATCH', '/me'],
      ] as const) {
        const headers = {
          DPoP: await me.prove(method, path, { body }),
          'Content-Type': 'application/json',
          'Idempotency-Key': newKey(),
        };
        const answer = await call(path, { method, headers, body });
        expect(answer.status, `${path} ${body.slice(0, 90)}`).toBeLessThan(500);
      }
    expect((await thread({ url })).comments.every(({ author }) => author.badge === null)).toBe(true);
    const odd = ['__proto__', 'constructor', 'toString', '~', '~tag', 'url%00', '%ff'];
    for (const name of odd) expect((await call(`/thread${query({ url })}&${name}=1`)).status, name).toBe(400);
    for (const id of ['%00a', '%ff', '__proto__', '%F0%9F%92%A9', '%ed%a0%80x'])
      expect((await call(`/thread${query({ url })}&page_id=${id}`)).status, id).toBe(200);
    for (const id of ['%00', '%', '%2e%2e', 'a'.repeat(9000)])
      expect((await call(`/comments/${id}/source`)).status, id).toBeLessThan(500);
  });
});

describe('everything at once', () => {
  it('leaves every counter right: posts, answers, votes, reactions, claims, joins, deletions and the forgotten', async () => {
    let seed = 11;
    const pick = (n: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % n;
    };
    const subjects = Array.from({ length: 5 }, (_, i) => ({ subject: `subject-${i}` }));
    const people = await Promise.all(
      subjects.map(async (profile) => {
        const key = await createKey();
        return { key, token: (await logIn(key, 'x', profile)).token as string | undefined };
      }),
    );
    const made: string[] = [];
    const act = async (): Promise<void> => {
      const who = people[pick(people.length)]!;
      const as = pick(2) === 0 || who.token === undefined ? {} : { token: who.token };
      const id = made[pick(made.length || 1)];
      const kind = pick(20);
      if (kind < 7 || id === undefined) {
        const parent = id === undefined || pick(4) === 0 ? {} : { parent: id };
        const body = { url, body: 'x', ...parent, ...(!('token' in as) && { author: { name: 'Guest' } }) };
        const answer = await who.key.ask('POST', '/comments', body, {
          ...as,
          headers: { 'Idempotency-Key': newKey() },
        });
        if (answer.status === 201) made.push(((await answer.json()) as { id: string }).id);
      } else if (kind < 13) await who.key.ask('PUT', `/comments/${id}/vote`, { value: pick(3) - 1 }, as);
      else if (kind < 15) await who.key.ask('PUT', '/reaction', { url, value: pick(3) === 0 ? null : '👍' }, as);
      else if (kind < 17) await who.key.ask('DELETE', `/comments/${id}`, undefined, as);
      else if (kind === 17) await who.key.ask('POST', '/me/claim', undefined, as);
      else if (kind === 18 && pick(3) === 0) await who.key.ask('DELETE', '/me', undefined, as);
      else if (kind === 18) await runCron(pick(2) * 25 * HOUR_MS);
      else {
        // Somebody logs in, or adds an account to the one they are.
        const profile = subjects[pick(subjects.length)]!;
        who.token = (await logIn(who.key, 'x', profile, as.token).catch(() => undefined))?.token;
      }
    };
    for (let round = 0; round < 30; round++) {
      await Promise.all(Array.from({ length: 6 }, act));
      await expectCounted();
    }
    expect(made.length).toBeGreaterThan(20);
  });
});
