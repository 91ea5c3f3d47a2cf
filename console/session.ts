/**
 * Who is signed in on this device: an API token, or the login of somebody on a site's team. Kept in this tab, or on this device
 * when they wish so; a login is worth nothing without the device's key.
 */
import type { Session } from '../worker/contract';
import type { Grant } from '../worker/contract-admin';
import type { Method, Sign } from './api';
import { proveRequest, renewLogin } from './person';

export type Credentials = { token: string } | { login: Session };

/** What is kept: also what they might do when it was last asked, so that the console opens without asking first. */
export interface Kept {
  credentials: Credentials;
  grant: Grant;
}

const KEY = 'afterword:console';
/** A login's token that ends sooner is renewed first, in ms. */
const RENEW_BEFORE_MS = 30_000;

/** What was kept in another form, by another version or by somebody's hand, counts for nothing. */
export function recall(): Kept | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? '') as Kept;
    const { credentials, grant } = kept;
    const isSigned = 'token' in credentials || typeof credentials.login.expiresAt === 'string';
    return isSigned && Array.isArray(grant.scopes) && Array.isArray(grant.sites) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** @param stay beyond this tab; as it is unless given */
export function keep(kept: Kept, stay = localStorage.getItem(KEY) !== null): void {
  forget();
  (stay ? localStorage : sessionStorage).setItem(KEY, JSON.stringify(kept));
}

export function forget(): void {
  for (const storage of [sessionStorage, localStorage]) storage.removeItem(KEY);
}

export function signWith(credentials: Credentials): Sign {
  if ('token' in credentials) {
    const headers = { Authorization: `Bearer ${credentials.token}` };
    return async () => headers;
  }
  let { login } = credentials;
  let renewing: Promise<Session> | undefined;
  return async (method: Method, url: string, body?: string) => {
    if (Date.parse(login.expiresAt) - RENEW_BEFORE_MS < Date.now()) {
      renewing ??= renewLogin(login).finally(() => {
        renewing = undefined;
      });
      login = await renewing;
      const kept = recall();
      if (kept) keep({ ...kept, credentials: { login } });
    }
    return proveRequest(method, url, body, login.token);
  };
}
