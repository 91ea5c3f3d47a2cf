/**
 * Other addresses of a page that the server of conversations cannot know for the same: /post and /post.html. Slashes, index files
 * and www. it knows. Asked only where nothing but the address says which page it is.
 */
import { mayAskInside, type Surroundings } from './find-tags.ts';
import type { PageFacts } from './page-facts.ts';
import { readPage } from './read-page.ts';
import { visit } from './visit.ts';

const MAX_BYTES = 1_000_000;
/** Answers to everything, where it answers to that as well. */
const NONSENSE = 'afterword-doctor-asks-for-no-page';

export async function findVariants(facts: Omit<PageFacts, 'variants'>, around: Surroundings): Promise<URL[]> {
  const { url, page, threads, visit: answer } = facts;
  const isByAddress = threads.some((thread) => thread.from === 'address' && !thread.get('page-id'));
  if (!isByAddress || answer.status >= 300) return [];
  const other = variantOf(url);
  if (!other || page.title.trim() === '') return [];
  const isSame = async (address: URL) => {
    const publicOnly = !mayAskInside(address, around);
    try {
      const {
        status,
        hops,
        body,
        url: end,
      } = await visit(address, {
        accept: 'text/html',
        maxBytes: MAX_BYTES,
        publicOnly,
        ...(around.isInside && { isInside: around.isInside }),
      });
      if (status !== 200 || hops.length > 1) return false;
      const found = readPage(body, end);
      return found.title === page.title && found.canonicals.length === 0;
    } catch {
      // It does not answer, or nothing sensible: no variant.
      return false;
    }
  };
  return (await isSame(other)) && !(await isSame(new URL(NONSENSE, url))) ? [other] : [];
}

function variantOf(url: URL): URL | undefined {
  if (/\/(?:index\.\w+)?$/.test(url.pathname)) return undefined;
  const other = new URL(url);
  other.hash = '';
  const last = url.pathname.split('/').at(-1)!;
  if (/\.html?$/.test(last)) other.pathname = url.pathname.replace(/\.html?$/, '');
  else if (!last.includes('.')) other.pathname += '.html';
  else return undefined;
  return other;
}
