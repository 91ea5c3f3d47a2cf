/**
 * A real OpenID Connect issuer on loopback, with a login page of ours: PKCE is required, answers carry `iss` (RFC 9207), and
 * the claims are those of OpenID Connect Core, section 5.1. Logged in once, a browser is let through, as elsewhere.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { type Account, findAccount, readPicture } from './accounts.ts';
import { consentPage } from './consent-page.ts';

export interface IssuerOptions {
  clientId: string;
  clientSecret: string;
  redirectUris: string[];
}

export interface Issuer {
  /** `http://localhost:40123` */
  issuer: string;
  /** Where the pictures' public origin is here, to be added to the worker's PROVIDER_ORIGINS. */
  origins: Record<string, string>;
  close(): Promise<void>;
}

/** Pictures have a public address, as a reader's has: the worker fetches none from loopback. */
const PICTURES = 'https://pictures.issuer.example';
const HOUR_S = 3600;

export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  // The issuer's name has the port in it, which is known only when the server listens.
  let answer: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async () => {};
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, await configure(options));
  const protocol = provider.callback();

  answer = async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', issuer);
    if (pathname.startsWith('/interaction/')) return interact(provider, request, response);
    if (pathname.startsWith('/pictures/')) return sendPicture(pathname, response);
    return protocol(request, response);
  };
  return {
    issuer,
    origins: { [PICTURES]: `${issuer}/pictures` },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function configure({ clientId, clientSecret, redirectUris }: IssuerOptions): Promise<Record<string, unknown>> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return {
    adapter: createMemoryAdapter(0),
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: redirectUris }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: 'one' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    claims: { openid: ['sub'], profile: ['name', 'picture', 'profile'], email: ['email', 'email_verified'] },
    scopes: ['openid'],
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    ttl: {
      AccessToken: HOUR_S,
      AuthorizationCode: 60,
      Grant: HOUR_S,
      IdToken: HOUR_S,
      Interaction: HOUR_S,
      Session: HOUR_S,
    },
    findAccount: (_context: unknown, id: string) => {
      const account = findAccount(id);
      return account && { accountId: id, claims: () => presentClaims(account) };
    },
    renderError: (context: { type: string; body: string }, out: Record<string, string>) => {
      context.type = 'text/plain';
      context.body = Object.values(out).join(': ');
    },
  };
}

function presentClaims(account: Account): Record<string, unknown> {
  return {
    sub: account.id,
    name: account.name,
    ...(account.picture && { picture: `${PICTURES}/${account.id}.png` }),
    ...(account.website && { profile: account.website }),
    ...(account.email && { email: account.email, email_verified: account.emailVerified }),
  };
}

/** Login and consent in one page: GET shows it, POST takes its answer. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '');
  const typed = form.get('account') ?? '';
  if (form.get('decision') === 'cancel') {
    const error_description = 'The person said no.';
    return provider.interactionFinished(request, response, { error: 'access_denied', error_description });
  }
  const account = findAccount(typed);
  if (!account) {
    const page = consentPage('Issuer', request.method === 'POST' ? typed : undefined);
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }).end(page);
    return;
  }
  const grant = new provider.Grant({ accountId: account.id, clientId: params.client_id });
  grant.addOIDCScope(params.scope ?? 'openid');
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId: account.id }, consent: { grantId } });
}

async function sendPicture(pathname: string, response: ServerResponse): Promise<void> {
  const account = findAccount(/([^/]*)\.png$/.exec(pathname)?.[1] ?? '');
  const bytes = account && readPicture(account);
  response.writeHead(bytes ? 200 : 404, { 'Content-Type': bytes ? 'image/png' : 'text/plain' }).end(bytes);
}
