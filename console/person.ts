/**
 * Signing in as somebody on a site's team, by the way back and forth that readers take (widget/identity/login.ts), without a
 * popup: nothing is open here that would be lost. The session is bound to this device's key.
 */
import { createSecret, getKey, hash } from '../widget/identity/key';
import { prove } from '../widget/identity/prove';
import type { Session, Site } from '../worker/contract';
import { API, createApi, Refused } from './api';

const PENDING_KEY = 'afterword:console:login';
const BACK = /^#afterword=(.+)$/;

/** @throws Refused proof_required where the browser has no keys: without https */
export async function proveRequest(
  method: string,
  url: string,
  body?: string,
  token?: string,
): Promise<Record<string, string>> {
  const key = await getKey();
  if (!key) throw new Refused('proof_required');
  const proof = await prove(key, method, url, body, token, Date.now());
  return { DPoP: proof, ...(token !== undefined && { Authorization: `DPoP ${token}` }) };
}

const asGuest = createApi(
  (method, url, body) => proveRequest(method, url, body),
  () => {},
);

/** @throws Refused session_invalid when it has ended */
export const renewLogin = ({ id }: Session): Promise<Session> =>
  asGuest.send('POST', '/session/renew', { session: id });

/** Which ways to log in a site offers. @param address of any of its pages, with or without https:// */
export function readSite(address: string): Promise<Site> {
  return createApi(
    async () => ({}),
    () => {},
  ).get('/site', { url: toUrl(address) });
}

/** Leaves for the provider. @param instance host of one's own server, for a provider that is many */
export async function startLogin(address: string, provider: string, instance?: string): Promise<void> {
  const key = await getKey();
  if (!key) throw new Refused('proof_required');
  const verifier = createSecret();
  sessionStorage.setItem(PENDING_KEY, verifier);
  const back = location.href.replace(/#.*/, '');
  const { origin } = location;
  const query = new URLSearchParams({
    url: toUrl(address),
    origin,
    back,
    redirect: '1',
    jkt: key.jkt,
    challenge: await hash(verifier),
    ...(instance && { instance }),
  });
  location.assign(`${API}/login/${provider}?${query}`);
}

/** When the provider has sent the browser back: the session. @throws Refused why there is none */
export async function finishLogin(): Promise<Session | undefined> {
  const [, result] = BACK.exec(location.hash) ?? [];
  const verifier = sessionStorage.getItem(PENDING_KEY);
  if (result === undefined) return undefined;
  // A code is not for the history.
  history.replaceState(null, '', location.href.replace(/#.*/, ''));
  sessionStorage.removeItem(PENDING_KEY);
  if (result.startsWith('!')) throw new Refused(result.slice(1) as Refused['code']);
  if (verifier === null) throw new Refused('login_expired');
  return asGuest.send<Session>('POST', '/session', { code: result, verifier });
}

const toUrl = (address: string): string => (/^https?:\/\//i.test(address) ? address : `https://${address}`);
