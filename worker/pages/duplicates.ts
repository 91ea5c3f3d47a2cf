/**
 * Which pages of a site may be one and the same: their addresses differ by what seldom makes another page, or they have one
 * title. Guesses for people to judge; what surely is the same, normalise.ts knows. Pure.
 */

export interface PageLike {
  key: string;
  title: string | null;
}
export interface DuplicateGroup<Page> {
  reason: 'title' | 'address';
  pages: Page[];
}

/** More pages of one title: it is the site's name, or says nothing (`Untitled`). */
const NAMESAKES = 8;

/** @returns groups of two pages or more; by address first, and by title what no address explains */
export function findDuplicates<Page extends PageLike>(pages: Page[]): DuplicateGroup<Page>[] {
  const byAddress = group(pages, ({ key }) => foldKey(key));
  const byTitle = group(pages, ({ title }) => foldTitle(title)).filter(
    (found) => found.length <= NAMESAKES && new Set(found.map(({ key }) => foldKey(key))).size > 1,
  );
  return [
    ...byAddress.map((found) => ({ reason: 'address' as const, pages: found })),
    ...byTitle.map((found) => ({ reason: 'title' as const, pages: found })),
  ];
}

function group<Page>(pages: Page[], trait: (page: Page) => string): Page[][] {
  const groups = new Map<string, Page[]>();
  for (const page of pages) {
    const name = trait(page);
    const found = groups.get(name);
    if (found) found.push(page);
    else groups.set(name, [page]);
  }
  groups.delete('');
  return [...groups.values()].filter((found) => found.length > 1);
}

const foldTitle = (title: string | null): string =>
  (title ?? '').normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();

/** Hosts of the same site for small screens. */
const SMALL_HOSTS = /^(https:\/\/)(?:m|amp|mobile)\.(?=[^/]+\.)/;
/** Parts of an article, forms of it, and how its comments are shown. */
const PARAMETERS = /^(?:amp|outputtype|print|page|paged|cpage|replytocom|share|lang|nocache|preview|v)(?:=|$)/;
const ENDINGS = /(?:\/(?:amp|print|feed|page\/\d+|comment-page-\d+)|\.(?:html?|xhtml|php|aspx?|amp))$/;

/** An address without what seldom tells pages apart. */
function foldKey(key: string): string {
  const [address = '', ...rest] = key.toLowerCase().split('?');
  let path = address.replace(SMALL_HOSTS, '$1');
  while (ENDINGS.test(path)) path = path.replace(ENDINGS, '');
  const kept = rest
    .join('?')
    .split('&')
    .filter((part) => part !== '' && !PARAMETERS.test(part));
  return `${path.replace(/\/$/, '')}?${kept.join('&')}`;
}
