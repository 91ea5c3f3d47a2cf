/**
 * Facebook as documented: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow,
 * …/docs/graph-api/guides/secure-requests (appsecret_proof, which the stand-in demands) and …/guides/error-handling.
 */
import { createHmac } from 'node:crypto';
import type { Account } from '../accounts.ts';
import { type App, createAuthorization, faultAt } from './authorization.ts';
import { type Answer, bearerToken, failingAnswer, json, type Route, type StandIn } from './exchange.ts';
import { FACEBOOK_PICTURES } from './pictures.ts';

const LOGIN = 'www.facebook.com';
const GRAPH = 'graph.facebook.com';
const SCOPES = ['public_profile', 'email'];

const graphError = (status: number, code: number, message: string, more: Record<string, unknown> = {}): Answer =>
  json(status, { error: { message, type: 'OAuthException', code, fbtrace_id: 'EJplcsCHuLu', ...more } });
const FAULTS = {
  'rate-limited': graphError(403, 4, '(#4) Application request limit reached', { is_transient: true }),
  unavailable: graphError(503, 2, 'Service temporarily unavailable', { is_transient: true }),
  'server-error': graphError(500, 1, 'An unknown error occurred'),
};

export function createFacebook(redirectUri: string): StandIn {
  const app: App = { id: '1029384756', secret: '5f0c9b1d77e84a2f9c3e6d0b4a8f1e27', redirectUris: [redirectUri] };
  const authorization = createAuthorization({
    provider: 'Facebook',
    findApp: (id) => (id === app.id ? app : undefined),
    requires: ['state'],
    refuseScopes: (scopes) => (scopes.every((scope) => SCOPES.includes(scope)) ? undefined : 'Invalid Scopes'),
    scopeSeparator: ',',
    pkce: 'optional',
    denied: { error: 'access_denied', error_reason: 'user_denied', error_description: 'Permissions error.' },
    fragment: '_=_',
  });

  /** Parameters are documented in the address; the Graph API takes them in the body of a POST alike. */
  const exchangeCode = (parameters: URLSearchParams): Answer => {
    if (parameters.get('client_id') !== app.id) {
      return graphError(400, 101, 'Error validating application. Cannot get application info due to a system error.');
    }
    if (parameters.get('client_secret') !== app.secret) return graphError(400, 1, 'Error validating client secret.');
    if ((parameters.get('grant_type') ?? 'authorization_code') !== 'authorization_code') {
      return graphError(400, 100, 'Invalid grant_type');
    }
    const redeemed = authorization.redeem({
      app,
      code: parameters.get('code'),
      redirectUri: parameters.get('redirect_uri'),
      verifier: parameters.get('code_verifier'),
    });
    if (redeemed === 'code') {
      return graphError(400, 100, 'This authorization code has been used.', { error_subcode: 36009 });
    }
    if (redeemed === 'redirect_uri') {
      const message =
        'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request';
      return graphError(400, 100, message, { error_subcode: 36008 });
    }
    if (redeemed === 'code_verifier') return graphError(400, 100, 'Invalid code_verifier.');
    const fault = faultAt('token', redeemed.grant);
    if (fault) return failingAnswer(fault, FAULTS);
    return json(200, { access_token: redeemed.token, token_type: 'bearer', expires_in: 5_183_944 });
  };

  const dialog = { host: LOGIN, path: /^(\/v\d+\.\d+)?\/dialog\/oauth$/, answer: authorization.authorize };
  const token = { host: GRAPH, path: /^(\/v\d+\.\d+)?\/oauth\/access_token$/ };
  const routes: Route[] = [
    { ...dialog, method: 'GET' },
    { ...dialog, method: 'POST' },
    { ...token, method: 'GET', answer: ({ query }) => exchangeCode(query) },
    { ...token, method: 'POST', answer: ({ body }) => exchangeCode(body) },
    {
      method: 'GET',
      host: GRAPH,
      path: /^(\/v\d+\.\d+)?\/me$/,
      answer(asked) {
        const accessToken = bearerToken(asked) ?? asked.query.get('access_token');
        if (!accessToken) {
          return graphError(
            400,
            2500,
            'An active access token must be used to query information about the current user.',
          );
        }
        const grant = authorization.findGrant(accessToken);
        if (!grant) return graphError(401, 190, 'Invalid OAuth access token - Cannot parse access token');
        const proof = asked.query.get('appsecret_proof');
        if (proof === null) {
          return graphError(400, 100, 'API calls from the server require an appsecret_proof argument');
        }
        if (proof !== createHmac('sha256', app.secret).update(accessToken).digest('hex')) {
          return graphError(400, 100, 'Invalid appsecret_proof provided in the API argument');
        }
        const fault = faultAt('profile', grant);
        if (fault) return failingAnswer(fault, FAULTS);
        const fields = splitFields(asked.query.get('fields') ?? 'id,name');
        const known = present(grant.account, grant.scopes.includes('email'));
        const unknown = fields.find((field) => !FIELDS.includes(field));
        if (unknown) {
          const message = `(#100) Tried accessing nonexisting field (${unknown}) on node type (User)`;
          return graphError(400, 100, message);
        }
        const all = ['id', ...fields];
        return json(200, Object.fromEntries(Object.entries(known).filter(([name]) => all.includes(name))));
      },
    },
  ];
  return { id: 'facebook', secrets: { FACEBOOK_CLIENT_ID: app.id, FACEBOOK_CLIENT_SECRET: app.secret }, routes };
}

const FIELDS = ['id', 'name', 'first_name', 'last_name', 'email', 'picture', 'link'];

/** `id,picture.width(96).height(96){url,width}` → `id`, `picture`. */
function splitFields(fields: string): string[] {
  return fields
    .replace(/\{[^}]*\}|\([^)]*\)/g, '')
    .split(',')
    .map((field) => field.replace(/\..*$/, ''));
}

/** `email` is missing where there is none that is valid; `link` needs a permission that nobody gets. */
function present(account: Account, withEmail: boolean): Record<string, unknown> {
  const url = `https://${FACEBOOK_PICTURES}/platform/profilepic/?asid=${account.id}&width=96&height=96&hash=AQ`;
  return {
    id: `10${account.number}0000000000`,
    name: account.name,
    first_name: account.name,
    ...(withEmail && account.emailVerified ? { email: account.email } : {}),
    picture: { data: { height: 96, width: 96, is_silhouette: account.picture === null, url } },
  };
}
