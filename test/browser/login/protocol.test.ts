/** Logging in without a browser: the whole way through every provider, and everything somebody may try on that way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session, Site, Thread } from '../../../worker/contract.ts';
import { runPage } from './browse.ts';
import { expireLogins } from './database.ts';
import { type LoginServer, startLoginServer } from './login-server.ts';
import { createReader, need, problemOf, type Reader } from './reader.ts';

const PAGE = 'https://blog.example/2026/tea';

let server: LoginServer;
beforeAll(async () => {
  server = await startLoginServer({
    sites: [
      { id: 'blog', name: 'Blog', hosts: ['blog.example'] },
      { id: 'other', name: 'Other', hosts: ['other.example'] },
    ],
  });
});
afterAll(() => server?.close());

const newReader = (url = `${PAGE}/${crypto.randomUUID()}`): Promise<Reader> => createReader(server.api, url);
const exchange = (reader: Reader, code: object, headers: Record<string, string> = {}) =>
  reader.ask('POST', '/session', code, { headers });

describe('a login', () => {
  /** Provider, how it is shown, who Marigold is there; Facebook and Mastodon tell no website of hers. */
  const providers: [id: string, name: string, page: string | null][] = [
    ['house', 'House', 'https://marigold.example/'],
    ['wordpress', 'WordPress.com', 'https://gravatar.com/marigold'],
    ['x', 'X', 'https://x.com/marigold'],
    ['facebook', 'Facebook', null],
    ['github', 'GitHub', 'https://github.com/marigold'],
    ['mastodon', 'Mastodon', 'https://social.example/@marigold'],
  ];

  it('is offered at every provider that is configured', async () => {
    const site = await need<Site>(await fetch(`${server.api}/site?${new URLSearchParams({ url: PAGE })}`), 200);
    const offered = site.providers.map(({ id, name }) => [id, name]).sort();
    expect(offered).toEqual(providers.map(([id, name]) => [id, name]).sort());
    expect(site.providers.filter(({ instance }) => instance).map(({ id }) => id)).toEqual(['mastodon']);
  });

  it.each(providers)('goes all the way through %s', async (provider, name, url) => {
    const reader = await newReader();
    const session = await reader.logIn(provider);
    expect(session.person).toEqual({
      id: expect.any(String),
      name: 'Marigold',
      url,
      avatar: expect.stringMatching(new RegExp(`^${server.api}/avatars/[0-9a-z]{26}$`)),
      badge: null,
      verified: name,
    });

    const comment = await reader.post(session.token);
    expect(comment.author).toEqual(session.person);
    const thread = await need<Thread>(
      await fetch(`${server.api}/thread?${new URLSearchParams({ url: reader.url })}`),
      200,
    );
    expect(thread.comments.map(({ author }) => author)).toEqual([session.person]);
    const picture = await fetch(session.person.avatar!);
    expect([picture.status, picture.headers.get('Content-Type')]).toEqual([200, 'image/png']);
    expect(picture.headers.get('X-Content-Type-Options')).toBe('nosniff');

    const renewed = await need<Session>(await reader.ask('POST', '/session/renew', { session: session.id }), 200);
    expect(renewed).toMatchObject({ id: session.id, person: session.person });
    await reader.post(renewed.token);
    await need(await reader.ask('DELETE', '/session', undefined, { token: renewed.token }), 200);
    for (const { token } of [session, renewed]) expect(await problemOf(reader.tryPost(token))).toBe('session_invalid');
    expect(await problemOf(reader.ask('POST', '/session/renew', { session: session.id }))).toBe('session_invalid');
  });

  it('finds the same person again, on another device', async () => {
    const [phone, laptop] = [await newReader(), await newReader()];
    const ids = [await phone.logIn('github', 'thaddeus'), await laptop.logIn('github', 'thaddeus')].map(
      ({ person }) => person.id,
    );
    expect(ids[0]).toBe(ids[1]);
  });

  it('makes one person of an account that two devices log in to at once', async () => {
    const devices = await Promise.all([newReader(), newReader(), newReader()]);
    const codes = await Promise.all(devices.map((device) => device.fetchCode('x', 'thaddeus')));
    const answers = await Promise.all(devices.map((device, i) => exchange(device, codes[i]!)));
    const sessions = await Promise.all(answers.map((answer) => need<Session>(answer, 200)));
    expect(new Set(sessions.map(({ person }) => person.id)).size).toBe(1);
  });

  it('takes from a hostile profile nothing but plain text', async () => {
    const reader = await newReader();
    const { person } = await reader.logIn('house', 'mallory');
    expect(person).toMatchObject({ name: '<img src=x onerror=alert(1)>Mallory', url: null, avatar: null });
    const { person: long } = await reader.logIn('house', 'thaddeus');
    expect([...long.name].length).toBeLessThanOrEqual(80);
  });

  it('does without what a provider does not tell', async () => {
    const { person } = await (await newReader()).logIn('github', 'quill');
    expect(person).toMatchObject({ name: 'quill', avatar: null });
  });

  it('comes back by redirect where no popup may be opened, with the code in the fragment alone', async () => {
    const reader = await newReader();
    const back = `${reader.url}?page=2#comments`;
    const { callback, verifier } = await reader.arrive('x', 'marigold', { redirect: '1', back });
    const { answer, ran } = await reader.comeBack(callback);
    expect([answer.status, ran]).toEqual([302, null]);
    const returned = new URL(answer.headers.get('Location')!);
    const code = /^#afterword=([\w-]{43})$/.exec(returned.hash)?.[1];
    returned.hash = '';
    expect(returned.href).toBe(`${reader.url}?page=2`);
    await need(await exchange(reader, { code, verifier }), 200);
  });

  it('goes back to the page that asked when the popup has lost its opener', async () => {
    const reader = await newReader();
    const { callback, verifier } = await reader.arrive('house', 'marigold', { back: `${reader.url}#comments` });
    const { answer } = await reader.comeBack(callback);
    const ran = runPage(await answer.text(), false);
    expect(ran).toEqual({
      told: [],
      closed: false,
      replaced: expect.stringMatching(/^https:\/\/blog\.example\/.*#afterword=[\w-]{43}$/),
    });
    const code = ran!.replaced!.split('#afterword=')[1];
    await need(await exchange(reader, { code, verifier }), 200);
  });

  it('tells the opener nothing but the code, only if it is of the origin that asked, and closes', async () => {
    const reader = await newReader();
    const { callback } = await reader.arrive('wordpress', 'marigold');
    const { answer, ran } = await reader.comeBack(callback);
    const message = { afterword: 'login', code: expect.stringMatching(/^[\w-]{43}$/) };
    expect(ran).toEqual({ told: [{ message, target: 'https://blog.example' }], closed: true, replaced: null });
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(answer.headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(answer.headers.get('Content-Security-Policy')).toMatch(
      /^default-src 'none'; script-src 'nonce-[\w-]+';.*frame-ancestors 'none'$/,
    );
  });

  it('leaves no token and no session in any address or page (threat 9)', async () => {
    for (const [provider] of providers) {
      const reader = await newReader();
      const { callback, verifier } = await reader.arrive(provider, 'marigold', { redirect: '1', back: reader.url });
      const { answer } = await reader.comeBack(callback);
      const code = answer.headers.get('Location')!.split('#afterword=')[1]!;
      const session = await need<Session>(await exchange(reader, { code, verifier }), 200);
      const seen = reader.browsing.seen.join('\n');
      for (const secret of [
        session.token,
        session.id,
        verifier,
        'access_token',
        'client_secret',
        'code_verifier',
        'eyJ',
      ])
        expect(seen, `${provider}: ${secret}`).not.toContain(secret);
      for (const secret of Object.entries(server.standIns.secrets).filter(([name]) => name.endsWith('_SECRET')))
        expect(seen).not.toContain(secret[1]);
      expect(seen.split(code).length - 1, `${provider}: how often the code is seen`).toBe(1);
    }
  });
});

describe('the one-time code (threat 9)', () => {
  it('is worth nothing to another key, and nothing to anybody afterwards', async () => {
    const [reader, thief] = [await newReader(), await newReader()];
    const code = await reader.fetchCode('x', 'marigold');
    expect(await problemOf(exchange(thief, code))).toBe('login_expired');
    expect(await problemOf(exchange(reader, code))).toBe('login_expired');
  });

  it('is worth nothing without the secret of who asked', async () => {
    const reader = await newReader();
    const { code } = await reader.fetchCode('x', 'marigold');
    expect(await problemOf(exchange(reader, { code, verifier: 'v'.repeat(43) }))).toBe('login_expired');
  });

  it('threat 10: counts once, also when asked twice at the same time', async () => {
    const reader = await newReader();
    const code = await reader.fetchCode('github', 'marigold');
    const answers = await Promise.all([exchange(reader, code), exchange(reader, code), exchange(reader, code)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  });

  it('counts for a minute', async () => {
    const reader = await newReader();
    const code = await reader.fetchCode('github', 'marigold');
    expireLogins(server.persistDir, reader.jkt);
    expect(await problemOf(exchange(reader, code))).toBe('login_expired');
  });

  it('is not taken from a page of another origin', async () => {
    for (const origin of ['https://other.example', 'http://blog.example', 'https://evil.example', 'null']) {
      const reader = await newReader();
      const code = await reader.fetchCode('x', 'marigold');
      expect(await problemOf(exchange(reader, code, { Origin: origin })), origin).toBe('login_expired');
    }
  });

  it('is not taken without a proof, nor with one that was made for something else', async () => {
    const reader = await newReader();
    const code = await reader.fetchCode('x', 'marigold');
    const plain = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(code) };
    expect(await problemOf(fetch(`${server.api}/session`, plain))).toBe('proof_required');
    const other = await reader.ask('POST', '/session', code, { headers: { DPoP: 'e30.e30.e30' } });
    expect(await problemOf(other)).toBe('proof_invalid');
    await need(await exchange(reader, code), 200);
  });

  it('is not guessed', async () => {
    const reader = await newReader();
    for (const code of ['', 'x', 'a'.repeat(43), '%', '_'.repeat(43)])
      expect(['login_expired', 'invalid_request']).toContain(
        await problemOf(exchange(reader, { code, verifier: 'v'.repeat(43) })),
      );
  });
});

describe('the way back from a provider (threats 9, 17, 19)', () => {
  /** A page for the person and nobody else. */
  async function expectNobodyTold(answer: Response) {
    expect([answer.status, answer.headers.get('Location')]).toEqual([400, null]);
    expect(answer.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    const page = await answer.text();
    expect(page).toContain('Close this window and try again.');
    expect(page).not.toContain('<script');
  }

  it('needs the state of a login that is on its way', async () => {
    const reader = await newReader();
    const { callback } = await reader.arrive('house', 'marigold');
    const state = callback.searchParams.get('state')!;
    for (const tampered of [
      null,
      '',
      'x',
      state.slice(1),
      `${state}x`,
      state.toUpperCase(),
      "<script>alert(1)</script>'",
    ]) {
      const address = new URL(callback);
      if (tampered === null) address.searchParams.delete('state');
      else address.searchParams.set('state', tampered);
      await expectNobodyTold((await reader.comeBack(address)).answer);
    }
    const twice = new URL(callback);
    twice.searchParams.append('state', 'another');
    expect((await reader.comeBack(twice)).ran?.told[0]?.message).toEqual({ afterword: 'login', error: 'login_failed' });
  });

  it('is passed once', async () => {
    const reader = await newReader();
    const { callback } = await reader.arrive('x', 'marigold');
    expect((await reader.comeBack(callback)).answer.status).toBe(200);
    await expectNobodyTold((await reader.comeBack(callback)).answer);
  });

  it('is closed after ten minutes', async () => {
    const reader = await newReader();
    const { callback } = await reader.arrive('x', 'marigold');
    expireLogins(server.persistDir, reader.jkt);
    await expectNobodyTold((await reader.comeBack(callback)).answer);
  });

  it('is that of the provider where the login began', async () => {
    const reader = await newReader();
    const { callback } = await reader.arrive('x', 'marigold');
    const elsewhere = new URL(callback.href.replace('/login/x/', '/login/github/'));
    await expectNobodyTold((await reader.comeBack(elsewhere)).answer);
  });

  it('refuses the answer of another issuer, or of one that does not say which it is (RFC 9207)', async () => {
    for (const iss of ['https://issuer.evil.example', null]) {
      const reader = await newReader();
      const { callback } = await reader.arrive('house', 'marigold');
      expect(callback.searchParams.get('iss')).toBe(server.issuer.issuer);
      if (iss === null) callback.searchParams.delete('iss');
      else callback.searchParams.set('iss', iss);
      const { ran } = await reader.comeBack(callback);
      expect(ran?.told[0]?.message).toEqual({ afterword: 'login', error: 'login_failed' });
    }
  });

  it('refuses the code of somebody else’s login at the provider', async () => {
    const [reader, attacker] = [await newReader(), await newReader()];
    for (const provider of ['house', 'x']) {
      const [own, theirs] = [await reader.arrive(provider, 'marigold'), await attacker.arrive(provider, 'quill')];
      own.callback.searchParams.set('code', theirs.callback.searchParams.get('code')!);
      const { ran } = await reader.comeBack(own.callback);
      // PKCE: the code was made for another verifier.
      expect(ran?.told[0]?.message, provider).toEqual({ afterword: 'login', error: expect.stringMatching(/^login_/) });
    }
  });

  it.each(['house', 'wordpress', 'x', 'facebook', 'github', 'mastodon'])(
    'tells that the person said no at %s',
    async (provider) => {
      const reader = await newReader();
      const { callback } = await reader.arrive(provider, null);
      const { ran } = await reader.comeBack(callback);
      const message = { afterword: 'login', error: 'login_denied' };
      expect(ran).toEqual({ told: [{ message, target: 'https://blog.example' }], closed: true, replaced: null });
      const again = await reader.arrive(provider, null, { redirect: '1', back: reader.url });
      const { answer } = await reader.comeBack(again.callback);
      expect(answer.headers.get('Location')).toBe(`${reader.url}#afterword=!login_denied`);
    },
  );

  /** X and Facebook have no word of their own for a code that is too old. */
  const misbehaviours = ['token', 'profile'].flatMap((where) =>
    ['rate-limited', 'unavailable', 'server-error', 'malformed'].map((fault) => `${where}-${fault}`),
  );
  it.each(['wordpress', 'x', 'facebook', 'github', 'mastodon'])(
    'tells that %s did not answer as it should',
    async (provider) => {
      for (const misbehaviour of misbehaviours) {
        const reader = await newReader();
        const { callback } = await reader.arrive(provider, misbehaviour);
        const { ran } = await reader.comeBack(callback);
        expect(ran?.told, misbehaviour).toEqual([
          { message: { afterword: 'login', error: 'login_failed' }, target: 'https://blog.example' },
        ]);
      }
      const reader = await newReader();
      const { callback } = await reader.arrive(provider, 'expired-code');
      const { ran } = await reader.comeBack(callback);
      const error = ['x', 'facebook'].includes(provider) ? 'login_failed' : 'login_expired';
      expect(ran?.told[0]?.message).toEqual({ afterword: 'login', error });
    },
  );

  it('logs nobody in by what stands in the address', async () => {
    const reader = await newReader();
    const { callback } = await reader.arrive('x', null);
    callback.searchParams.delete('error');
    callback.searchParams.set('access_token', 'stolen');
    const { ran } = await reader.comeBack(callback);
    expect(ran?.told[0]?.message).toEqual({ afterword: 'login', error: 'login_failed' });
  });

  it('may come as a form, as Apple sends it, which changes nothing about the state', async () => {
    const reader = await newReader();
    const { callback, verifier } = await reader.arrive('x', 'marigold');
    const send = () =>
      fetch(callback.origin + callback.pathname, { method: 'POST', body: new URLSearchParams(callback.search) });
    const ran = runPage(await (await send()).text());
    const { code } = ran!.told[0]!.message as { code: string };
    await need(await exchange(reader, { code, verifier }), 200);
    await expectNobodyTold(await send());
  });

  it('takes no form that is too large', async () => {
    const body = new URLSearchParams({ state: 's'.repeat(20_000) });
    await expectNobodyTold(await fetch(`${server.api}/login/x/callback`, { method: 'POST', body }));
  });
});

describe('where a login may begin (threat 9)', () => {
  it('is an https origin of the page’s site, written exactly', async () => {
    const refused: [over: Record<string, string>, code: string][] = [
      [{ origin: 'https://evil.example' }, 'origin_not_allowed'],
      [{ origin: 'https://other.example' }, 'origin_not_allowed'],
      [{ origin: 'https://blog.example.evil.example' }, 'origin_not_allowed'],
      [{ origin: 'https://blog.example:8443' }, 'origin_not_allowed'],
      [{ origin: 'http://blog.example' }, 'invalid_request'],
      [{ origin: 'https://blog.example/' }, 'invalid_request'],
      [{ origin: 'https://blog.example/path' }, 'invalid_request'],
      [{ origin: 'https://blog.example@evil.example' }, 'invalid_request'],
      [{ origin: 'https://BLOG.example' }, 'invalid_request'],
      [{ origin: 'null' }, 'invalid_request'],
      [{ origin: '*' }, 'invalid_request'],
      [{ origin: 'javascript:alert(1)' }, 'invalid_request'],
      [{ url: 'https://nobody.example/' }, 'origin_not_allowed'],
      [{ url: 'https://other.example/' }, 'origin_not_allowed'],
      [{ site: 'other' }, 'origin_not_allowed'],
    ];
    const reader = await newReader();
    for (const [over, code] of refused) {
      const { answer } = await reader.start('x', over);
      expect([answer.headers.get('Location'), await problemOf(answer)], JSON.stringify(over)).toEqual([null, code]);
    }
  });

  it('sends nobody back to another origin', async () => {
    const reader = await newReader();
    const places = [
      'https://evil.example/',
      'https://other.example/',
      'http://blog.example/',
      'https://blog.example@evil.example/',
      'https://blog.example.evil.example/',
      '//evil.example/',
      '/2026/tea',
      'javascript:alert(1)//https://blog.example/',
      'data:text/html,<script>alert(1)</script>',
    ];
    for (const back of places)
      for (const redirect of ['1', undefined]) {
        const { answer } = await reader.start('x', { back, redirect });
        expect([answer.headers.get('Location'), await problemOf(answer)], back).toEqual([null, 'invalid_request']);
      }
  });

  it('asks providers that are configured, for a key and a challenge that are ones', async () => {
    const reader = await newReader();
    for (const provider of ['google', 'sso', '__proto__', 'x%2F..'])
      expect(await problemOf((await reader.start(provider)).answer), provider).toBe('not_found');
    for (const over of [{ jkt: 'short' }, { challenge: undefined }, { jkt: undefined }, { more: '1' }])
      expect(await problemOf((await reader.start('x', over)).answer), JSON.stringify(over)).toBe('invalid_request');
  });

  it('asks no Mastodon server that is none, and tells who asked', async () => {
    const reader = await newReader();
    for (const instance of [
      'localhost',
      '127.0.0.1',
      '10.0.0.1',
      '[::1]',
      'metadata.internal',
      'social.example:8080',
      '',
    ]) {
      const { answer } = await reader.start('mastodon', { instance });
      const ran = runPage(await answer.text());
      const error = expect.stringMatching(/^(invalid_request|outside_refused)$/);
      expect(ran?.told, instance).toEqual([{ message: { afterword: 'login', error }, target: 'https://blog.example' }]);
    }
  });
});

describe('a session (threat 9)', () => {
  it('is bound to its key: neither token nor id are worth anything to another', async () => {
    const [reader, thief] = [await newReader(), await newReader()];
    const session = await reader.logIn('x');
    expect(await problemOf(thief.tryPost(session.token))).toBe('session_invalid');
    expect(await problemOf(thief.ask('POST', '/session/renew', { session: session.id }))).toBe('session_invalid');
    expect(await problemOf(thief.ask('DELETE', '/session', undefined, { token: session.token }))).toBe(
      'session_invalid',
    );
    const bare = { method: 'POST', headers: { Authorization: `DPoP ${session.token}` } };
    expect(await problemOf(fetch(`${server.api}/comments`, bare))).toBe('proof_required');
    const bearer = { method: 'DELETE', headers: { Authorization: `Bearer ${session.token}` } };
    expect(await problemOf(fetch(`${server.api}/session`, bearer))).toBe('unauthorized');
    await reader.post(session.token);
  });

  it('counts on its own site alone', async () => {
    const reader = await newReader();
    const { token } = await reader.logIn('x');
    const there = { url: 'https://other.example/', body: 'Hello.' };
    const headers = { 'Idempotency-Key': crypto.randomUUID(), Origin: 'https://other.example' };
    expect(await problemOf(reader.ask('POST', '/comments', there, { token, headers }))).toBe('session_invalid');
  });

  it('does not let who is logged in write under another name', async () => {
    const reader = await newReader();
    const { token } = await reader.logIn('x');
    const comment = { url: reader.url, body: 'Hello.', author: { name: 'Somebody else' } };
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    expect(await problemOf(reader.ask('POST', '/comments', comment, { token, headers }))).toBe('invalid_request');
  });

  it('throttles nobody for another’s failures (threat 22)', async () => {
    const [reader, attacker] = [await newReader(), await newReader()];
    const session = await reader.logIn('x');
    for (let i = 0; i < 20; i++) await attacker.ask('POST', '/session/renew', { session: session.id });
    await need(await reader.ask('POST', '/session/renew', { session: session.id }), 200);
  });
});
