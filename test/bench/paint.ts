/**
 * In a real Chromium: when readers see the first and the last comment, and how long the page's main thread is busy, for our
 * widget, the same thread as static HTML, and a bare Preact list, in turns; then the first comment on a slow profile.
 */
import type { Browser, Page } from 'playwright-core';
import type { Thread } from '../../worker/contract.ts';
import { launchChromium } from '../browser/chromium.ts';
import { type Host, startHost } from './paint-host.ts';
import { buildList, listPage, readDrawn, staticPage, widgetPage } from './paint-pages.ts';
import { type Paint, probe } from './paint-probe.ts';
import { fixed, median, medianRatio, printTable, type Report, whole } from './report.ts';
import { pageUrl, type Stage, threadPath } from './stage.ts';

const SMALL = 50;
const LARGE = 1_000;
const STATIC_TARGET = 1.5;
const SLOW_TARGET = 1.1;
/** A thread answer holds so many at most. */
const LARGEST_ANSWER = '200';

/** The pages the stage must have. */
export const PAINTED = [SMALL, LARGE].map((comments) => ({ url: threadUrl(comments), comments, short: true }));

function threadUrl(comments: number): string {
  return pageUrl(`paint/${comments}`);
}

const KINDS = ['ours', 'static', 'list'] as const;
type Kind = (typeof KINDS)[number];
const NAMES: Record<Kind, string> = { ours: 'our widget', static: 'static HTML', list: 'bare Preact list' };
type Looks = Record<Kind, Paint[]>;

export interface PaintHosts {
  /** A blog. */
  pages: Host;
  /** Script and API. */
  api: Host;
  close(): Promise<void>;
}

/** @param ours where our worker answers; asked late, as it starts after the hosts that it must know */
export async function startPaintHosts(ours: () => string): Promise<PaintHosts> {
  const pages = await startHost();
  const api = await startHost(ours);
  return { pages, api, close: async () => void (await Promise.all([pages.close(), api.close()])) };
}

export async function measurePaint(
  stage: Stage,
  hosts: PaintHosts,
  report: Report,
  rounds: { small: number; large: number; slow: number },
): Promise<void> {
  const browser = await launchChromium();
  try {
    hosts.api.content.set('/list.js', { type: 'text/javascript', body: await buildList() });
    const small = await measureSize(stage, hosts, browser, SMALL, rounds.small, false);
    const large = await measureSize(stage, hosts, browser, LARGE, rounds.large, false);
    const slow = await measureSize(stage, hosts, browser, SMALL, rounds.slow, true);
    print(report, `Paint, ${SMALL} comments, medians of ${rounds.small} fresh contexts in turns`, small, 'static');
    print(report, `Paint, ${whole(LARGE)} comments, medians of ${rounds.large}`, large, 'static', [
      'static HTML is what our widget drew, saved with its styles: the same elements, without script',
    ]);
    print(
      report,
      `Paint, ${SMALL} comments, slow: 150 ms, 1.6 Mbit/s, CPU ÷ 4, medians of ${rounds.slow}`,
      slow,
      'list',
      ['pages, scripts and JSON are compressed alike, by a small server in front of the local worker, which does not'],
    );
    const painted = medianRatio(pick(large.ours, 'lastMs'), pick(large.static, 'lastMs'));
    const first = medianRatio(pick(slow.ours, 'firstMs'), pick(slow.list, 'firstMs'));
    report.verdicts.push(
      {
        what: `${whole(LARGE)} comments painted, of the static page`,
        target: `≤ ${STATIC_TARGET}`,
        measured: fixed(painted),
        ok: painted <= STATIC_TARGET,
        firm: false,
      },
      {
        what: 'first comment on the slow profile, of a bare Preact list',
        target: `≤ ${SLOW_TARGET}`,
        measured: fixed(first),
        ok: first <= SLOW_TARGET,
        firm: false,
      },
    );
  } finally {
    await browser.close();
  }
}

async function measureSize(
  stage: Stage,
  { pages, api }: PaintHosts,
  browser: Browser,
  comments: number,
  rounds: number,
  slow: boolean,
): Promise<Looks> {
  const canonical = threadUrl(comments);
  const ids = await findEnds(stage, canonical);
  const serve = (kind: Kind, body: string) => pages.content.set(`/${kind}/${comments}`, { type: 'text/html', body });
  serve('ours', widgetPage(canonical, api.url, comments));
  serve('list', listPage(canonical, api.url));
  const address = (kind: Kind) =>
    `${pages.url}/${kind}/${comments}${kind === 'list' && comments > SMALL ? `#${LARGEST_ANSWER}` : ''}`;
  // The first look also warms the worker up, and shows that ours draws every comment.
  await probe(browser, address('ours'), ids, {
    after: async (page) => {
      const drawn = await readThread(page, comments);
      serve('static', staticPage(canonical, drawn));
    },
  });
  const looks: Looks = { ours: [], static: [], list: [] };
  for (let round = 0; round < rounds; round++)
    for (const kind of round % 2 ? KINDS.toReversed() : KINDS)
      looks[kind].push(await probe(browser, address(kind), ids, { slow }));
  return looks;
}

/** @throws Error when the widget shows fewer comments than there are */
async function readThread(page: Page, comments: number): Promise<{ html: string; css: string }> {
  const drawn = await page.evaluate(readDrawn);
  const shown = drawn.html.match(/ id="comment-/g)?.length ?? 0;
  if (shown !== comments) throw new Error(`The widget shows ${shown} of ${comments} comments.`);
  return drawn;
}

/** Ids of the first and the last comment of a thread. */
async function findEnds({ ours, token }: Stage, url: string): Promise<{ first: string; last: string }> {
  const ids: string[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const query: Record<string, string> = { limit: LARGEST_ANSWER, ...(after && { after }) };
    const answer = await fetch(ours + threadPath(url, query), { headers: token });
    const { comments, next } = (await answer.json()) as Thread;
    ids.push(...comments.map((comment) => comment.id));
    after = next;
  }
  return { first: ids[0]!, last: ids.at(-1)! };
}

const pick = (paints: Paint[], key: keyof Paint) => paints.map((paint) => paint[key]);

/** @param floor what the ratios are to */
function print(report: Report, title: string, looks: Looks, floor: Kind, notes: string[] = []): void {
  const keys = ['firstMs', 'lastMs', 'busyMs'] as const;
  printTable(
    report,
    title,
    ['page', 'first ms', 'last ms', 'main thread ms', 'first', 'last', 'main thread'],
    KINDS.map((kind) => [
      NAMES[kind],
      ...keys.map((key) => whole(median(pick(looks[kind], key)))),
      ...keys.map((key) =>
        kind === floor ? '1' : fixed(medianRatio(pick(looks[kind], key), pick(looks[floor], key))),
      ),
    ]),
    [`the last three columns are of the ${NAMES[floor]}`, ...notes],
  );
}
