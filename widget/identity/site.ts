/** What writing on the page's site takes and offers: asked once a thread. */
import type { Site } from '../../worker/contract';
import type { Thread } from '../store';
import { request } from '../writing/kit';

const asked = new WeakMap<Thread, Promise<Site>>();

/** Undefined until it was answered. */
export const knownSite = (s: Thread): Site | undefined => s._site;

/** What people know a provider as; its id, when the site does not offer it any more. */
export const nameOfProvider = (s: Thread, provider: string): string =>
  knownSite(s)?.providers.find(({ id }) => id === provider)?.name ?? provider;

/** @throws ApiError; the next call asks again */
export async function siteOf(s: Thread): Promise<Site> {
  const { api, url, site, signal } = s;
  const asking = asked.get(s) ?? request<Site>(`${api}/site`, { url, site }, { signal }).then(([answer]) => answer);
  asked.set(s, asking);
  try {
    s._site = await asking;
    return s._site;
  } catch (error) {
    asked.delete(s);
    throw error;
  }
}
