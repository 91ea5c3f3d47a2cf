/** Checks of which page the conversation belongs to: canonical link, attributes, variants of the address. Pure. */
import { escapeAttribute, parseAddress } from './address.ts';
import { type Finding, find } from './finding.ts';
import type { PageFacts } from './page-facts.ts';

type Check = (facts: PageFacts) => Finding[];

const CANONICAL = 'link rel=canonical';
const bareHost = ({ host }: URL): string => host.replace(/^www\./, '').replace(/:(?:80|443)$/, '');
/** Without what the server overlooks anyway: scheme, www., index files, slashes. */
const place = (url: URL): string =>
  `${bareHost(url)}${url.pathname.replace(/\/index\.(?:html?|php)$/, '/').replace(/\/+$/, '')}`;
const paste = (url: URL): string =>
  `<link rel="canonical" href="${escapeAttribute(url.origin + url.pathname + url.search)}">`;

/** Only where the link decides. */
const whereItCounts =
  (check: (canonical: URL, facts: PageFacts) => Finding | undefined): Check =>
  (facts) => {
    const [first] = facts.page.canonicals;
    if (first === undefined || !facts.threads.some(({ from }) => from === 'canonical')) return [];
    const canonical = parseAddress(first, facts.page.base);
    return canonical ? [check(canonical, facts) ?? []].flat() : [];
  };

export const ADDRESS_CHECKS: Check[] = [
  function hasCanonical({ page, threads, url }) {
    if (page.canonicals.length > 0 || !threads.some((thread) => thread.from === 'address' && !thread.get('page-id')))
      return [];
    const what = 'The page has no canonical link: its conversation goes by the address bar.';
    return [
      find('canonical_missing', CANONICAL, what, `If the page answers at several addresses, name one:\n${paste(url)}`),
    ];
  },

  function isAddress({ page, url }) {
    const [first] = page.canonicals;
    if (first === undefined || first === '') return [];
    if (parseAddress(first, page.base)) return [];
    return [
      find(
        'canonical_invalid',
        CANONICAL,
        `“${first}” is no web address: no conversation can belong to it.`,
        `Correct it:\n${paste(url)}`,
      ),
    ];
  },

  function isOne({ page }) {
    const different = new Set(page.canonicals.map((href) => parseAddress(href, page.base)?.href ?? href));
    if (different.size < 2) return [];
    const [first, second] = different;
    const what = `There are ${different.size} different ones. The first counts (${first}); search engines may take ${second}.`;
    return [find('canonical_several', CANONICAL, what, 'Keep one.')];
  },

  whereItCounts((canonical, { url }) => {
    if (bareHost(canonical) === bareHost(url)) return;
    const what = `It names a page of another host, ${canonical.href}: the conversation is that page’s.`;
    return find('canonical_elsewhere', CANONICAL, what, `If this page shall have its own:\n${paste(url)}`);
  }),

  whereItCounts((canonical, { url }) => {
    const isHome =
      place(canonical) === bareHost(canonical) && canonical.search === '' && !/^#[!/]/.test(canonical.hash);
    if (!isHome || bareHost(canonical) !== bareHost(url) || (place(url) === bareHost(url) && url.search === '')) return;
    const what = 'It names the home page: every page that does shares one conversation.';
    return find('canonical_home', CANONICAL, what, `Have your template name each page itself:\n${paste(url)}`);
  }),

  whereItCounts((canonical, { url }) => {
    if (
      bareHost(canonical) !== bareHost(url) ||
      place(canonical) === place(url) ||
      place(canonical) === bareHost(canonical)
    )
      return;
    return find(
      'canonical_other_page',
      CANONICAL,
      `It names ${canonical.href}: the conversation is that page’s.`,
      `Right for a part or a variant of that page. If this one shall have its own:\n${paste(url)}`,
    );
  }),

  function attributeDiffers({ page, threads }) {
    const [first] = page.canonicals;
    const canonical = first === undefined ? undefined : parseAddress(first, page.base);
    // Several elements are meant to have addresses of their own.
    const [thread] = threads;
    if (!canonical || !thread?.url || threads.length > 1 || thread.from !== 'url') return [];
    if (place(thread.url) === place(canonical) || thread.get('page-id')) return [];
    const what = `Its url attribute names ${thread.url.href}, the canonical link ${canonical.href}. The attribute counts.`;
    return [
      find('address_overrides', thread.where, what, 'Nothing to do if you mean that; else remove the attribute.'),
    ];
  },

  function ogUrlAgrees({ page, url }) {
    const og = parseAddress(page.ogUrl ?? '', page.base);
    const canonical = parseAddress(page.canonicals[0] ?? '', page.base) ?? url;
    if (!page.ogUrl || !og || place(og) === place(canonical)) return [];
    const what = `It names ${og.href}, the page itself ${canonical.href}. Conversations do not go by it, but shared links do.`;
    return [
      find(
        'og_url_differs',
        'meta property=og:url',
        what,
        `Let both name the same:\n<meta property="og:url" content="${escapeAttribute(canonical.href)}">`,
      ),
    ];
  },

  function baseIsHere({ page, url, tags }) {
    if (page.baseHref === null || page.base.origin === url.origin) return [];
    const relative = (text: string | undefined | null) => !!text && !URL.canParse(text) && !text.startsWith('//');
    const moved = [
      ...(relative(page.canonicals[0]) ? ['the canonical link'] : []),
      ...(tags.some((tag) => relative(tag.get('src'))) ? ['the tag'] : []),
    ];
    if (moved.length === 0) return [];
    const what = `It makes ${moved.join(' and ')} relative to ${page.base.origin}.`;
    return [
      find(
        'base_elsewhere',
        `<base href="${page.baseHref}">`,
        what,
        'Write whole addresses, with https://, where that is not meant.',
      ),
    ];
  },

  function variantsAreOne({ variants, url }) {
    if (variants.length === 0) return [];
    const what = `The same page answers at ${variants[0]!.href}, where it has a conversation of its own.`;
    return [
      find(
        'variants_split',
        'the page',
        what,
        `Redirect one address to the other, or name one on both:\n${paste(url)}`,
      ),
    ];
  },
];
