/**
 * Logins from the first address to the person, at the stand-ins of the providers, and at an issuer that does on purpose what
 * no issuer should. (A login by hand in a browser: test/browser/login.)
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  decodeProtectedHeader,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beginLogin, finishLogin, type KeptLogin } from '../../worker/identity/oauth';
import type { Provider } from '../../worker/identity/providers/provider';
import { listProviders } from '../../worker/identity/providers/table';
import { Problem } from '../../worker/problem';
import { type StandIns, startStandIns } from '../browser/login/stand-ins.ts';

const redirectUriOf = (provider: string) => `https://comments.example/api/v1/login/${provider}/callback`;
const now = () => Date.now();
const KNOW_PKCE: ReadonlySet<string> = new Set(['x', 'github', 'mastodon']);

async function problemOf(answer: Promise<unknown>): Promise<Problem> {
  const error: unknown = await answer.then(
    () => new Error('it went well'),
    (e: unknown) => e,
  );
  if (error instanceof Problem) return error;
  throw error;
}

describe('at a provider', () => {
  let standIns: StandIns;
  beforeAll(async () => {
    standIns = await startStandIns(redirectUriOf);
  });
  afterAll(() => standIns.close());

  const find = (id: string) => listProviders(standIns.secrets).find((provider) => provider.id === id)!;
  const INSTANCE = { instance: '@marigold@Social.example' };
  const begin = (id: string, more: Partial<Parameters<typeof beginLogin>[1]> = id === 'mastodon' ? INSTANCE : {}) =>
    beginLogin(find(id), { redirectUri: redirectUriOf(id), origins: standIns.origins, now: now(), ...more });
  const finish = (id: string, callback: URLSearchParams, kept: KeptLogin) =>
    finishLogin(find(id), callback, kept, { origins: standIns.origins, now: now() });

  /** What a person's answer to the consent page brings back. */
  async function consent(url: string, account: string, decision = 'continue'): Promise<URLSearchParams> {
    const body = new URLSearchParams({ account, decision });
    const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' });
    return new URL(answer.headers.get('Location')!).searchParams;
  }

  async function logIn(id: string, account: string) {
    const { url, ...kept } = await begin(id);
    return finish(id, await consent(url, account), kept);
  }

  const PEOPLE = {
    wordpress: ['1001', 'marigold@mail.example'],
    x: ['1001', 'marigold@mail.example'],
    facebook: ['1010010000000000', null],
    github: ['1001', 'marigold@mail.example'],
    mastodon: ['101001@social.example', null],
  } as const;
  const IDS = Object.keys(PEOPLE) as (keyof typeof PEOPLE)[];

  it.each(IDS)('somebody logs in: %s', async (id) => {
    const [subject, email] = PEOPLE[id];
    expect(await logIn(id, 'marigold')).toMatchObject({ subject, name: 'Marigold', email });
  });

  it.each(IDS)('an address that is not verified does not come along: %s', async (id) => {
    expect((await logIn(id, 'barnaby')).email).toBe(null);
  });

  it.each(IDS)('nothing of a hostile account can act: %s', async (id) => {
    const { name, url, picture } = await logIn(id, 'mallory');
    expect(name).toBe('<img src=x onerror=alert(1)>Mallory');
    for (const address of [url, picture]) if (address) expect(address).toMatch(/^https:\/\//);
  });

  it.each(IDS)('somebody says no: %s', async (id) => {
    const { url, ...kept } = await begin(id);
    const callback = await consent(url, '', 'cancel');
    expect((await problemOf(finish(id, callback, kept))).code).toBe('login_denied');
  });

  it.each(IDS)('a code counts once: %s', async (id) => {
    const { url, ...kept } = await begin(id);
    const callback = await consent(url, 'marigold');
    await finish(id, callback, kept);
    const { code } = await problemOf(finish(id, callback, kept));
    // X and Facebook say it in a sentence only.
    expect(code).toBe(id === 'x' || id === 'facebook' ? 'login_failed' : 'login_expired');
  });

  it.each(IDS)('a login is finished only where it began: %s', async (id) => {
    const { url, ...kept } = await begin(id);
    const callback = await consent(url, 'marigold');
    const other = await begin(id);
    expect((await problemOf(finish(id, callback, other))).code).toBe('login_expired');
    const stolen = new URLSearchParams(callback);
    stolen.delete('state');
    expect((await problemOf(finish(id, stolen, kept))).code).toBe('login_expired');
  });

  it.each(IDS.filter((id) => KNOW_PKCE.has(id)))('a stolen code is worth nothing: %s', async (id) => {
    const mine = await begin(id);
    const callback = await consent(mine.url, 'marigold');
    const theirs = await begin(id, { ...(id === 'mastodon' && INSTANCE), client: mine.client });
    callback.set('state', theirs.state);
    expect((await problemOf(finish(id, callback, theirs))).code).toBe(id === 'x' ? 'login_failed' : 'login_expired');
  });

  it.each(
    IDS.flatMap((id) =>
      ['token', 'profile'].flatMap((at) =>
        ['rate-limited', 'unavailable', 'server-error', 'malformed'].map((fault) => [id, `${at}-${fault}`] as const),
      ),
    ),
  )('%s is at fault, and says so without a secret: %s', async (id, fault) => {
    const { url, ...kept } = await begin(id);
    const callback = await consent(url, fault);
    const problem = await problemOf(finish(id, callback, kept));
    expect(problem.code).toBe('login_failed');
    const secrets = [callback.get('code')!, kept.state, kept.verifier, ...Object.values(standIns.secrets)];
    const told = `${problem.message} ${JSON.stringify(problem.options)} ${String(problem.options.cause)}`;
    for (const secret of secrets.filter((s) => s.length > 2)) expect(told).not.toContain(secret);
  });

  it('a server registers Afterword once, and remembers it', async () => {
    const first = await begin('mastodon', INSTANCE);
    expect(first.instance).toBe('social.example');
    const again = await begin('mastodon', { ...INSTANCE, client: first.client });
    expect(again.client).toEqual(first.client);
    expect((await begin('mastodon', INSTANCE)).client).not.toEqual(first.client);
    const callback = await consent(again.url, 'marigold');
    expect((await finish('mastodon', callback, again)).name).toBe('Marigold');
  });

  it.each([
    ['localhost.', 'invalid_request'],
    ['127.0.0.1', 'outside_refused'],
    ['metadata.google.internal', 'outside_refused'],
    ['github.com', 'login_failed'],
  ])('a server that is none is refused: %s', async (instance, code) => {
    expect((await problemOf(begin('mastodon', { instance }))).code).toBe(code);
  });

  it('asks for the least, with PKCE where it is known, and never shows a secret', async () => {
    for (const id of IDS) {
      const { url, verifier } = await begin(id);
      const asked = new URL(url).searchParams;
      expect(asked.get('scope')).toBe(find(id).scopes);
      expect(asked.get('code_challenge_method')).toBe(KNOW_PKCE.has(id) ? 'S256' : null);
      expect(url).not.toContain(verifier);
      for (const [name, secret] of Object.entries(standIns.secrets))
        if (name.endsWith('SECRET')) expect(url).not.toContain(secret);
    }
  });
});

describe('at an issuer', () => {
  let server: Server;
  let base: string;
  let key: CryptoKey;
  let strangerKey: CryptoKey;
  let origins: Record<string, string>;
  /** What the issuer answers; each test changes what it is about. */
  let says: {
    claims: JWTPayload;
    key: CryptoKey;
    alg: string;
    token: (body: Record<string, unknown>) => [number, unknown];
    userInfo: [number, unknown] | null;
    metadata: Record<string, unknown>;
  };
  let asked: URLSearchParams;
  let kept: KeptLogin & { url: string };

  beforeAll(async () => {
    const [own, strange] = [await generateKeyPair('RS256', { extractable: true }), await generateKeyPair('RS256')];
    key = own.privateKey;
    strangerKey = strange.privateKey;
    const jwk = { ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
    server = createServer(async (request, response) => {
      const send = ([status, body]: [number, unknown]) =>
        response
          .writeHead(status, { 'Content-Type': 'application/json' })
          .end(typeof body === 'string' ? body : JSON.stringify(body));
      const { pathname } = new URL(request.url!, base);
      if (pathname.endsWith('/.well-known/openid-configuration')) return send([200, says.metadata]);
      if (pathname.endsWith('/keys')) return send([200, { keys: [jwk] }]);
      if (pathname.endsWith('/userinfo')) return send(says.userInfo ?? [404, {}]);
      if (!pathname.endsWith('/token')) return send([404, {}]);
      asked = new URLSearchParams(await text(request));
      const id_token = await new SignJWT(says.claims)
        .setProtectedHeader({ alg: says.alg, kid: 'one' })
        .sign(says.alg === 'RS256' ? says.key : new TextEncoder().encode('a-secret-that-is-long-enough-for-it'));
      send(says.token({ access_token: 'the-access-token', token_type: 'Bearer', expires_in: 60, id_token }));
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    base = `http://localhost:${(server.address() as AddressInfo).port}`;
    origins = {
      'https://login.microsoftonline.com': `${base}/microsoft`,
      'https://appleid.apple.com': `${base}/apple`,
    };
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** How many issuers there were. */
  let issuers = 0;
  let issuer: string;
  let provider: Provider;
  const seconds = () => Math.floor(now() / 1000);
  /** Each test has an issuer of its own, whose metadata nobody has asked for yet. */
  beforeEach(async () => {
    issuer = `${base}/issuer-${issuers++}`;
    says = {
      claims: {},
      key,
      alg: 'RS256',
      token: (body) => [200, body],
      userInfo: [200, { sub: 'mika', name: 'Mika Lind' }],
      metadata: {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/keys`,
        authorization_response_iss_parameter_supported: true,
      },
    };
    provider = makeProvider();
  });
  const makeProvider = () =>
    listProviders({
      OIDC_PROVIDERS: JSON.stringify([
        { id: 'work', name: 'Work', issuer, clientId: 'blog', clientSecret: 'a-secret' },
      ]),
    })[0]!;

  async function begin() {
    kept = await beginLogin(provider, { redirectUri: redirectUriOf('work'), origins, now: now() });
    says.claims = { iss: issuer, sub: 'mika', aud: 'blog', nonce: kept.nonce, iat: seconds(), exp: seconds() + 60 };
    return new URLSearchParams({ code: 'the-code', state: kept.state, iss: issuer });
  }
  const finish = (callback: URLSearchParams, at = now()) => finishLogin(provider, callback, kept, { origins, now: at });

  it('somebody logs in', async () => {
    const callback = await begin();
    const url = new URL(kept.url);
    expect(url.href.split('?')[0]).toBe(`${issuer}/auth`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'blog',
      redirect_uri: redirectUriOf('work'),
      scope: 'openid email profile',
      state: kept.state,
      nonce: kept.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(await finish(callback)).toEqual({
      subject: 'mika',
      name: 'Mika Lind',
      email: null,
      picture: null,
      url: null,
    });
    expect(Object.fromEntries(asked)).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: redirectUriOf('work'),
      code_verifier: kept.verifier,
    });
  });

  it('state, verifier and nonce are new each time', async () => {
    await begin();
    const first = kept;
    await begin();
    for (const name of ['state', 'verifier', 'nonce'] as const) expect(kept[name]).not.toBe(first[name]);
  });

  it.each<[string, (claims: JWTPayload) => JWTPayload]>([
    ['another issuer', (c) => ({ ...c, iss: 'https://evil.example' })],
    ['another audience', (c) => ({ ...c, aud: 'another-blog' })],
    ['many audiences and none authorized', (c) => ({ ...c, aud: ['blog', 'another'] })],
    ['the nonce of another login', (c) => ({ ...c, nonce: 'another' })],
    ['no nonce', ({ nonce: _, ...c }) => c],
    ['an end in the past', (c) => ({ ...c, exp: seconds() - 60 })],
    ['no end', ({ exp: _, ...c }) => c],
    ['a beginning in the future', (c) => ({ ...c, nbf: seconds() + 600 })],
    ['no subject', ({ sub: _, ...c }) => c],
  ])('an ID token with %s is refused', async (_what, change) => {
    const callback = await begin();
    says.claims = change(says.claims);
    expect((await problemOf(finish(callback))).code).toBe('login_failed');
  });

  it('an ID token that somebody else signed is refused', async () => {
    const callback = await begin();
    says.key = strangerKey;
    expect((await problemOf(finish(callback))).code).toBe('login_failed');
    says.alg = 'HS256';
    expect((await problemOf(finish(callback))).code).toBe('login_failed');
  });

  it('no ID token is no login', async () => {
    const callback = await begin();
    says.token = ({ id_token: _, ...body }) => [200, body];
    expect((await problemOf(finish(callback))).code).toBe('login_failed');
  });

  it('an answer by another issuer is refused before anything is sent there (RFC 9207)', async () => {
    const callback = await begin();
    asked = new URLSearchParams();
    callback.set('iss', 'https://evil.example');
    expect((await problemOf(finish(callback))).code).toBe('login_failed');
    callback.delete('iss');
    expect((await problemOf(finish(callback))).code).toBe('login_failed');
    expect(asked.get('code')).toBe(null);
  });

  it('metadata of another issuer is refused', async () => {
    says.metadata.issuer = 'https://evil.example';
    expect((await problemOf(begin())).code).toBe('login_failed');
  });

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'nonsense', undefined])(
    'nobody is sent to %j',
    async (authorization_endpoint) => {
      says.metadata.authorization_endpoint = authorization_endpoint;
      expect((await problemOf(begin())).code).toBe('login_failed');
    },
  );

  it.each([
    ['access_denied', 'login_denied'],
    ['user_cancelled_authorize', 'login_denied'],
    ['server_error', 'login_failed'],
    ['temporarily_unavailable', 'login_failed'],
    ['<script>alert(1)</script>', 'login_failed'],
  ])('the answer %j is understood', async (error, code) => {
    const { state, iss } = Object.fromEntries(await begin());
    const problem = await problemOf(
      finish(new URLSearchParams({ error, error_description: 'x', state: state!, iss: iss! })),
    );
    expect(problem.code).toBe(code);
    expect(problem.message).not.toContain('<');
  });

  it.each<[string, [number, unknown], string]>([
    ['an expired code', [400, { error: 'invalid_grant' }], 'login_expired'],
    ['a wrong secret', [401, { error: 'invalid_client' }], 'login_failed'],
    ['an error with status 200', [200, { error: 'bad_verification_code' }], 'login_expired'],
    ['no JSON', [200, '<html>'], 'login_failed'],
    ['a list', [200, []], 'login_failed'],
    ['a failure', [500, { error: 'no' }], 'login_failed'],
    ['a redirect', [302, {}], 'login_failed'],
    ['too many requests', [429, {}], 'login_failed'],
  ])('%s is told apart', async (_what, answer, code) => {
    const callback = await begin();
    says.token = () => answer;
    expect((await problemOf(finish(callback))).code).toBe(code);
  });

  it('UserInfo of another account is refused', async () => {
    const callback = await begin();
    says.userInfo = [200, { sub: 'other', name: 'Other' }];
    expect((await problemOf(finish(callback))).code).toBe('login_failed');
  });

  it('without UserInfo, the ID token says it all', async () => {
    delete says.metadata.userinfo_endpoint;
    const callback = await begin();
    says.claims.name = 'Mika of the token';
    expect((await finish(callback)).name).toBe('Mika of the token');
  });

  it('the time is the one it is told', async () => {
    const callback = await begin();
    expect((await problemOf(finish(callback, now() + 3_600_000))).code).toBe('login_failed');
    says.claims = { ...says.claims, iat: seconds() + 3600, exp: seconds() + 3660 };
    expect((await finish(callback, now() + 3_600_000)).subject).toBe('mika');
  });

  it('an issuer that is gone is no answer', async () => {
    issuer = 'https://id.example';
    provider = makeProvider();
    origins['https://id.example'] = 'http://localhost:1';
    expect((await problemOf(begin())).code).toBe('outside_unreachable');
  });

  it('Microsoft is each of its tenants, as the token says, but only the one that was asked for', async () => {
    const tid = '72f988bf-86f1-41af-91ab-2d7cd011db47';
    const secrets = { MICROSOFT_CLIENT_ID: 'blog', MICROSOFT_CLIENT_SECRET: 'a-secret' };
    [provider] = listProviders(secrets) as [Provider];
    await begin();
    expect(kept.url).toContain('/microsoft/common/oauth2/v2.0/authorize?');
    const callback = new URLSearchParams({ code: 'the-code', state: kept.state });
    const iss = (tenant: string) => `https://login.microsoftonline.com/${tenant}/v2.0`;
    Object.assign(says.claims, { tid, iss: iss(tid), name: 'Mika Lind', email: 'mika@work.example' });
    expect(await finish(callback)).toMatchObject({ subject: 'mika', name: 'Mika Lind', email: null });
    says.claims.iss = iss('9188040d-6c67-4c5b-b112-36a304b66dad');
    expect((await problemOf(finish(callback))).code).toBe('login_failed');
    const other = '11111111-2222-3333-4444-555555555555';
    [provider] = listProviders({ ...secrets, MICROSOFT_TENANT: other }) as [Provider];
    says.claims.iss = iss(tid);
    expect((await problemOf(finish(callback))).code).toBe('login_failed');
    Object.assign(says.claims, { tid: other, iss: iss(other) });
    expect((await finish(callback)).subject).toBe('mika');
  });

  it('Apple gets a secret that the owner’s key signed, and answers as a form', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const pem = await exportPKCS8(privateKey);
    const secrets = { APPLE_CLIENT_ID: 'blog', APPLE_TEAM_ID: 'TEAM', APPLE_KEY_ID: 'KEY' };
    const apple = 'https://appleid.apple.com';
    says.metadata = {
      issuer: apple,
      authorization_endpoint: `${apple}/auth/authorize`,
      token_endpoint: `${apple}/auth/token`,
      jwks_uri: `${apple}/auth/keys`,
    };
    [provider] = listProviders({ ...secrets, APPLE_PRIVATE_KEY: pem.replaceAll('\n', '\\n') }) as [Provider];
    await begin();
    expect(Object.fromEntries(new URL(kept.url).searchParams)).toMatchObject({
      response_mode: 'form_post',
      scope: 'name email',
      nonce: kept.nonce,
    });
    says.claims.iss = apple;
    const user = '{"name":{"firstName":"Mika","lastName":"Lind"}}';
    const callback = new URLSearchParams({ code: 'the-code', state: kept.state, user });
    expect((await finish(callback)).name).toBe('Mika Lind');
    const secret = asked.get('client_secret')!;
    expect(decodeProtectedHeader(secret)).toEqual({ alg: 'ES256', kid: 'KEY' });
    const { payload } = await jwtVerify(secret, publicKey, { issuer: 'TEAM', audience: apple, subject: 'blog' });
    expect(payload.exp! - payload.iat!).toBe(300);

    [provider] = listProviders({ ...secrets, APPLE_PRIVATE_KEY: 'no key' }) as [Provider];
    expect((await problemOf(finish(callback))).code).toBe('setup_required');
  });
});
