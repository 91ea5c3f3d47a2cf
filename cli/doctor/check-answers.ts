/** Checks of how the page was reached, and of what the API says to it. Pure. */
import { type Finding, find } from './finding.ts';
import { isThisMachine } from './inside.ts';
import { isMixed, type PageFacts, saysHtml, type Thread } from './page-facts.ts';

type Check = (facts: PageFacts) => Finding[];

export const REACH_CHECKS: Check[] = [
  function hasStatus({ visit }) {
    if (visit.status < 400) return [];
    return [
      find(
        'page_status',
        'the page',
        `The page answers ${visit.status}.`,
        'Is the address right? Can it be read without logging in?',
      ),
    ];
  },

  function isHtml({ visit }) {
    if (visit.status >= 400 || saysHtml(visit)) return [];
    const type = visit.headers.get('Content-Type');
    return [
      find(
        'page_not_html',
        'the page',
        `The page comes as ${type}.`,
        'Name the address of a page; it must be sent as:\nContent-Type: text/html; charset=utf-8',
      ),
    ];
  },

  function isWhole({ visit }) {
    if (!visit.cut) return [];
    return [
      find(
        'page_cut',
        'the page',
        'Only the first 5 MB of the page were looked at.',
        'Nothing to do, if the tag stands among them.',
      ),
    ];
  },

  function isSaid({ visit }) {
    const { hops } = visit;
    if (hops.length === 1) return [];
    const what = `Redirected: ${hops.map(({ href }) => href).join(' → ')}.`;
    return [find('redirects', 'the page', what, 'Nothing to do. What follows is about the last one.')];
  },

  function isSecure({ url }) {
    if (url.protocol === 'https:' || isThisMachine(url.hostname)) return [];
    const what = 'The page comes without https: readers can post there, but neither vote, edit nor log in.';
    return [find('page_insecure', 'the page', what, 'Serve it by https, and redirect http there.')];
  },
];

/** Each thread by itself. */
const each =
  (check: (thread: Thread, facts: PageFacts) => Finding | undefined): Check =>
  (facts) => {
    const seen = new Set<string>();
    return facts.threads.flatMap((thread) => {
      const found = check(thread, facts);
      // A page of ten threads has one origin: what is wrong with it is said once.
      if (!found || seen.has(found.code + found.what)) return [];
      seen.add(found.code + found.what);
      return [found];
    });
  };

export const ANSWER_CHECKS: Check[] = [
  each(function answers({ api, answer, where }, { url }) {
    if (!api)
      return find(
        'api_unreachable',
        where,
        'Its api attribute is no address.',
        'Remove it: the API is where embed.js comes from.',
      );
    if (answer?.kind !== 'silent' || answer.isInside || isMixed(api, url)) return;
    return find(
      'api_unreachable',
      where,
      `The API at ${api.href} cannot be asked: ${answer.why}.`,
      `Is it running? Try it:\nnpx afterword doctor --server ${api.origin}`,
    );
  }),

  each(function worksAtAll({ api, answer, where }) {
    if (answer?.kind !== 'problem' || answer.code === 'origin_not_allowed') return;
    const said = answer.code === 'unknown' ? '' : ` ${answer.code}: ${answer.detail}`;
    const fix =
      answer.status < 500
        ? 'Correct what it names, in the tag or in the canonical link.'
        : `Look at the instance:\nnpx afterword doctor --server ${api?.origin}`;
    return find('api_failing', where, `The API answers ${answer.status}.${said}`, fix);
  }),

  each(function isAskedDirectly({ api, answer, where }) {
    if (!answer || answer.kind === 'silent' || answer.hops === 1) return;
    return find(
      'api_redirects',
      where,
      `The API at ${api?.origin} redirects; browsers do not let writing follow.`,
      'Use the address it leads to in the tag.',
    );
  }),

  each(function mayBeRead({ api, answer, where }, { url }) {
    if (!answer || answer.kind === 'silent' || api?.origin === url.origin) return;
    // Something that stands before the worker answered: worksAtAll says so.
    if (answer.kind === 'problem' && answer.code === 'unknown') return;
    if (answer.cors === '*' || answer.cors === url.origin) return;
    const what = `The API does not let pages of ${url.origin} read its answers (CORS): it says ${answer.cors ?? 'nothing'}.`;
    return find(
      'api_cors',
      where,
      what,
      'Afterword sends this header; have what stands before the worker let it through:\nAccess-Control-Allow-Origin: *',
    );
  }),

  each(function isLetIn({ answer, plain, siteless, url: address, get, where }, { url, server, sites }) {
    if (answer?.kind !== 'problem' || answer.code !== 'origin_not_allowed') return;
    if (plain?.kind === 'problem') {
      const what = `No site lists ${url.origin}: no conversation appears on its pages.`;
      return find('origin_unregistered', where, what, `Add it:\n${addOrigin(url.origin, server, sites)}`);
    }
    if (siteless?.kind === 'thread') {
      const known = sites ? ` There is: ${sites.map(({ id }) => id).join(', ')}.` : '';
      return find(
        'site_wrong',
        where,
        `site="${get('site')}" is not the site of this page.${known}`,
        'Correct the attribute, or remove it: the site is found by the page’s host.',
      );
    }
    const what = `Its address is ${address?.href}, and the page is of ${url.origin}: the two belong to no one site.`;
    return find(
      'address_unregistered',
      where,
      what,
      `Correct the address (canonical link or url attribute), or add its host to the same site:\n${addOrigin(address?.origin ?? url.origin, server, sites)}`,
    );
  }),
];

function addOrigin(origin: string, server: string | undefined, sites: PageFacts['sites']): string {
  const site = sites?.length === 1 ? sites[0]!.id : 'SITE';
  return `npx afterword sites add-origin ${site} ${origin}${server ? ` --server ${server}` : ''}`;
}
