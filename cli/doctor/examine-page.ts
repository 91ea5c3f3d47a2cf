/** One page: fetches it, collects what is known of it, and lets the checks speak, in the order in which things go wrong. */
import { askThread } from './ask-thread.ts';
import { ADDRESS_CHECKS } from './check-address.ts';
import { ANSWER_CHECKS, REACH_CHECKS } from './check-answers.ts';
import { ATTRIBUTE_CHECKS } from './check-attributes.ts';
import { checkPolicies } from './check-csp.ts';
import { TAG_CHECKS } from './check-tag.ts';
import { readClock } from './examine-instance.ts';
import { findCounters, findTags, findThreads, mayAskInside, type Surroundings } from './find-tags.ts';
import { findVariants } from './find-variants.ts';
import { type Code, type Finding, find } from './finding.ts';
import type { Clock } from './instance-facts.ts';
import type { PageFacts, SiteLike, Thread } from './page-facts.ts';
import { type Page, readPage, TooDeep } from './read-page.ts';
import { type Visit, VisitError, visit } from './visit.ts';

const MAX_BYTES = 5_000_000;
const PAGE_ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const CHECKS = [
  ...REACH_CHECKS,
  ...TAG_CHECKS,
  ...ATTRIBUTE_CHECKS,
  ...ANSWER_CHECKS,
  checkPolicies,
  ...ADDRESS_CHECKS,
];

export interface Known {
  server: string | undefined;
  sites: SiteLike[] | undefined;
  isInside?: (address: string) => boolean;
}

export interface PageReport {
  /** As asked for. */
  url: string;
  /** Where redirects ended; null when nothing came. */
  address: string | null;
  /** The instance that its tag names; null when it names none. */
  instance: string | null;
  findings: Finding[];
  /** It came from the public network. */
  isPublic: boolean;
  clock: Clock | undefined;
}

export async function examinePage(asked: URL, known: Known): Promise<PageReport> {
  const nothing = { url: asked.href, address: null, instance: null, isPublic: true, clock: undefined };
  let answer: Visit;
  let page: Page;
  try {
    answer = await visit(asked, { accept: PAGE_ACCEPT, maxBytes: MAX_BYTES, ...inside(known) });
    page = readPage(answer.body, answer.url);
  } catch (error) {
    if (error instanceof TooDeep) {
      const what = 'The page is nested deeper than any browser goes.';
      return { ...nothing, findings: [find('page_unreadable', 'the page', what, 'Is this the address of a page?')] };
    }
    if (error instanceof VisitError) return { ...nothing, findings: [explainSilence(error)] };
    throw error;
  }
  const facts = await collect(answer, page, known);
  return {
    url: asked.href,
    address: facts.url.href,
    instance: facts.threads[0]?.api?.origin ?? facts.tags[0]?.src.origin ?? null,
    findings: CHECKS.flatMap((check) => check(facts)),
    isPublic: answer.isPublic,
    clock: readClock(answer),
  };
}

async function collect(answer: Visit, page: Page, known: Known): Promise<PageFacts> {
  const { server, sites } = known;
  const { url } = answer;
  const around: Surroundings = { url, page, publicOnly: answer.isPublic, server, ...inside(known) };
  const tags = await findTags(around);
  // Without a tag nothing is asked, whatever else there is.
  const threads = tags.length > 0 ? findThreads(around, tags) : [];
  await Promise.all(threads.map((thread) => askAbout(thread, around)));
  const facts = { visit: answer, url, page, tags, counters: findCounters(around, tags), threads, server, sites };
  return {
    ...facts,
    threads: tags.length > 0 ? threads : findThreads(around, []),
    variants: await findVariants(facts, around),
  };
}

/** As the widget asks; where the page is refused, what of it is to blame is found out by asking for less. */
async function askAbout(thread: Thread, around: Surroundings): Promise<void> {
  const { api, url } = thread;
  if (!api || !url) return;
  const common = { api, origin: around.url.origin };
  const options = { publicOnly: !mayAskInside(api, around), ...inside(around) };
  const [pageId, site] = [thread.get('page-id'), thread.get('site')];
  thread.answer = await askThread({ ...common, url: url.href, pageId, site }, options);
  if (thread.answer.kind !== 'problem' || thread.answer.code !== 'origin_not_allowed') return;
  thread.plain = await askThread({ ...common, url: around.url.href, pageId: null, site: null }, options);
  thread.siteless = await askThread({ ...common, url: url.href, pageId, site: null }, options);
}

const inside = ({ isInside }: { isInside?: (address: string) => boolean }) => (isInside ? { isInside } : {});

const SILENT: Partial<Record<VisitError['trouble'], Code>> = {
  certificate: 'page_certificate',
  redirects: 'redirects_endless',
  inside: 'redirect_inside',
};
const MEND: Partial<Record<Code, string>> = {
  page_certificate: 'Renew the certificate, with the whole chain: readers’ browsers refuse it too.',
  redirects_endless: 'Look for two rules that undo each other, such as http to https in two places.',
  redirect_inside: 'Nothing inside was asked. If that is right, name the last address yourself.',
};

function explainSilence({ trouble, message, hops }: VisitError): Finding {
  const code = SILENT[trouble] ?? 'page_unreachable';
  const [first, last] = [hops[0]!.href, hops.at(-1)!.href];
  const way = first === last ? first : `${first} leads to ${last}`;
  return find(
    code,
    first,
    `${way}: ${message}.`,
    MEND[code] ?? 'Is the address right, and does a browser show the page?',
  );
}
