/**
 * Who is logged in on this device: kept in the embedding page's storage, worth nothing without the key, renewed when it is
 * used. How one logs in is login.ts; here is what the page itself vouches for (single sign-on), because it needs no act.
 */
import type { Session } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { recall, remember, tell } from '../writing/kit';
import type { Login, Place } from './agreement';
import { hasKeys, ownHandle } from './key';
import { send, serverNow } from './send';
import { texts } from './texts';
import { eachThread, redrawRow, rowOf } from './threads';

/** A token that ends sooner is renewed first, in ms. */
const RENEW_BEFORE_MS = 30_000;
export const SESSION_KEY = 'session';

let renewing: Promise<Login> | undefined;
/** The thread that the page vouched for its reader on, by API. */
const vouched = new Map<string, Thread>();

/**
 * Who is logged in; a login that the page vouched for counts where it does so still.
 * @param as asks for a certain person, wherever they logged in
 */
export function loginOf(s: Place, as?: string | null): Login | undefined {
  const login = recall<Login>(SESSION_KEY);
  const right = as ? login?.person.id === as : login?.sso === subjectOf(s.sso);
  return login?.api === s.api && right ? login : undefined;
}

/** Whether this device's key, or who is logged in, wrote it. The key must have been looked for. */
export function isOwn(s: Thread, { c }: Node): boolean {
  const { id } = c.author;
  return !!id && (id === ownHandle() || id === loginOf(s)?.person.id);
}

/** Null logs out. */
export function keepLogin(login: Login | null): void {
  remember(SESSION_KEY, login);
  eachThread(redrawRow);
}

/** @returns the login with a token that is good for a while @throws ApiError, session_invalid when it has ended */
export async function freshLogin(login: Login): Promise<Login> {
  return Date.parse(login.expiresAt) - RENEW_BEFORE_MS > serverNow() ? login : renew(login);
}

/** @throws ApiError; with session_invalid the person is logged out */
export function renew(login: Login): Promise<Login> {
  renewing ??= exchange(login).finally(() => {
    renewing = undefined;
  });
  return renewing;
}

async function exchange(login: Login): Promise<Login> {
  const { api, id, sso } = login;
  // Another tab may have logged out meanwhile, or logged in somebody else.
  const stands = () => recall<Login>(SESSION_KEY)?.id === id;
  try {
    const answer = await send<Session>({ api }, 'POST', '/session/renew', { session: id });
    const renewed = { ...answer, api, sso };
    if (stands()) keepLogin(renewed);
    return renewed;
  } catch (thrown) {
    const error = thrown as ApiError;
    if (error.code !== 'session_invalid') throw error;
    const s = vouched.get(api);
    const again = sso !== undefined && s && (await vouch(s).catch(() => undefined));
    if (again) return again;
    if (stands()) {
      eachThread((each) => {
        rowOf(each).note = texts(each).session_invalid;
        tell(each, texts(each).session_invalid);
      });
      keepLogin(null);
    }
    throw error;
  }
}

/** Lets the embedding page say who its reader is, unless it is known. What is wrong with that, the row says. */
export async function enter(s: Thread): Promise<void> {
  if (!s.sso || !hasKeys() || loginOf(s)) return;
  try {
    await vouch(s);
  } catch {
    rowOf(s).note = texts(s).sso_invalid;
  }
}

async function vouch(s: Thread): Promise<Login> {
  const { api, url, sso } = s;
  vouched.set(api, s);
  const body = { sso, url, site: s.site ?? undefined };
  const answer = await send<Session>({ api }, 'POST', '/session', body);
  const login: Login = { ...answer, api, sso: subjectOf(sso)! };
  keepLogin(login);
  return login;
}

/** Whom a token is about, unchecked: enough to see that it is somebody else. */
function subjectOf(token: string | null | undefined): string | undefined {
  if (!token) return;
  try {
    const claims = atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'));
    return String((JSON.parse(claims) as { sub: unknown }).sub);
  } catch {
    return token;
  }
}
