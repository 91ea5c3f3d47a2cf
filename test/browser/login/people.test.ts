/** Who a login makes of somebody: one person by several ways in, a member of the team, an account of the site's own. */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Me, Session, Thread } from '../../../worker/contract.ts';
import { JWKS_URL, type LoginServer, SSO_SECRET, startLoginServer } from './login-server.ts';
import { createReader, need, problemOf, type Reader } from './reader.ts';

const CLUB = 'https://club.example';
const signing = await Promise.all(
  ['ES256', 'RS256'].map(async (alg) => ({ alg, ...(await generateKeyPair(alg, { extractable: true })) })),
);

let server: LoginServer;
beforeAll(async () => {
  server = await startLoginServer({
    keys: await Promise.all(
      signing.map(async ({ alg, publicKey }) => ({ ...(await exportJWK(publicKey)), alg, kid: alg })),
    ),
    sites: [
      { id: 'blog', name: 'Blog', hosts: ['blog.example'] },
      {
        id: 'journal',
        name: 'Journal',
        hosts: ['journal.example'],
        settings: {
          team: [
            { name: 'Ines', email: 'Marigold@mail.example', role: 'author' },
            { name: 'Somebody', email: 'barnaby@mail.example' },
            { name: 'Quill' },
            { name: 'Thaddeus '.repeat(40).slice(0, 80) },
          ],
        },
      },
      { id: 'club', name: 'Club', hosts: ['club.example'], settings: { ssoJwks: JWKS_URL, ssoIssuer: CLUB } },
    ],
  });
});
afterAll(() => server?.close());

const newReader = (origin = 'https://blog.example'): Promise<Reader> =>
  createReader(server.api, `${origin}/${crypto.randomUUID()}`);
const readAuthors = async ({ url }: Reader) => {
  const thread = await fetch(`${server.api}/thread?${new URLSearchParams({ url })}`);
  return (await need<Thread>(thread, 200)).comments.map(({ author }) => author);
};
const readMe = async (reader: Reader, { token }: Session): Promise<Me> =>
  need(await reader.ask('GET', '/me', undefined, { token }), 200);

describe('two ways in', () => {
  it('are one person when the second is added while logged in', async () => {
    const reader = await newReader();
    const first = await reader.logIn('github', 'barnaby');
    await reader.post(first.token);
    const second = await reader.logIn('x', 'barnaby', first.token);
    await reader.post(second.token);
    expect(second.person).toEqual(first.person);
    expect(await readAuthors(reader)).toEqual([first.person, first.person]);
    const me = await readMe(reader, second);
    expect(me.accounts.map(({ provider, name }) => [provider, name])).toEqual([
      ['github', 'Barnaby'],
      ['x', 'Barnaby'],
    ]);
    expect(me.sessions).toHaveLength(1);
    expect(await problemOf(reader.tryPost(first.token))).toBe('session_invalid');
    const elsewhere = await newReader();
    expect((await elsewhere.logIn('x', 'barnaby')).person.id).toBe(first.person.id);
  });

  it('make one person of two who were two, with the comments of both', async () => {
    const [phone, laptop] = [await newReader(), await newReader()];
    const [onPhone, onLaptop] = [await phone.logIn('house', 'quill'), await laptop.logIn('mastodon', 'quill')];
    expect(onPhone.person.id).not.toBe(onLaptop.person.id);
    const headers = () => ({ 'Idempotency-Key': crypto.randomUUID() });
    await phone.post(onPhone.token);
    await need(
      await laptop.ask(
        'POST',
        '/comments',
        { url: phone.url, body: 'Me too.' },
        { token: onLaptop.token, headers: headers() },
      ),
      201,
    );

    const joined = await phone.logIn('mastodon', 'quill', onPhone.token);
    expect(joined.person.id).toBe(onPhone.person.id);
    expect((await readAuthors(phone)).map(({ id }) => id)).toEqual([joined.person.id, joined.person.id]);
    expect((await readMe(phone, joined)).accounts.map(({ provider }) => provider)).toEqual(['house', 'mastodon']);

    // The other device stays logged in, as the person they are now.
    expect(await problemOf(laptop.tryPost(onLaptop.token))).toBe('session_invalid');
    const renewed = await need<Session>(await laptop.ask('POST', '/session/renew', { session: onLaptop.id }), 200);
    expect((await laptop.post(renewed.token)).author.id).toBe(joined.person.id);
  });

  it('stay two people when nobody was logged in, whatever their names and addresses', async () => {
    const reader = await newReader();
    const ids = [await reader.logIn('github', 'marigold'), await reader.logIn('x', 'marigold')].map(
      ({ person }) => person.id,
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('are not joined by a login that has ended, which costs no second click', async () => {
    const reader = await newReader();
    const first = await reader.logIn('github', 'thaddeus');
    await need(await reader.ask('DELETE', '/session', undefined, { token: first.token }), 200);
    const code = await reader.fetchCode('x', 'thaddeus');
    expect(await problemOf(reader.ask('POST', '/session', code, { token: first.token }))).toBe('session_invalid');
    const second = await need<Session>(await reader.ask('POST', '/session', code), 200);
    expect(second.person.id).not.toBe(first.person.id);
  });

  it('make different people on different sites', async () => {
    const [here, there] = [await newReader(), await newReader('https://journal.example')];
    expect((await here.logIn('x', 'thaddeus')).person.id).not.toBe((await there.logIn('x', 'thaddeus')).person.id);
  });
});

describe('the team (threat 17)', () => {
  const JOURNAL = 'https://journal.example';

  it('is who logs in with an address that the owner named and the provider verified', async () => {
    for (const provider of ['house', 'wordpress', 'x', 'github']) {
      const reader = await newReader(JOURNAL);
      const { token, person } = await reader.logIn(provider);
      expect(person.badge, provider).toBe('author');
      expect((await reader.post(token)).author.badge).toBe('author');
    }
  });

  it('is nobody whose address is not verified, or not told', async () => {
    for (const provider of ['house', 'wordpress', 'x', 'github'])
      expect((await (await newReader(JOURNAL)).logIn(provider, 'barnaby')).person.badge, provider).toBeNull();
    for (const provider of ['facebook', 'mastodon'])
      expect((await (await newReader(JOURNAL)).logIn(provider, 'marigold')).person.badge, provider).toBeNull();
  });

  it('keeps its role when it comes by another way in', async () => {
    const reader = await newReader(JOURNAL);
    const member = await reader.logIn('github');
    await reader.logIn('mastodon', 'marigold', member.token);
    const { person } = await (await newReader(JOURNAL)).logIn('mastodon', 'marigold');
    expect(person).toMatchObject({ id: member.person.id, badge: 'author' });
  });

  it('keeps its names: another who is called so gets their provider beside it', async () => {
    const named = async (provider: string, account: string) =>
      (await (await newReader(JOURNAL)).logIn(provider, account)).person;
    expect(await named('github', 'quill')).toMatchObject({ name: 'quill (github)', badge: null });
    expect(await named('house', 'quill')).toMatchObject({ name: 'Quill (house)', badge: null });
    const long = await named('x', 'thaddeus');
    expect(long.name).toMatch(/^Thaddeus Thaddeus .* \(x\)$/);
    expect(long.name.length).toBeLessThanOrEqual(80);
    const reader = await newReader(JOURNAL);
    const { token } = await reader.logIn('github', 'quill');
    expect(await problemOf(reader.ask('PATCH', '/me', { name: 'Quill' }, { token }))).toBe('name_reserved');
  });
});

describe('single sign-on', () => {
  const secret = new TextEncoder().encode(SSO_SECRET);
  const claims = (over: JWTPayload = {}): JWTPayload => ({
    sub: 'member-7',
    name: 'Odalys',
    aud: new URL(server.api).origin,
    exp: Math.floor(Date.now() / 1000) + 300,
    ...over,
  });
  const sign = (payload: JWTPayload, key: Parameters<SignJWT['sign']>[0] = secret, alg = 'HS256') =>
    new SignJWT(payload).setProtectedHeader({ alg, ...(alg !== 'HS256' && { kid: alg }) }).sign(key);
  const enter = (reader: Reader, sso: string, url = reader.url) => reader.ask('POST', '/session', { sso, url });

  it('takes the site’s word for who somebody is, again and again', async () => {
    const reader = await newReader();
    const avatar = 'https://avatars.githubusercontent.com/u/1001';
    const token = await sign(claims({ avatar, url: 'https://blog.example/odalys', role: 'moderator' }));
    const session = await need<Session>(await enter(reader, token), 200);
    expect(session.person).toMatchObject({
      name: 'Odalys',
      url: 'https://blog.example/odalys',
      avatar: expect.stringContaining(`${server.api}/avatars/`),
      badge: 'moderator',
      verified: 'blog.example',
    });
    expect((await reader.post(session.token)).author).toEqual(session.person);
    const renamed = await need<Session>(await enter(reader, await sign(claims({ name: 'Odalys B.' }))), 200);
    expect(renamed.person).toMatchObject({ id: session.person.id, name: 'Odalys B.', url: null, badge: null });
  });

  it('refuses a token that is not the site’s word, now and here', async () => {
    const reader = await newReader();
    const now = Math.floor(Date.now() / 1000);
    const [header, payload] = (await sign(claims())).split('.');
    const refused: Record<string, string> = {
      expired: await sign(claims({ exp: now - 60 })),
      'good for too long': await sign(claims({ exp: now + 2 * 86_400 })),
      'without an end': await sign(claims({ exp: undefined })),
      'not yet valid': await sign(claims({ nbf: now + 600 })),
      'for somebody else': await sign(claims({ aud: 'https://comments.example' })),
      'for nobody': await sign(claims({ aud: undefined })),
      'by another': await sign(claims(), new TextEncoder().encode('x'.repeat(40))),
      'by nobody': new UnsecuredJWT(claims()).encode(),
      'without a signature': `${header}.${payload}.`,
      'with another payload': `${header}.${btoa(JSON.stringify(claims({ sub: 'admin' })))}.${'a'.repeat(43)}`,
      'about nobody': await sign(claims({ sub: undefined })),
      'without a name': await sign(claims({ name: ' \u200b' })),
      'with a role there is not': await sign(claims({ role: 'owner' })),
      'not a token': 'not.a.token',
    };
    for (const [what, token] of Object.entries(refused))
      expect(await problemOf(enter(reader, token)), what).toBe('sso_invalid');
    const elsewhere = reader.ask(
      'POST',
      '/session',
      { sso: await sign(claims()), url: reader.url },
      { headers: { Origin: 'https://evil.example' } },
    );
    expect(await problemOf(elsewhere)).toBe('origin_not_allowed');
  });

  it('takes a published key’s signature, and no secret’s where keys are published', async () => {
    const reader = await newReader(CLUB);
    for (const { alg, privateKey } of signing) {
      const { person } = await need<Session>(
        await enter(reader, await sign(claims({ iss: CLUB }), privateKey, alg)),
        200,
      );
      expect(person).toMatchObject({ name: 'Odalys', verified: 'club.example' });
    }
    const [ec] = signing;
    const publicKey = new TextEncoder().encode(JSON.stringify(await exportJWK(ec!.publicKey)));
    const stranger = await generateKeyPair('ES256');
    const refused = {
      'by the secret of other sites': await sign(claims({ iss: CLUB })),
      'by the public key as if it were a secret': await sign(claims({ iss: CLUB }), publicKey),
      'by another key': await sign(claims({ iss: CLUB }), stranger.privateKey, 'ES256'),
      'by another issuer': await sign(claims({ iss: 'https://evil.example' }), ec!.privateKey, 'ES256'),
      'by no issuer': await sign(claims(), ec!.privateKey, 'ES256'),
    };
    for (const [what, token] of Object.entries(refused))
      expect(await problemOf(enter(reader, token)), what).toBe('sso_invalid');
  });

  it('gives an unverified address no role', async () => {
    const reader = await newReader('https://journal.example');
    const email = 'marigold@mail.example';
    const unverified = await need<Session>(
      await enter(reader, await sign(claims({ email, email_verified: false }))),
      200,
    );
    expect(unverified.person.badge).toBeNull();
    const verified = await need<Session>(await enter(reader, await sign(claims({ email }))), 200);
    expect(verified.person.badge).toBe('author');
  });

  it('is for a key as any login is', async () => {
    const body = JSON.stringify({ sso: await sign(claims()), url: 'https://blog.example/' });
    const headers = { 'Content-Type': 'application/json', Origin: 'https://blog.example' };
    expect(await problemOf(fetch(`${server.api}/session`, { method: 'POST', headers, body }))).toBe('proof_required');
  });
});

describe('changing AUTH_SECRET', () => {
  it('logs nobody out: tokens count as long as the secret before is kept, and sessions renew in any case', async () => {
    const reader = await newReader();
    const session = await reader.logIn('house');
    const [second, third] = ['another-secret-0123456789-abcdef-2', 'another-secret-0123456789-abcdef-3'];
    await server.restart({ AUTH_SECRET: second, AUTH_SECRET_PREVIOUS: server.secrets.AUTH_SECRET });
    await reader.post(session.token);
    await server.restart({ AUTH_SECRET: third });
    expect(await problemOf(reader.tryPost(session.token))).toBe('session_invalid');
    const renewed = await need<Session>(await reader.ask('POST', '/session/renew', { session: session.id }), 200);
    expect((await reader.post(renewed.token)).author.id).toBe(session.person.id);
  });
});
