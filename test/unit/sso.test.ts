/** What a site may say of its own accounts, and what nobody may say in its name. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSsoToken } from '../../worker/identity/sso';
import { Problem } from '../../worker/problem';

const SECRET = 'a-secret-that-the-site-shares-with-it';
const AUDIENCE = 'https://comments.example';
const NOW = Date.UTC(2026, 0, 31, 12);
const HOUR_S = 3600;
const CLAIMS = { sub: '42', name: 'Mika Lind', aud: AUDIENCE, exp: NOW / 1000 + HOUR_S };

const sign = (claims: JWTPayload, secret = SECRET, alg = 'HS256') =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
const site = (more: object = {}) => ({ secret: SECRET, audience: AUDIENCE, origins: {}, now: NOW, ...more });
const read = async (claims: JWTPayload, more: object = {}) => readSsoToken(await sign(claims), site(more));

async function problemOf(answer: Promise<unknown>): Promise<Problem> {
  const error: unknown = await answer.then(
    () => new Error('it was taken'),
    (e: unknown) => e,
  );
  if (error instanceof Problem) return error;
  throw error;
}

describe('a token with the shared secret', () => {
  it('says who this is', async () => {
    expect(await read(CLAIMS)).toEqual({
      subject: '42',
      name: 'Mika Lind',
      email: null,
      picture: null,
      url: null,
      role: null,
    });
    const more = {
      email: 'mika@blog.example',
      avatar: 'https://blog.example/mika.png',
      url: 'https://blog.example/mika',
      role: 'moderator',
    };
    expect(await read({ ...CLAIMS, ...more })).toEqual({
      subject: '42',
      name: 'Mika Lind',
      email: 'mika@blog.example',
      picture: 'https://blog.example/mika.png',
      url: 'https://blog.example/mika',
      role: 'moderator',
    });
  });

  it('leaves out what is none, and an address that the site itself does not believe', async () => {
    const junk = { email: 'mika', avatar: 'javascript:alert(1)', url: 'data:text/html,x', role: null };
    expect(await read({ ...CLAIMS, ...junk })).toMatchObject({ email: null, picture: null, url: null, role: null });
    const unverified = { email: 'mika@blog.example', email_verified: false };
    expect((await read({ ...CLAIMS, ...unverified })).email).toBe(null);
  });

  it('counts for a day at most', async () => {
    expect((await read({ ...CLAIMS, exp: NOW / 1000 + 24 * HOUR_S })).subject).toBe('42');
    const { message } = await problemOf(read({ ...CLAIMS, exp: NOW / 1000 + 25 * HOUR_S }));
    expect(message).toBe('The single sign-on token is refused: exp is over 24 hours away.');
  });

  it.each<[string, JWTPayload, string]>([
    ['has expired', { ...CLAIMS, exp: NOW / 1000 - 60 }, 'it has expired'],
    ['never expires', { ...CLAIMS, exp: undefined }, 'exp is missing or wrong'],
    ['is for another', { ...CLAIMS, aud: 'https://other.example' }, 'aud is missing or wrong'],
    ['is for nobody', { ...CLAIMS, aud: undefined }, 'aud is missing or wrong'],
    ['begins later', { ...CLAIMS, nbf: NOW / 1000 + HOUR_S }, 'nbf is missing or wrong'],
    ['names nobody', { ...CLAIMS, sub: undefined }, 'sub is missing or wrong'],
    ['names nobody', { ...CLAIMS, sub: '' }, 'sub is empty'],
    ['has no name', { ...CLAIMS, name: undefined }, 'name is missing or wrong'],
    ['has a name that is none', { ...CLAIMS, name: 5 }, 'name is no text'],
    ['has a name of nothing', { ...CLAIMS, name: ' \u200b' }, 'name is blank'],
    ['has an unknown role', { ...CLAIMS, role: 'owner' }, 'role must be author or moderator'],
  ])('is refused when it %s', async (_what, claims, why) => {
    const problem = await problemOf(read(claims));
    expect([problem.code, problem.message]).toEqual(['sso_invalid', `The single sign-on token is refused: ${why}.`]);
  });

  it('must have the issuer that the site names', async () => {
    const issuer = 'https://blog.example';
    expect((await read({ ...CLAIMS, iss: issuer }, { issuer })).subject).toBe('42');
    expect((await problemOf(read(CLAIMS, { issuer }))).code).toBe('sso_invalid');
    expect((await problemOf(read({ ...CLAIMS, iss: `${issuer}/` }, { issuer }))).code).toBe('sso_invalid');
  });

  it('is refused when somebody else signed it, or nobody', async () => {
    const stranger = await sign(CLAIMS, 'another-secret-that-nobody-shares-with-it');
    expect((await problemOf(readSsoToken(stranger, site()))).code).toBe('sso_invalid');
    const [, payload] = (await sign(CLAIMS)).split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    for (const token of [none, '', 'a.b.c', `${payload}`, 'x'.repeat(9000)])
      expect((await problemOf(readSsoToken(token, site()))).code).toBe('sso_invalid');
    const strong = await sign(CLAIMS, SECRET.repeat(2), 'HS512');
    expect((await problemOf(readSsoToken(strong, site({ secret: SECRET.repeat(2) })))).code).toBe('sso_invalid');
  });

  it('needs a secret, and a good one', async () => {
    expect((await problemOf(read(CLAIMS, { secret: null }))).code).toBe('sso_invalid');
    expect((await problemOf(read(CLAIMS, { secret: 'short' }))).code).toBe('setup_required');
  });
});

describe('a token with the site’s own key', () => {
  let server: Server;
  let origins: Record<string, string>;
  let asked = 0;
  let keys: object[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked++;
      if (request.url === '/broken') response.writeHead(500).end();
      else response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys }));
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    origins = { 'https://blog.example': `http://localhost:${(server.address() as AddressInfo).port}` };
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const jwks = 'https://blog.example/keys';

  it.each(['RS256', 'ES256', 'EdDSA'])('is taken: %s', async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    keys = [{ ...(await exportJWK(publicKey)), kid: alg, alg }];
    const token = await new SignJWT(CLAIMS).setProtectedHeader({ alg, kid: alg }).sign(privateKey);
    const more = { jwks: `${jwks}/${alg}`, secret: null, origins };
    expect((await readSsoToken(token, site(more))).subject).toBe('42');
    asked = 0;
    await readSsoToken(token, site(more));
    expect(asked).toBe(0);

    const stranger = await generateKeyPair(alg);
    const forged = await new SignJWT(CLAIMS).setProtectedHeader({ alg, kid: alg }).sign(stranger.privateKey);
    expect((await problemOf(readSsoToken(forged, site(more)))).code).toBe('sso_invalid');
    // The public key as if it were a secret.
    const confused = await sign(CLAIMS, await exportSPKI(publicKey));
    expect((await problemOf(readSsoToken(confused, site(more)))).code).toBe('sso_invalid');
    // The shared secret does not count any more where a site has a key.
    expect((await problemOf(readSsoToken(await sign(CLAIMS), site({ ...more, secret: SECRET })))).code).toBe(
      'sso_invalid',
    );
  });

  it('is refused where the keys are not to be had', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const token = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
    const codeAt = async (address: string) =>
      (await problemOf(readSsoToken(token, site({ jwks: address, origins })))).code;
    expect(await codeAt('https://blog.example/broken')).toBe('sso_invalid');
    expect(await codeAt('https://169.254.169.254/keys')).toBe('outside_refused');
    expect(await codeAt('http://blog.example/keys')).toBe('outside_refused');
    expect(await codeAt('nonsense')).toBe('setup_required');
  });
});
