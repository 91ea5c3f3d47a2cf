/**
 * A login at a provider, from the address the browser is sent to until somebody comes back: OAuth 2.0 (RFC 6749, 7636, 9207)
 * and OpenID Connect, all of it by oauth4webapi. What is odd about a provider, its file in providers/ knows. What must be
 * kept between the two halves, the caller keeps; who may log in where, the caller decides.
 */
import * as oauth from 'oauth4webapi';
import { isLoopback, type Origins, outsideFetch, standIn } from '../outgoing';
import { Problem } from '../problem';
import { readInstance } from './providers/mastodon';
import type { Profile } from './providers/profile';
import type { Grant, Provider, Registration } from './providers/provider';

/** What beginLogin hands out and finishLogin wants back: for one login, and for the server's eyes only. */
export interface KeptLogin {
  state: string;
  verifier: string;
  nonce: string;
  redirectUri: string;
  /** Host of the reader's own server, and what it knows this Afterword by: for `provider.instance` alone. */
  instance?: string;
  client?: Registration;
}

const DISCOVERY_TTL_MS = 3_600_000;
const CLOCK_TOLERANCE_S = 30;
/** How servers say that the person said no; the second is Apple's. */
const DENIALS: ReadonlySet<string> = new Set(['access_denied', 'user_cancelled_authorize']);
/** How they say that the code is too old or was used before; the second is GitHub's. */
const EXPIRIES: ReadonlySet<string> = new Set(['invalid_grant', 'bad_verification_code']);

const discovered = new Map<string, { server: oauth.AuthorizationServer; until: number }>();

/**
 * @param options.now epoch ms
 * @param options.instance the reader's own server, as they typed it
 * @param options.client what that server gave at an earlier login with the same redirect URI
 * @returns what to keep, and the `url` the browser goes to
 * @throws Problem login_failed, invalid_request (field `instance`), outside_refused, outside_unreachable
 */
export async function beginLogin(
  provider: Provider,
  options: {
    redirectUri: string;
    origins: Origins;
    now: number;
    instance?: string | undefined;
    client?: Registration | undefined;
  },
): Promise<KeptLogin & { url: string }> {
  const { redirectUri, now } = options;
  try {
    const reach = reachOf(provider, options.origins);
    const instance = provider.instance ? readInstance(options.instance) : '';
    const client =
      options.client ?? provider.registration ?? (await provider.register!(instance, redirectUri, reach.origins));
    const server = await findServer(provider, instance, reach, now);
    const [state, verifier, nonce] = [
      oauth.generateRandomState(),
      oauth.generateRandomCodeVerifier(),
      oauth.generateRandomNonce(),
    ];
    const endpoint = new URL(server.authorization_endpoint ?? '');
    oauth.checkProtocol(endpoint, !reach.http[oauth.allowInsecureRequests]);
    const url = standIn(endpoint, reach.origins);
    const parameters = {
      response_type: 'code',
      client_id: client.id,
      redirect_uri: redirectUri,
      scope: provider.scopes,
      state,
      ...(provider.openid && { nonce }),
      ...(provider.pkce && {
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
      ...provider.parameters,
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const kept = { url: url.href, state, verifier, nonce, redirectUri };
    return provider.instance ? { ...kept, instance, client } : kept;
  } catch (cause) {
    throw explain(provider, cause);
  }
}

/**
 * @param callback what came back with the browser, in the query or (Apple) as a form
 * @param options.now epoch ms
 * @throws Problem login_denied, login_expired, login_failed, outside_refused, outside_unreachable
 */
export async function finishLogin(
  provider: Provider,
  callback: URLSearchParams,
  kept: KeptLogin,
  options: { origins: Origins; now: number },
): Promise<Profile> {
  const { now } = options;
  const { instance = '', client: registration = provider.registration } = kept;
  if (callback.get('state') !== kept.state || !registration) throw new Problem('login_expired');
  try {
    const reach = reachOf(provider, options.origins);
    const server = await findServer(provider, instance, reach, now);
    const client: oauth.Client = {
      client_id: registration.id,
      [oauth.clockSkew]: Math.round((now - Date.now()) / 1000),
      [oauth.clockTolerance]: CLOCK_TOLERANCE_S,
    };
    const params = oauth.validateAuthResponse(server, client, callback, kept.state);
    const secret = await provider.authenticate(registration.secret, now);
    const verifier = provider.pkce ? kept.verifier : oauth.nopkce;
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      secret,
      params,
      kept.redirectUri,
      verifier,
      reach.http,
    );
    const checks = provider.openid ? { expectedNonce: kept.nonce, requireIdToken: true } : undefined;
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, checks);
    const grant: Grant = { accessToken: tokens.access_token, instance, callback };
    const answers: unknown[] = [];
    if (provider.openid) {
      // TLS vouches for it already (OpenID Connect Core, 3.1.3.7); the signature does even when something stands in between.
      await oauth.validateApplicationLevelSignature(server, answer, reach.http);
      answers.push(oauth.getValidatedIdTokenClaims(tokens));
    }
    if (provider.userInfo) answers.push(await askUserInfo(server, client, tokens, reach.http));
    for (const [i, url] of ((await provider.resources?.(grant)) ?? []).entries())
      answers.push(await askResource(provider, grant.accessToken, url, i === 0, reach.http));
    return provider.readProfile(answers, grant);
  } catch (cause) {
    throw explain(provider, cause);
  }
}

type Reach = ReturnType<typeof reachOf>;

/** How a provider is asked. An issuer on this machine may be asked as it is: owners alone name issuers (oidc.ts). */
function reachOf({ server }: Provider, given: Origins) {
  const issuer = typeof server === 'string' ? new URL(server) : null;
  const local = issuer !== null && isLoopback(issuer);
  const origins = local ? { [issuer.origin]: issuer.origin, ...given } : given;
  return { origins, http: { [oauth.customFetch]: outsideFetch(origins), [oauth.allowInsecureRequests]: local } };
}

async function findServer(
  { server }: Provider,
  instance: string,
  { http }: Reach,
  now: number,
): Promise<oauth.AuthorizationServer> {
  if (typeof server === 'function') return server(instance);
  const known = discovered.get(server);
  if (known && known.until > now) return known.server;
  const issuer = new URL(server);
  const answer = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...http });
  const found = await oauth.processDiscoveryResponse(issuer, answer);
  discovered.set(server, { server: found, until: now + DISCOVERY_TTL_MS });
  return found;
}

/** @returns undefined when the issuer has no such endpoint: it is optional */
async function askUserInfo(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  tokens: oauth.TokenEndpointResponse,
  http: Reach['http'],
): Promise<unknown> {
  if (!server.userinfo_endpoint) return undefined;
  const answer = await oauth.userInfoRequest(server, client, tokens.access_token, http);
  const subject = oauth.getValidatedIdTokenClaims(tokens)!.sub;
  return oauth.processUserInfoResponse(server, client, subject, answer);
}

async function askResource(
  { name }: Provider,
  accessToken: string,
  url: string,
  needed: boolean,
  http: Reach['http'],
): Promise<unknown> {
  try {
    const headers = new Headers({ Accept: 'application/json' });
    const answer = await oauth.protectedResourceRequest(accessToken, 'GET', new URL(url), headers, null, http);
    if (answer.status !== 200) throw new Problem('login_failed', `${name} answered with ${answer.status}.`);
    return await readJson(answer, name);
  } catch (cause) {
    if (needed) throw cause;
    return undefined;
  }
}

async function readJson(answer: Response, name: string): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    throw new Problem('login_failed', `${name} did not answer in JSON.`);
  }
}

/** Nothing of what the library saw goes along: codes and tokens are in it, and causes are logged. */
function explain({ name }: Provider, cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  const error = readErrorCode(cause);
  if (cause instanceof oauth.AuthorizationResponseError && DENIALS.has(cause.error)) return new Problem('login_denied');
  if (error !== undefined && EXPIRIES.has(error)) return new Problem('login_expired');
  if (error !== undefined)
    return new Problem('login_failed', `${name} refused: ${error.replace(/[^\w.-]/g, '').slice(0, 60)}.`);
  if (cause instanceof oauth.OperationProcessingError || cause instanceof oauth.UnsupportedOperationError) {
    const status = cause.cause instanceof Response && cause.cause.status !== 200 ? ` (${cause.cause.status})` : '';
    return new Problem('login_failed', `${name}: ${cause.message}${status}.`);
  }
  if (cause instanceof oauth.WWWAuthenticateChallengeError)
    return new Problem('login_failed', `${name} did not take its own token (${cause.status}).`);
  return new Problem('login_failed', undefined, { cause });
}

/** The OAuth error code of an answer, also of one that comes with status 200, as GitHub's do. */
function readErrorCode(cause: unknown): string | undefined {
  if (cause instanceof oauth.AuthorizationResponseError || cause instanceof oauth.ResponseBodyError) return cause.error;
  const body =
    cause instanceof oauth.OperationProcessingError
      ? (cause.cause as { body?: { error?: unknown } } | undefined)?.body
      : null;
  return typeof body?.error === 'string' ? body.error : undefined;
}
