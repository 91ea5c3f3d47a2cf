/**
 * Cloudflare Turnstile, where the site's owner wants it: the one time that a reader's browser asks somebody else
 * (https://developers.cloudflare.com/turnstile/get-started/client-side-rendering/). Its widget does not know shadow roots, so it
 * stands in the page's own tree and is shown through a slot.
 */
import type { ApiError } from '../api';
import { type Shown, SLOT } from './show';

interface Turnstile {
  render(element: HTMLElement, options: Record<string, unknown>): string;
  remove(id: string): void;
}
declare global {
  var turnstile: Turnstile | undefined;
}

const SCRIPT = 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit';
/** Comments of other tabs wait as long as this one does. */
const PATIENCE_MS = 5 * 60_000;

const FAILED: ApiError = { code: 'challenge_required', wait: 0 };
/** Without a code it is tried again later. */
const LATER: ApiError = { wait: 0 };

/** @returns the token @throws ApiError */
export async function askTurnstile(siteKey: string, { show }: Shown): Promise<string> {
  const turnstile = await loadTurnstile();
  const box = document.createElement('div');
  box.slot = SLOT;
  let id: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<string>((done, fail) => {
      timer = setTimeout(fail, PATIENCE_MS, LATER);
      const place = (slot: HTMLSlotElement | null) => {
        if (!slot) return fail(LATER);
        (slot.getRootNode() as ShadowRoot).host.append(box);
        id ??= turnstile.render(box, {
          sitekey: siteKey,
          callback: done,
          retry: 'never',
          'error-callback': () => fail(FAILED),
        });
      };
      if (!show(place)) fail(LATER);
    });
  } finally {
    clearTimeout(timer);
    if (id !== undefined) turnstile.remove(id);
    box.remove();
  }
}

function loadTurnstile(): Promise<Turnstile> {
  return new Promise((done, fail) => {
    if (globalThis.turnstile) return done(globalThis.turnstile);
    const script = document.createElement('script');
    script.onload = () => (globalThis.turnstile ? done(globalThis.turnstile) : fail(FAILED));
    script.onerror = () => fail(FAILED);
    try {
      script.src = SCRIPT;
      document.head.append(script);
    } catch {
      // A page that asks for Trusted Types lets no other script in.
      fail(FAILED);
    }
  });
}
