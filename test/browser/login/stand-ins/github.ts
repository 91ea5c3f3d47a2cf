/**
 * GitHub as documented: https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps (with PKCE, S256
 * alone), …/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors (errors come with status 200),
 * https://docs.github.com/rest/users/emails. Its API refuses requests without a User-Agent.
 */
import type { Account } from '../accounts.ts';
import { type App, createAuthorization, faultAt } from './authorization.ts';
import { type Answer, type Asked, bearerToken, failingAnswer, json, type Route, type StandIn } from './exchange.ts';
import { GITHUB_PICTURES } from './pictures.ts';

const LOGIN = 'github.com';
const API = 'api.github.com';
const SCOPES = ['user', 'read:user', 'user:email'];

const apiError = (status: number, message: string, headers: Record<string, string> = {}): Answer =>
  json(status, { message, documentation_url: 'https://docs.github.com/rest', status: `${status}` }, headers);
const FAULTS = {
  'rate-limited': apiError(429, 'API rate limit exceeded', { 'x-ratelimit-remaining': '0', 'Retry-After': '60' }),
  unavailable: apiError(503, 'No server is currently available to service your request.'),
  'server-error': apiError(500, 'Server Error'),
};

export function createGithub(redirectUri: string): StandIn {
  const app: App = { id: 'Iv1.816b35c307fe6ebe', secret: 'bb626e19d1aa8a0dc91bacb0', redirectUris: [redirectUri] };
  const authorization = createAuthorization({
    provider: 'GitHub',
    findApp: (id) => (id === app.id ? app : undefined),
    requires: [],
    refuseScopes: (scopes) => (scopes.every((scope) => SCOPES.includes(scope)) ? undefined : 'Unknown scope'),
    scopeSeparator: ' ',
    pkce: 'optional',
    denied: { error: 'access_denied', error_description: 'The user has denied your application access.' },
  });
  const refuse = (asked: Asked, error: string, error_description: string): Answer =>
    asFormOrJson(asked, { error, error_description });

  const tokenRoute = (asked: Asked): Answer => {
    const { body } = asked;
    if (body.get('client_id') !== app.id || body.get('client_secret') !== app.secret) {
      return refuse(asked, 'incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.');
    }
    if ((body.get('grant_type') ?? 'authorization_code') !== 'authorization_code') {
      return refuse(asked, 'unsupported_grant_type', 'The grant_type is not supported.');
    }
    const redeemed = authorization.redeem({
      app,
      code: body.get('code'),
      redirectUri: body.get('redirect_uri'),
      verifier: body.get('code_verifier'),
    });
    if (redeemed === 'redirect_uri') {
      const message = 'The redirect_uri MUST match the registered callback URL for this application.';
      return refuse(asked, 'redirect_uri_mismatch', message);
    }
    if (typeof redeemed === 'string') {
      return refuse(asked, 'bad_verification_code', 'The code passed is incorrect or expired.');
    }
    const fault = faultAt('token', redeemed.grant);
    if (fault) return failingAnswer(fault, FAULTS);
    const scope = redeemed.grant.scopes.join(',');
    return asFormOrJson(asked, { access_token: redeemed.token, scope, token_type: 'bearer' });
  };

  const apiRoute =
    (present: (account: Account, scopes: string[]) => Answer): Route['answer'] =>
    (asked) => {
      if (!asked.headers.get('User-Agent')) {
        return apiError(403, 'Request forbidden by administrative rules. Please add a User-Agent header.');
      }
      const grant = authorization.findGrant(bearerToken(asked));
      if (!grant) return apiError(401, bearerToken(asked) ? 'Bad credentials' : 'Requires authentication');
      const fault = faultAt('profile', grant);
      return fault ? failingAnswer(fault, FAULTS) : present(grant.account, grant.scopes);
    };

  return {
    id: 'github',
    secrets: { GITHUB_CLIENT_ID: app.id, GITHUB_CLIENT_SECRET: app.secret },
    routes: [
      { method: 'GET', host: LOGIN, path: /^\/login\/oauth\/authorize$/, answer: authorization.authorize },
      { method: 'POST', host: LOGIN, path: /^\/login\/oauth\/authorize$/, answer: authorization.authorize },
      { method: 'POST', host: LOGIN, path: /^\/login\/oauth\/access_token$/, answer: tokenRoute },
      { method: 'GET', host: API, path: /^\/user$/, answer: apiRoute((account) => json(200, presentUser(account))) },
      {
        method: 'GET',
        host: API,
        path: /^\/user\/emails$/,
        answer: apiRoute((account, scopes) =>
          scopes.includes('user:email') || scopes.includes('user')
            ? json(200, presentEmails(account))
            : apiError(404, 'Not Found'),
        ),
      },
    ],
  };
}

/** The token endpoint speaks JSON only to those who ask for it. */
function asFormOrJson({ headers }: Asked, value: Record<string, string>): Answer {
  if (headers.get('Accept')?.includes('application/json')) return json(200, value);
  const type = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' };
  return { status: 200, headers: type, body: `${new URLSearchParams(value)}` };
}

/** `email` is what they show to everyone, here nothing; Quill never filled in a name. */
const presentUser = (account: Account) => ({
  login: account.id,
  id: account.number,
  avatar_url: `https://${GITHUB_PICTURES}/u/${account.number}?v=4`,
  html_url: `https://github.com/${account.id}`,
  type: 'User',
  name: account.email === null ? null : account.name,
  blog: account.website ?? '',
  email: null,
});

/** An old address comes first, so that nobody takes the first for the right one. */
const presentEmails = (account: Account) => [
  { email: `old-${account.id}@mail.example`, verified: true, primary: false, visibility: null },
  ...(account.email === null
    ? []
    : [{ email: account.email, verified: account.emailVerified, primary: true, visibility: 'private' }]),
];
