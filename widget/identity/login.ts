/**
 * Logging in: through a popup, or where there is none by leaving the page and coming back to it. The provider and the server
 * learn the key's thumbprint and the hash of a secret; the code that comes back is worth nothing without both.
 */
import type { ErrorCode, Me, NewSession, Session } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import { tell } from '../writing/kit';
import { ask } from './ask';
import { explain } from './explain';
import { createSecret, getKey, hash } from './key';
import { keepLogin, loginOf } from './session';
import { texts } from './texts';
import { focusWriting, redrawRow, rowOf } from './threads';

/** What a login needs before the click: the browser opens a window only at once. */
interface Prepared {
  jkt: string;
  verifier: string;
  challenge: string;
}
/** A login on its way, as this tab keeps it; a popup inherits it. */
interface Pending {
  verifier: string;
  /** The thread's key. */
  page: string;
  popup: boolean;
  /** To come back to: fragment, scroll position in px, the comment whose reply was open, '' for none. */
  hash: string;
  scroll: number;
  replying: string;
}

const PENDING_KEY = 'afterword:login';
const POPUP_SIZE = 'popup,width=520,height=700';
const POLL_MS = 500;
/** Browsers inside of apps have no second window, or one that cannot talk to the first. */
const IN_APP = /FBA[NV]|Instagram|Line\/|MicroMessenger|; wv\)/;

let prepared: Prepared | undefined;
/** The login on its way in this page; a newer one replaces it. */
let current = 0;

/** Makes the next click work. Every login has a secret of its own. */
export async function prepareLogin(): Promise<void> {
  if (prepared) return;
  const key = await getKey();
  const verifier = createSecret();
  if (key) prepared = { jkt: key.jkt, verifier, challenge: await hash(verifier) };
}

/** To be called in the click itself. @param instance host of the reader's server, for a provider that is many */
export function startLogin(s: Thread, provider: string, instance?: string): void {
  if (!prepared) return;
  const { jkt, challenge, verifier } = prepared;
  prepared = undefined;
  const { href, origin, hash } = location;
  const url = new URL(`${s.api}/login/${provider}`, href);
  const query = { url: s.url, site: s.site, origin, back: href.replace(/#.*/, ''), jkt, challenge, instance };
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
  const pending: Pending = {
    verifier,
    page: s.key,
    popup: true,
    hash,
    scroll: scrollY,
    replying: s._replying?.c.id ?? '',
  };
  keepPending(pending);
  const popup = IN_APP.test(navigator.userAgent) ? null : open(url, '', POPUP_SIZE);
  if (popup) {
    wait(s, popup, url.origin, verifier);
    prepareLogin();
  } else {
    keepPending({ ...pending, popup: false });
    url.searchParams.set('redirect', '1');
    location.assign(url);
  }
}

/**
 * Until the popup says how it went, or is gone, also when another page is shown meanwhile. Other windows and origins may send
 * what they like.
 */
function wait(s: Thread, popup: Window, origin: string, verifier: string): void {
  const login = ++current;
  const before = loginOf(s)?.id;
  const end = new AbortController();
  addEventListener(
    'message',
    (event: MessageEvent<unknown>) => {
      if (event.origin !== origin || event.source !== popup) return;
      const { afterword, code, error } = (event.data ?? {}) as Record<string, unknown>;
      if (afterword !== 'login') return;
      end.abort();
      keepPending(null);
      finish(s, typeof code === 'string' ? code : `!${error}`, verifier);
    },
    { signal: end.signal },
  );
  let gone = false;
  const poll = setInterval(() => {
    // Its message may be behind its end: it is looked at twice.
    if (popup.closed && gone) {
      end.abort();
      keepPending(null);
      // It may have finished by itself; a newer login has words of its own.
      if (login === current) say(s, loginOf(s)?.id === before ? texts(s).windowClosed : '');
    }
    gone = popup.closed;
  }, POLL_MS);
  end.signal.addEventListener('abort', () => clearInterval(poll));
  say(s, texts(s).windowOpen);
}

/** Comes back by the address: this page left for the provider, or it is the popup, which lost sight of who opened it. */
export async function comeBack(s: Thread, result: string): Promise<void> {
  const pending = recallPending();
  // Another thread of this document began it.
  if (pending && pending.page !== s.key) return;
  keepPending(null);
  // A code is not for the history, nor for whoever looks at the address.
  history.replaceState(history.state, '', location.href.replace(/#.*/, '') + (pending?.hash ?? ''));
  if (!pending) {
    say(s, texts(s).login_failed);
    return;
  }
  const { popup, scroll, replying, verifier } = pending;
  const node = s._byId.get(replying);
  s._drafts[replying] ||= { id: replying };
  s._drafts[replying].open = true;
  s._replying = node;
  await finish(s, result, verifier);
  if (!popup) scrollTo(0, scroll);
  // Storage has told the page that opened it.
  else if (loginOf(s)) close();
}

/** @param result a one-time code, or `!` and why there is none */
async function finish(s: Thread, result: string, verifier: string): Promise<void> {
  try {
    if (result.startsWith('!')) throw { code: result.slice(1) as ErrorCode, wait: 0 } satisfies ApiError;
    await logIn(s, { code: result, verifier });
  } catch (error) {
    say(s, explain(s, error as ApiError) ?? texts(s).login_failed);
  }
  await prepareLogin();
}

/** Exchanges what came of a login for a session of this device. @throws ApiError */
export async function logIn(s: Thread, asked: NewSession): Promise<void> {
  // Whoever is logged in adds another way in; a login that has ended adds nothing.
  const session = await ask<Session>(s, 'POST', '/session', asked).catch((error: ApiError) => {
    if (error.code !== 'session_invalid') throw error;
    return ask<Session>(s, 'POST', '/session', asked, { as: null });
  });
  const row = rowOf(s);
  row.way = row.draw = undefined;
  keepLogin({ ...session, api: s.api });
  // The button that began it is gone.
  focusWriting(s);
  say(s, '', s.say(texts(s).welcome, 0, session.person.name));
  await offerComments(s);
}

/** What the key wrote before stays the key's, unless the person takes it along. */
async function offerComments(s: Thread): Promise<void> {
  try {
    rowOf(s).claimable = (await ask<Me>(s, 'GET', '/me')).claimable;
    redrawRow(s);
  } catch {
    // There will be another login.
  }
}

/** In the row, and to screen readers. */
function say(s: Thread, note: string, spoken = note): void {
  rowOf(s).note = note;
  tell(s, spoken);
  redrawRow(s);
}

function keepPending(pending: Pending | null): void {
  try {
    if (pending) sessionStorage.setItem(PENDING_KEY, JSON.stringify(pending));
    else sessionStorage.removeItem(PENDING_KEY);
  } catch {}
}

function recallPending(): Pending | null {
  try {
    return JSON.parse(sessionStorage.getItem(PENDING_KEY) as string) as Pending | null;
  } catch {
    return null;
  }
}
