/**
 * WordPress.com Connect as documented: https://developer.wordpress.com/docs/api/wpcc/, …/docs/api/oauth2/ and
 * …/docs/api/1.1/get/me/. Client id and secret come in the body, and nothing is said of PKCE.
 */
import { createHash } from 'node:crypto';
import type { Account } from '../accounts.ts';
import { type App, createAuthorization, faultAt } from './authorization.ts';
import { type Answer, bearerToken, failingAnswer, json, type StandIn } from './exchange.ts';
import { GRAVATAR } from './pictures.ts';

const HOST = 'public-api.wordpress.com';
const FAULTS = {
  'rate-limited': json(429, { error: 'too_many_requests', message: 'Too many requests.' }, { 'Retry-After': '60' }),
  unavailable: json(503, { error: 'service_unavailable', message: 'Please try again later.' }),
  'server-error': json(500, { error: 'internal_server_error', message: 'An error occurred.' }),
};

export function createWordpress(redirectUri: string): StandIn {
  const app: App = { id: '90417', secret: 'wordpress-secret-9Q2kd8', redirectUris: [redirectUri] };
  const authorization = createAuthorization({
    provider: 'WordPress.com',
    findApp: (id) => (id === app.id ? app : undefined),
    requires: ['response_type', 'scope'],
    refuseScopes: (scopes) => (scopes.join() === 'auth' ? undefined : 'Invalid "scope"'),
    scopeSeparator: ' ',
    pkce: 'ignored',
    denied: { error: 'access_denied', error_description: 'You need to approve the request to log in.' },
  });
  const refuse = (error: string, error_description: string): Answer => json(400, { error, error_description });

  return {
    id: 'wordpress',
    secrets: { WORDPRESS_CLIENT_ID: app.id, WORDPRESS_CLIENT_SECRET: app.secret },
    routes: [
      { method: 'GET', host: HOST, path: /^\/oauth2\/authorize$/, answer: authorization.authorize },
      { method: 'POST', host: HOST, path: /^\/oauth2\/authorize$/, answer: authorization.authorize },
      {
        method: 'POST',
        host: HOST,
        path: /^\/oauth2\/token$/,
        answer({ body }) {
          if (body.get('grant_type') !== 'authorization_code') {
            return refuse('unsupported_grant_type', 'The required "grant_type" parameter is missing or unsupported.');
          }
          if (body.get('client_id') !== app.id) return refuse('invalid_client', 'Unknown client_id.');
          if (body.get('client_secret') !== app.secret) return refuse('invalid_client', 'Incorrect client_secret.');
          const redeemed = authorization.redeem({
            app,
            code: body.get('code'),
            redirectUri: body.get('redirect_uri'),
            verifier: null,
          });
          if (redeemed === 'redirect_uri') return refuse('invalid_request', 'redirect_uri mismatch.');
          if (typeof redeemed === 'string') return refuse('invalid_grant', 'The code is invalid or has expired.');
          const fault = faultAt('token', redeemed.grant);
          if (fault) return failingAnswer(fault, FAULTS);
          return json(200, {
            access_token: redeemed.token,
            token_type: 'bearer',
            blog_id: '0',
            blog_url: null,
            scope: redeemed.grant.scopes.join(' '),
          });
        },
      },
      {
        method: 'GET',
        host: HOST,
        path: /^\/rest\/v1(\.1)?\/me\/?$/,
        answer(asked) {
          const token = bearerToken(asked);
          const grant = authorization.findGrant(token);
          if (token !== null && !grant) {
            return json(400, { error: 'invalid_token', message: 'The OAuth2 token is invalid.' });
          }
          if (!grant) {
            const message = 'An active access token must be used to query information about the current user.';
            return json(403, { error: 'authorization_required', message });
          }
          const fault = faultAt('profile', grant);
          return fault ? failingAnswer(fault, FAULTS) : json(200, pickFields(present(grant.account), asked.query));
        },
      },
    ],
  };
}

function present(account: Account): Record<string, unknown> {
  const hash = createHash('sha256')
    .update(account.email ?? account.id)
    .digest('hex');
  return {
    ID: account.number,
    display_name: account.name,
    username: account.id,
    email: account.email ?? '',
    primary_blog: 0,
    primary_blog_url: account.website ?? '',
    language: 'en',
    token_scope: ['auth'],
    token_site_id: null,
    avatar_URL: `https://${GRAVATAR}/avatar/${hash}?s=96&d=identicon&r=G`,
    profile_URL: `https://gravatar.com/${account.id}`,
    verified: account.emailVerified,
    email_verified: account.emailVerified,
    meta: { links: { self: `https://${HOST}/rest/v1.1/me`, site: `https://${HOST}/rest/v1.1/sites/0` } },
  };
}

/** `?fields=ID,display_name`: these alone. */
function pickFields(all: Record<string, unknown>, query: URLSearchParams): Record<string, unknown> {
  const fields = query.get('fields')?.split(',');
  return fields ? Object.fromEntries(Object.entries(all).filter(([name]) => fields.includes(name))) : all;
}
