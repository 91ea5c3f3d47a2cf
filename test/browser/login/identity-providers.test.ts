/** The identity providers that the login tests log in at are as strict as the real ones: else those tests would show little. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerForm, createBrowsing, form } from './browse.ts';
import { type Issuer, startIssuer } from './oidc-issuer.ts';
import { type StandIns, startStandIns } from './stand-ins.ts';

const REDIRECT_URI = 'http://localhost:1/callback';
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

let issuer: Issuer;
let standIns: StandIns;
beforeAll(async () => {
  issuer = await startIssuer({ clientId: 'blog', clientSecret: 'a-secret', redirectUris: [REDIRECT_URI] });
  standIns = await startStandIns(() => REDIRECT_URI);
});
afterAll(() => Promise.all([issuer?.close(), standIns?.close()]));

describe('the issuer', () => {
  it('is discovered, with PKCE and the issuer in its answers', async () => {
    const answer = await fetch(`${issuer.issuer}/.well-known/openid-configuration`);
    expect(await answer.json()).toMatchObject({
      issuer: issuer.issuer,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      claims_supported: expect.arrayContaining(['name', 'picture', 'profile', 'email', 'email_verified']),
    });
  });

  it('logs a person in, on a page of its own', async () => {
    const asked = { client_id: 'blog', redirect_uri: REDIRECT_URI, response_type: 'code', scope: 'openid', state: 's' };
    const { visit } = createBrowsing();
    const withoutPkce = await visit(`${issuer.issuer}/auth?${new URLSearchParams(asked)}`);
    expect(withoutPkce.headers.get('Location')).toContain('error=invalid_request');
    const pkce = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };
    const begun = await visit(`${issuer.issuer}/auth?${new URLSearchParams({ ...asked, ...pkce })}`);
    const page = new URL(begun.headers.get('Location')!, issuer.issuer);
    expect(await (await visit(page)).text()).toContain('name="account"');
    const resume = await visit(page, answerForm('marigold'));
    const done = await visit(resume.headers.get('Location')!);
    const back = new URL(done.headers.get('Location')!);
    expect(back.origin + back.pathname).toBe(REDIRECT_URI);
    expect(Object.fromEntries(back.searchParams)).toEqual({ code: expect.any(String), state: 's', iss: issuer.issuer });
  });
});

describe('the stand-ins', () => {
  it('refuse a wrong secret, in the words of their provider', async () => {
    const { origins, secrets } = standIns;
    const body = (more: object) =>
      form({
        grant_type: 'authorization_code',
        code: 'c',
        redirect_uri: REDIRECT_URI,
        client_secret: 'wrong',
        ...more,
      });
    const at = async (url: string, init: RequestInit) => {
      const answer = await fetch(url, init);
      return [answer.status, ((await answer.json()) as { error: unknown }).error];
    };
    const wordpress = `${origins['https://public-api.wordpress.com']}/oauth2/token`;
    expect(await at(wordpress, body({ client_id: secrets.WORDPRESS_CLIENT_ID }))).toEqual([400, 'invalid_client']);
    const x = `${origins['https://api.x.com']}/2/oauth2/token`;
    expect(await at(x, body({ code_verifier: VERIFIER }))).toEqual([401, 'unauthorized_client']);
    const github = `${origins['https://github.com']}/login/oauth/access_token`;
    const accept = { headers: { Accept: 'application/json' } };
    expect(await at(github, { ...body({}), ...accept })).toEqual([200, 'incorrect_client_credentials']);
    const facebook = `${origins['https://graph.facebook.com']}/v23.0/oauth/access_token`;
    const wrong = expect.objectContaining({ type: 'OAuthException', code: 1 });
    expect(await at(facebook, body({ client_id: secrets.FACEBOOK_CLIENT_ID }))).toEqual([400, wrong]);
    const mastodon = `${origins['https://social.example']}/oauth/token`;
    expect(await at(mastodon, body({ client_id: 'unknown' }))).toEqual([401, 'invalid_client']);
  });

  it('take a code once, with its verifier, and answer as the typed name says', async () => {
    expect(await exchangeAtX('marigold', VERIFIER)).toEqual([200, 200, 400]);
    expect(await exchangeAtX('marigold', 'w'.repeat(43))).toEqual([400, 401, 400]);
    expect(await exchangeAtX('expired-code', VERIFIER)).toEqual([400, 401, 400]);
    expect(await exchangeAtX('token-rate-limited', VERIFIER)).toEqual([429, 401, 400]);
    expect(await exchangeAtX('profile-unavailable', VERIFIER)).toEqual([200, 503, 400]);
  });

  it('send nobody to an address that is not registered', async () => {
    const asked = { client_id: standIns.secrets.X_CLIENT_ID!, redirect_uri: `${REDIRECT_URI}/more`, state: 's' };
    const answer = await fetch(`${standIns.origins['https://x.com']}/i/oauth2/authorize?${new URLSearchParams(asked)}`);
    expect([answer.status, answer.redirected]).toEqual([400, false]);
  });
});

/** @returns the statuses of the exchange, of reading the profile, and of a second exchange */
async function exchangeAtX(account: string, verifier: string): Promise<number[]> {
  const { origins, secrets } = standIns;
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: secrets.X_CLIENT_ID!,
    redirect_uri: REDIRECT_URI,
    scope: 'tweet.read users.read',
    state: 's',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  const answered = await fetch(`${origins['https://x.com']}/i/oauth2/authorize?${asked}`, answerForm(account));
  const code = new URL(answered.headers.get('Location')!).searchParams.get('code')!;
  const exchange = () => {
    const body = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: verifier };
    const Authorization = `Basic ${btoa(`${secrets.X_CLIENT_ID}:${secrets.X_CLIENT_SECRET}`)}`;
    return fetch(`${origins['https://api.x.com']}/2/oauth2/token`, { ...form(body), headers: { Authorization } });
  };
  const first = await exchange();
  const { access_token } = (await first.json()) as { access_token?: string };
  const profile = await fetch(`${origins['https://api.x.com']}/2/users/me`, {
    headers: { Authorization: `Bearer ${access_token}` },
  });
  return [first.status, profile.status, (await exchange()).status];
}
