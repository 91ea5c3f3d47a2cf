/** As much of a browser as a login needs, in Node: cookies are kept, redirects looked at one by one, forms filled in. */
import { runInNewContext } from 'node:vm';

export interface Browsing {
  /** One request, with the cookies so far. */
  visit(url: string | URL, init?: RequestInit): Promise<Response>;
  /** Every address this browser was at or was sent to, and every page it was shown: where nothing secret may be. */
  seen: string[];
}

export function createBrowsing(): Browsing {
  const cookies = new Map<string, string>();
  const seen: string[] = [];
  return {
    seen,
    async visit(url, init = {}) {
      const Cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
      const headers = new Headers(init.headers);
      if (Cookie) headers.set('Cookie', Cookie);
      const answer = await fetch(url, { redirect: 'manual', ...init, headers });
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
        cookies.set(name!, value!);
      }
      seen.push(String(url), answer.headers.get('Location') ?? '', await answer.clone().text());
      return answer;
    },
  };
}

/** @returns a form as a browser posts it */
export const form = (members: Record<string, string | undefined>): RequestInit => ({
  method: 'POST',
  redirect: 'manual',
  body: new URLSearchParams(Object.entries(members).filter((each): each is [string, string] => each[1] !== undefined)),
});

/** What a person answers on a consent page. @param account null: no */
export const answerForm = (account: string | null) =>
  form(account === null ? { decision: 'cancel' } : { account, decision: 'continue' });

const CALLBACK = /\/api\/v1\/login\/[^/]+\/callback$/;
/** From a login's address to its callback there are five at most. */
const MAX_STEPS = 10;

/**
 * Goes through a provider's pages as a person does.
 * @param url where Afterword sends the browser
 * @param account what is typed there; null: the person says no
 * @returns the address the provider sends the browser back to, not visited yet
 */
export async function passProvider({ visit }: Browsing, url: string | URL, account: string | null): Promise<URL> {
  let [here, init] = [new URL(url), {} as RequestInit];
  for (let step = 0; step < MAX_STEPS; step++) {
    const answer = await visit(here, init);
    const location = answer.headers.get('Location');
    init = {};
    if (location !== null) here = new URL(location, here);
    else if ((await answer.text()).includes('name="decision"')) init = answerForm(account);
    else throw new Error(`${here} answered ${answer.status}: ${await answer.text()}`);
    if (CALLBACK.test(here.pathname)) return here;
  }
  throw new Error(`${url} leads nowhere.`);
}

/** What became of a page's script. */
export interface Ran {
  /** What the opener was told, and the origin it had to be of. */
  told: { message: unknown; target: string }[];
  closed: boolean;
  /** Where the window went instead. */
  replaced: string | null;
}

/** Runs the one script of a page, as in a window with an opener or without. @returns null when the page has none */
export function runPage(html: string, hasOpener = true): Ran | null {
  const script = /<script nonce="[^"]+">([\s\S]*?)<\/script>/.exec(html)?.[1];
  if (script === undefined) return null;
  const ran: Ran = { told: [], closed: false, replaced: null };
  const postMessage = (message: unknown, target: string) =>
    ran.told.push({ message: structuredClone(message), target });
  const close = () => {
    ran.closed = true;
  };
  const replace = (url: string) => {
    ran.replaced = url;
  };
  runInNewContext(script, { opener: hasOpener ? { postMessage } : null, close, location: { replace } });
  return ran;
}
