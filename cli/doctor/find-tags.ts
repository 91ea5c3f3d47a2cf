/** Which script tags of a page are Afterword's, and which conversations they make: as the widget itself goes about it. */
import { parseAddress } from './address.ts';
import { isInsideHost } from './inside.ts';
import type { PageFacts, Tag, Thread } from './page-facts.ts';
import type { Markup, Page } from './read-page.ts';
import { type Visit, VisitError, visit } from './visit.ts';

/** Other systems have an embed.js too: that many are looked at. */
const MAX_TAGS = 5;
const MAX_THREADS = 10;
const MAX_BYTES = 1_000_000;
/** What every embed.js of ours has in it: the name of the element. */
const MARK = 'afterword-thread';

export interface Surroundings {
  url: URL;
  /** Where the page says that addresses begin. */
  page: Page;
  /** The page came from the public network: what it names inside is not asked, except the owner's own instance. */
  publicOnly: boolean;
  server: string | undefined;
  isInside?: (address: string) => boolean;
}

export const mayAskInside = (address: URL, { publicOnly, server }: Surroundings): boolean =>
  !publicOnly || address.origin === server;

export async function findTags(around: Surroundings): Promise<Tag[]> {
  const candidates = listScripts(around.page, /\/embed\.js$/).slice(0, MAX_TAGS);
  const asked = new Map<string, Promise<Visit | VisitError>>();
  const tags = await Promise.all(
    candidates.map(async ({ markup, src }): Promise<Tag> => {
      const answer = await (asked.get(src.href) ?? keep(asked, src, load(src, around)));
      const isVisit = !(answer instanceof VisitError);
      return {
        ...markup,
        src,
        get: (name) => markup.attributes.get(name) ?? null,
        answer: isVisit ? answer : answer.message,
        isInside: (!isVisit && answer.trouble === 'inside') || (around.publicOnly && isInsideHost(src.hostname)),
        isOurs: isVisit && answer.status < 300 && answer.body.includes(MARK),
      };
    }),
  );
  const ours = tags.filter((tag) => tag.isOurs || tag.src.origin === around.server);
  if (ours.length > 0) return ours;
  // One that cannot be loaded may be anybody's; when there is no other it is likely meant.
  const isSilent = ({ answer }: Tag) => typeof answer === 'string' || answer.status >= 300;
  return tags.filter((tag) => isSilent(tag) || around.page.threads.length > 0);
}

export function findCounters({ page, server }: Surroundings, tags: Tag[]): Tag[] {
  const origins = new Set([server, ...tags.map(({ src }) => src.origin)]);
  return listScripts(page, /\/count\.js$/)
    .filter(({ src }) => origins.has(src.origin) || tags.length === 0)
    .map(({ markup, src }) => ({
      ...markup,
      src,
      get: (name) => markup.attributes.get(name) ?? null,
      answer: '',
      isInside: false,
      isOurs: true,
    }));
}

/** Elements make conversations; where there are none, the first tag makes one in its place. */
export function findThreads({ page, url }: Surroundings, tags: Tag[]): Thread[] {
  const script = tags[0];
  const source = (markup: Markup, where: string, prefix: string): Thread => {
    const get = (name: string) => markup.attributes.get(prefix + name) ?? null;
    const canonical = page.canonicals[0]
      ? (parseAddress(page.canonicals[0], page.base)?.href ?? page.canonicals[0])
      : '';
    const named = get('url') || canonical;
    return {
      where,
      get,
      api: parseAddress(get('api') || '/api/v1', get('api') ? page.base : (script?.src ?? url)),
      url: parseAddress(named, url),
      from: get('url') ? 'url' : canonical ? 'canonical' : 'address',
      answer: undefined,
    };
  };
  if (page.threads.length > 0)
    return page.threads.slice(0, MAX_THREADS).map((element, i) => source(element, `<afterword-thread> ${i + 1}`, ''));
  return script ? [source(script, 'the tag', 'data-')] : [];
}

function listScripts(page: PageFacts['page'], path: RegExp): { markup: Markup; src: URL }[] {
  return page.scripts.flatMap((markup) => {
    const src = parseAddress(markup.attributes.get('src')!.trim(), page.base);
    return src && path.test(src.pathname) ? [{ markup, src }] : [];
  });
}

function keep<T>(asked: Map<string, Promise<T>>, { href }: URL, answer: Promise<T>): Promise<T> {
  asked.set(href, answer);
  return answer;
}

async function load(src: URL, around: Surroundings): Promise<Visit | VisitError> {
  try {
    return await visit(src, {
      accept: '*/*',
      headers: { Origin: around.url.origin, 'Sec-Fetch-Dest': 'script', 'Sec-Fetch-Site': 'cross-site' },
      maxBytes: MAX_BYTES,
      publicOnly: !mayAskInside(src, around),
      ...(around.isInside && { isInside: around.isInside }),
    });
  } catch (error) {
    if (error instanceof VisitError) return error;
    throw error;
  }
}
