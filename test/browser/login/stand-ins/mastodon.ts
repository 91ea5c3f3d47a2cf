/**
 * A Mastodon server as documented: https://docs.joinmastodon.org/methods/apps/, …/methods/oauth/,
 * …/methods/accounts/#verify_credentials, …/api/oauth-scopes/. Version 4.3 or newer: it has metadata, PKCE and the scope
 * `profile`. Apps register themselves.
 */
import type { Account } from '../accounts.ts';
import { type App, createAuthorization, faultAt, randomName } from './authorization.ts';
import { type Answer, bearerToken, failingAnswer, json, type Route, type StandIn } from './exchange.ts';
import { MASTODON_PICTURES } from './pictures.ts';

/** What a reader types as their server. */
export const MASTODON_HOST = 'social.example';
const SCOPES = ['profile', 'read', 'read:accounts', 'write', 'push'];
const MAY_READ_PROFILE = ['profile', 'read', 'read:accounts'];

const apiError = (status: number, error: string, headers: Record<string, string> = {}): Answer =>
  json(status, { error }, headers);
const oauthError = (status: number, error: string, error_description: string): Answer =>
  json(status, { error, error_description });
const FAULTS = {
  'rate-limited': apiError(429, 'Too many requests', { 'X-RateLimit-Remaining': '0' }),
  unavailable: apiError(503, 'There was a temporary problem serving your request, please try again'),
  'server-error': apiError(500, "We're sorry, but something went wrong on our end."),
};

interface RegisteredApp extends App {
  scopes: string[];
}

export function createMastodon(): StandIn {
  const apps = new Map<string, RegisteredApp>();
  const authorization = createAuthorization({
    provider: 'Mastodon',
    findApp: (id) => apps.get(id),
    requires: ['response_type'],
    refuseScopes: (scopes, app) =>
      (scopes.length > 0 ? scopes : ['read']).every((scope) => apps.get(app.id)?.scopes.includes(scope))
        ? undefined
        : 'The requested scope is invalid, unknown, or malformed.',
    scopeSeparator: ' ',
    pkce: 'optional',
    denied: {
      error: 'access_denied',
      error_description: 'The resource owner or authorization server denied the request.',
    },
  });

  const register: Route['answer'] = ({ body }) => {
    const name = body.get('client_name');
    const redirectUris = body.getAll('redirect_uris').flatMap((uris) => uris.split('\n'));
    const scopes = (body.get('scopes') ?? 'read').split(' ');
    if (!name) return apiError(422, "Validation failed: Application name can't be blank");
    if (redirectUris.length === 0 || !redirectUris.every((uri) => URL.canParse(uri))) {
      return apiError(422, 'Validation failed: Redirect URI must be an absolute URI.');
    }
    if (!scopes.every((scope) => SCOPES.includes(scope))) {
      return apiError(422, "Validation failed: Scopes doesn't match configured on the server.");
    }
    const app: RegisteredApp = { id: randomName(), secret: randomName(), redirectUris, scopes };
    apps.set(app.id, app);
    return json(200, {
      id: `${apps.size}`,
      name,
      website: body.get('website'),
      scopes,
      redirect_uri: redirectUris.join('\n'),
      redirect_uris: redirectUris,
      client_id: app.id,
      client_secret: app.secret,
      client_secret_expires_at: 0,
    });
  };

  const exchangeCode: Route['answer'] = ({ body }) => {
    const app = apps.get(body.get('client_id') ?? '');
    if (!app || body.get('client_secret') !== app.secret) {
      const reason = 'unknown client, no client authentication included, or unsupported authentication method.';
      return oauthError(401, 'invalid_client', `Client authentication failed due to ${reason}`);
    }
    if (body.get('grant_type') !== 'authorization_code') {
      const message = 'The authorization grant type is not supported by the authorization server.';
      return oauthError(400, 'unsupported_grant_type', message);
    }
    const redeemed = authorization.redeem({
      app,
      code: body.get('code'),
      redirectUri: body.get('redirect_uri'),
      verifier: body.get('code_verifier'),
    });
    if (typeof redeemed === 'string') {
      const reason =
        'is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.';
      return oauthError(400, 'invalid_grant', `The provided authorization grant ${reason}`);
    }
    const fault = faultAt('token', redeemed.grant);
    if (fault) return failingAnswer(fault, FAULTS);
    return json(200, {
      access_token: redeemed.token,
      token_type: 'Bearer',
      scope: redeemed.grant.scopes.join(' ') || 'read',
      created_at: Math.floor(Date.now() / 1000),
    });
  };

  const verifyCredentials: Route['answer'] = (asked) => {
    const grant = authorization.findGrant(bearerToken(asked));
    if (!grant) return apiError(401, 'The access token is invalid');
    if (grant.scopes.length > 0 && !grant.scopes.some((scope) => MAY_READ_PROFILE.includes(scope))) {
      return apiError(403, 'This action is outside the authorized scopes');
    }
    const fault = faultAt('profile', grant);
    return fault ? failingAnswer(fault, FAULTS) : json(200, present(grant.account));
  };

  const host = MASTODON_HOST;
  return {
    id: 'mastodon',
    secrets: { MASTODON: 'on' },
    routes: [
      { method: 'GET', host, path: /^\/\.well-known\/oauth-authorization-server$/, answer: () => json(200, METADATA) },
      { method: 'POST', host, path: /^\/api\/v1\/apps$/, answer: register },
      { method: 'GET', host, path: /^\/oauth\/authorize$/, answer: authorization.authorize },
      { method: 'POST', host, path: /^\/oauth\/authorize$/, answer: authorization.authorize },
      { method: 'POST', host, path: /^\/oauth\/token$/, answer: exchangeCode },
      { method: 'GET', host, path: /^\/api\/v1\/accounts\/verify_credentials$/, answer: verifyCredentials },
    ],
  };
}

/** RFC 8414; the issuer ends with a slash. */
const METADATA = {
  issuer: `https://${MASTODON_HOST}/`,
  authorization_endpoint: `https://${MASTODON_HOST}/oauth/authorize`,
  token_endpoint: `https://${MASTODON_HOST}/oauth/token`,
  app_registration_endpoint: `https://${MASTODON_HOST}/api/v1/apps`,
  scopes_supported: SCOPES,
  response_types_supported: ['code'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  grant_types_supported: ['authorization_code', 'client_credentials'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  code_challenge_methods_supported: ['S256'],
};

/** An account as its owner sees it. Mastodon tells nobody's e-mail address. */
function present(account: Account): Record<string, unknown> {
  const avatar = account.picture
    ? `https://${MASTODON_PICTURES}/accounts/avatars/${account.id}.png`
    : `https://${MASTODON_HOST}/avatars/original/missing.png`;
  return {
    id: `10${account.number}`,
    username: account.id,
    acct: account.id,
    display_name: account.email === null ? '' : account.name,
    locked: false,
    bot: false,
    created_at: '2019-01-01T00:00:00.000Z',
    note: '',
    url: `https://${MASTODON_HOST}/@${account.id}`,
    uri: `https://${MASTODON_HOST}/users/${account.id}`,
    avatar,
    avatar_static: avatar,
    emojis: [],
    fields: [],
    source: { privacy: 'public', sensitive: false, language: '', note: '', fields: [] },
  };
}
