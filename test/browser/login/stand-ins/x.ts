/**
 * X as documented: https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code (and …/user-access-token)
 * and https://docs.x.com/x-api/users/get-my-user. A confidential client: plain Basic of RFC 2617, PKCE always.
 */
import type { Account } from '../accounts.ts';
import { type App, createAuthorization, faultAt } from './authorization.ts';
import { type Answer, bearerToken, failingAnswer, json, type StandIn } from './exchange.ts';
import { X_PICTURES } from './pictures.ts';

const LOGIN = 'x.com';
const API = 'api.x.com';
/** Of those documented, the ones that a login could want. */
const SCOPES = ['tweet.read', 'users.read', 'users.email', 'offline.access'];

const problem = (status: number, title: string, detail = title, headers: Record<string, string> = {}): Answer =>
  json(status, { title, detail, type: 'about:blank', status }, headers);
const FAULTS = {
  'rate-limited': problem(429, 'Too Many Requests', 'Too Many Requests', { 'x-rate-limit-remaining': '0' }),
  unavailable: problem(503, 'Service Unavailable'),
  'server-error': problem(500, 'Internal Server Error'),
};

export function createX(redirectUri: string): StandIn {
  // Real ids and secrets have hyphens and underscores, which an encoder may change.
  const app: App = { id: 'TTNhX3ByZXRlbmQ6MTpjaQ', secret: '-QoKx3_x58JA8Sm9-bqZ3v', redirectUris: [redirectUri] };
  const authorization = createAuthorization({
    provider: 'X',
    findApp: (id) => (id === app.id ? app : undefined),
    requires: ['response_type', 'state', 'scope'],
    refuseScopes: (scopes) => (scopes.every((scope) => SCOPES.includes(scope)) ? undefined : 'Unknown scope'),
    scopeSeparator: ' ',
    pkce: 'required',
    denied: { error: 'access_denied' },
  });
  const basic = `Basic ${btoa(`${app.id}:${app.secret}`)}`;
  const refuse = (error_description: string): Answer => json(400, { error: 'invalid_request', error_description });

  return {
    id: 'x',
    secrets: { X_CLIENT_ID: app.id, X_CLIENT_SECRET: app.secret },
    routes: [
      { method: 'GET', host: LOGIN, path: /^\/i\/oauth2\/authorize$/, answer: authorization.authorize },
      { method: 'POST', host: LOGIN, path: /^\/i\/oauth2\/authorize$/, answer: authorization.authorize },
      {
        method: 'POST',
        host: API,
        path: /^\/2\/oauth2\/token$/,
        answer({ headers, body }) {
          if (headers.get('Authorization') !== basic) {
            const error_description = 'Missing valid authorization header';
            return json(401, { error: 'unauthorized_client', error_description });
          }
          for (const name of ['grant_type', 'code', 'redirect_uri', 'code_verifier']) {
            if (!body.get(name)) return refuse(`Missing required parameter [${name}].`);
          }
          if (body.get('grant_type') !== 'authorization_code')
            return refuse('Value passed for the grant_type was invalid.');
          const redeemed = authorization.redeem({
            app,
            code: body.get('code'),
            redirectUri: body.get('redirect_uri'),
            verifier: body.get('code_verifier'),
          });
          if (redeemed === 'code') return refuse('Value passed for the authorization code was invalid.');
          if (redeemed === 'redirect_uri') return refuse('Value passed for the redirect uri did not match.');
          if (redeemed === 'code_verifier') return refuse('Value passed for the code verifier did not match.');
          const fault = faultAt('token', redeemed.grant);
          if (fault) return failingAnswer(fault, FAULTS);
          const scope = redeemed.grant.scopes.join(' ');
          return json(200, { token_type: 'bearer', expires_in: 7200, access_token: redeemed.token, scope });
        },
      },
      {
        method: 'GET',
        host: API,
        path: /^\/2\/users\/me$/,
        answer(asked) {
          const grant = authorization.findGrant(bearerToken(asked));
          if (!grant) return problem(401, 'Unauthorized');
          // Get my user wants both: https://docs.x.com/fundamentals/authentication/guides/v2-authentication-mapping
          if (!['tweet.read', 'users.read'].every((scope) => grant.scopes.includes(scope))) {
            return problem(403, 'Forbidden', 'You are not permitted to perform this action.');
          }
          const fault = faultAt('profile', grant);
          if (fault) return failingAnswer(fault, FAULTS);
          const asks = (asked.query.get('user.fields') ?? '').split(',').filter(Boolean);
          const known = present(grant.account, grant.scopes.includes('users.email'));
          const unknown = asks.find((field) => !FIELDS.includes(field));
          if (unknown) {
            const detail = `The \`user.fields\` query parameter value [${unknown}] is not one of [${FIELDS.join(',')}]`;
            return json(400, {
              title: 'Invalid Request',
              detail,
              type: 'https://api.x.com/2/problems/invalid-request',
            });
          }
          const fields = ['id', 'name', 'username', ...asks];
          return json(200, {
            data: Object.fromEntries(Object.entries(known).filter(([name]) => fields.includes(name))),
          });
        },
      },
    ],
  };
}

const FIELDS = ['id', 'name', 'username', 'profile_image_url', 'confirmed_email', 'url', 'verified', 'description'];

/** Only addresses that X has confirmed are in `confirmed_email`. */
function present(account: Account, withEmail: boolean): Record<string, unknown> {
  return {
    id: `${account.number}`,
    name: account.name,
    username: account.id,
    verified: false,
    description: '',
    profile_image_url: `https://${X_PICTURES}/profile_images/1/${account.id}_normal.png`,
    ...(account.website === null ? {} : { url: account.website }),
    ...(withEmail && account.emailVerified ? { confirmed_email: account.email } : {}),
  };
}
