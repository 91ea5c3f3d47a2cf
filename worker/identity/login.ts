/**
 * The way through a provider: from the embedding page's click to the provider, and back with a one-time code that is worth
 * something only to the key that asked, and is told only to the origin that asked. The protocol itself is oauth.ts; what
 * becomes of the code, session.ts.
 */
import { base64url } from 'jose';
import type * as v from 'valibot';
import { LoginQuery } from '../contract';
import type { Db } from '../db';
import { readOrigins } from '../env';
import { isLoopback } from '../outgoing';
import { normalisePage } from '../pages/normalise';
import { selectSite } from '../pages/store';
import { parseQuery } from '../parse';
import { Problem } from '../problem';
import { type AppContext, checkOrigin, openDb, ownOrigin, refuseOrigin } from '../request';
import { insertLogin, selectInstance, takeLogin, upsertInstance } from './login-store';
import { beginLogin, finishLogin, type KeptLogin } from './oauth';
import { answerExpired, answerMessage, answerRefused } from './popup';
import { hashText } from './proof';
import { readInstance } from './providers/mastodon';
import type { Provider } from './providers/provider';
import { listProviders } from './providers/table';

/** How long a person may take at the provider, and a key to fetch what came of it. */
const LOGIN_TTL_MS = 10 * 60_000;
const CODE_TTL_MS = 60_000;
/** Mastodon forgets an app that nobody has used for a day: whoever left halfway would lock out all who come after. */
const REGISTRATION_TTL_MS = 12 * 3_600_000;

/** `GET /login/{provider}`: for a person's browser, so that what is refused is a page as well. */
export async function startLogin(c: AppContext): Promise<Response> {
  try {
    const provider = findProvider(c);
    const q = parseQuery(LoginQuery, new URL(c.req.url).searchParams);
    const origin = checkPlace(q.origin);
    const to = { origin, returnTo: readReturn(q, origin), popup: q.redirect === undefined };
    const db = openDb(c, 'first-primary');
    const siteId = await findSite(db, q, origin, ownOrigin(c));
    return await sendToProvider(c, db, provider, q, { ...to, siteId }).catch((error) => answerError(c, to, error));
  } catch (error) {
    const isBrowser = c.req.header('Accept')?.includes('text/html');
    if (error instanceof Problem && isBrowser) return answerRefused(c, error);
    throw error;
  }
}

async function sendToProvider(
  c: AppContext,
  db: Db,
  provider: Provider,
  q: v.InferOutput<typeof LoginQuery>,
  to: { origin: string; returnTo: string; popup: boolean; siteId: string },
): Promise<Response> {
  const instance = provider.instance ? readInstance(q.instance) : undefined;
  const redirectUri = callbackUri(c, provider, instance);
  const client = instance === undefined ? undefined : await findInstance(db, instance, redirectUri);
  const origins = readOrigins(c.env);
  const now = Date.now();
  const { url, ...kept } = await beginLogin(provider, {
    redirectUri,
    origins,
    now,
    ...(instance !== undefined && { instance }),
    ...(client && { client }),
  });
  const waiting = insertLogin({
    id: await hashText(kept.state),
    code_hash: null,
    site_id: to.siteId,
    provider: provider.id,
    origin: to.origin,
    return_to: to.returnTo,
    popup: to.popup ? 1 : 0,
    jkt: q.jkt,
    challenge: q.challenge,
    kept: JSON.stringify({ ...kept, redirectUri } satisfies KeptLogin),
    profile: null,
    expires_at: now + LOGIN_TTL_MS,
  });
  const registered =
    instance !== undefined && !client && kept.client
      ? [
          upsertInstance({
            host: instance,
            redirect_uri: redirectUri,
            client_id: kept.client.id,
            client_secret: kept.client.secret,
            created_at: now,
          }),
        ]
      : [];
  await db.batch(waiting, ...registered);
  c.header('Cache-Control', 'no-store');
  return c.redirect(url);
}

/** `GET` or `POST /login/{provider}/callback`: where the provider sends the browser back to. */
export async function finishAtProvider(c: AppContext): Promise<Response> {
  const provider = findProvider(c);
  const params = await readCallback(c);
  const state = params.get('state');
  if (!state) return answerExpired(c);
  const db = openDb(c, 'first-primary');
  const now = Date.now();
  const [login] = await db.all(takeLogin(await hashText(state), provider.id, now));
  if (!login) return answerExpired(c);
  const to = { origin: login.origin, returnTo: login.return_to, popup: login.popup === 1 };
  try {
    const kept = JSON.parse(login.kept) as KeptLogin;
    if (kept.instance !== undefined && params.get('instance') !== kept.instance) throw new Problem('login_expired');
    const profile = await finishLogin(provider, params, kept, { origins: readOrigins(c.env), now });
    const code = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
    await db.batch(
      insertLogin({
        ...login,
        code_hash: await hashText(code),
        kept: '{}',
        profile: JSON.stringify(profile),
        expires_at: Date.now() + CODE_TTL_MS,
      }),
    );
    return answerMessage(c, to, { afterword: 'login', code });
  } catch (error) {
    return answerError(c, to, error);
  }
}

/** Tells who asked what went wrong; a person in a popup is not left with a page of JSON. */
function answerError(c: AppContext, to: Parameters<typeof answerMessage>[1], error: unknown): Response {
  if (!(error instanceof Problem)) throw error;
  if (error.status >= 500) console.error(error.code, error.message);
  return answerMessage(c, to, { afterword: 'login', error: error.code });
}

/** @throws Problem not_found: a provider without secrets is none */
function findProvider(c: AppContext): Provider {
  const provider = listProviders(c.env).find(({ id }) => id === c.req.param('provider'));
  if (provider) return provider;
  throw new Problem('not_found', 'There is no such way to log in here.');
}

/**
 * An origin to which a code may be told: in its exact form, and one that nobody on the way can pose as.
 * @throws Problem invalid_request
 */
function checkPlace(text: string): string {
  const url = URL.parse(text);
  if (url?.origin === text && (url.protocol === 'https:' || isLoopback(url))) return text;
  throw new Problem('invalid_request', 'origin: must be exactly the origin of an https page.', { field: 'origin' });
}

/** @throws Problem invalid_request when the address is not on the origin */
function readReturn(q: v.InferOutput<typeof LoginQuery>, origin: string): string {
  const url = URL.parse(q.back ?? q.url);
  // By the text: a blob's address has the origin of its page, and one with a password in it does not start this way.
  if (url?.href.startsWith(`${origin}/`)) return url.href;
  if (q.back === undefined && q.redirect === undefined) return `${origin}/`;
  throw new Problem('invalid_request', 'back: must be an address on the origin.', { field: 'back' });
}

/**
 * @param own this API's origin: the console there is for the teams of all sites
 * @returns the id of the page's site, which must be the origin's
 * @throws Problem origin_not_allowed
 */
async function findSite(db: Db, q: v.InferOutput<typeof LoginQuery>, origin: string, own: string): Promise<string> {
  const { host } = normalisePage(q.url);
  const originHost = normalisePage(origin).host;
  const [site] = await db.all(selectSite(host, originHost));
  if (!site || (q.site !== undefined && q.site !== site.id)) throw refuseOrigin(host);
  if (origin !== own) checkOrigin(originHost, site.origin_site, site.id);
  return site.id;
}

async function findInstance(
  db: Db,
  host: string,
  redirectUri: string,
): Promise<{ id: string; secret: string } | undefined> {
  const [row] = await db.all(selectInstance(host, redirectUri, Date.now() - REGISTRATION_TTL_MS));
  return row && { id: row.client_id, secret: row.client_secret };
}

/**
 * Every server of a reader's own has another one, so that what came back is taken to the server it came from: else one of
 * them could have another's code brought to itself (RFC 9700 section 4.4).
 */
function callbackUri(c: AppContext, { id }: Provider, instance: string | undefined): string {
  const uri = `${ownOrigin(c)}/api/v1/login/${id}/callback`;
  return instance === undefined ? uri : `${uri}?${new URLSearchParams({ instance })}`;
}

/** Most providers answer in the address, Apple in a form (OAuth 2.0 Form Post Response Mode). */
async function readCallback(c: AppContext): Promise<URLSearchParams> {
  if (c.req.method === 'GET') return new URL(c.req.url).searchParams;
  const length = Number(c.req.header('Content-Length') ?? Number.NaN);
  if (!(length <= MAX_FORM_BYTES)) return new URLSearchParams();
  return new URLSearchParams(await c.req.text());
}
const MAX_FORM_BYTES = 16_384;
