/** A plan in words: for a person who has to say whether that is what they want. */
import { FORMATS } from '../../worker/contract-transfer.ts';
import { formatCount, formatNumber } from '../output/format.ts';
import { harmlessLine } from '../output/harmless.ts';
import { drawTable } from '../output/table.ts';
import type { Plan } from './plan.ts';
import type { PlannedPage } from './stage/plan-store.ts';
import type { Tallied } from './stage/tally.ts';

const SHOWN_PAGES = 20;
const SHOWN_PROBLEMS = 10;
/** A URL's host may also be `$(reboot)`, and what is shown to be typed is pasted into a shell. */
const PLAIN_HOST = /^[\w.-]+(?::\d+)?$/;

export function showPlan(plan: Plan): string {
  const landing = plan.pages.filter(({ problem }) => problem === null);
  const added = plan.comments - plan.present;
  const blocks = [
    `${harmlessLine(plan.file)}: ${FORMATS[plan.format]}. For the site ${plan.site} at ${plan.server}: ${formatCount(plan.comments, 'comment')} on ${formatCount(landing.length, 'page')}, ${formatNumber(added)} of them new.`,
    drawPages(landing),
    drawSums(plan),
    ...listed('Kept as they are, but look', [...plan.orphans, ...plan.odd]),
    ...listed('Left out', plan.skipped),
    ...describeNowhere(plan),
  ];
  if (plan.broken) {
    const partial = plan.comments > 0 ? '\n  What came before can be imported with --partial.' : '';
    blocks.push(`The file cannot be read any further: ${plan.broken.message}${partial}`);
  }
  return blocks.filter((block) => block !== '').join('\n\n');
}

function drawPages(pages: PlannedPage[]): string {
  if (pages.length === 0) return '';
  const shown = [...pages].sort((a, b) => b.comments - a.comments).slice(0, SHOWN_PAGES);
  const rows = shown.map(({ from, url, existing, comments, present }) => [
    from.length > 1 ? `${from[0]} and ${formatNumber(from.length - 1)} more` : from[0]!,
    url === from[0] ? 'the same' : url!,
    existing ? formatCount(existing.count, 'comment') : 'new',
    formatNumber(comments),
    formatNumber(comments - present),
  ]);
  const table = drawTable(
    [
      { title: 'Page' },
      { title: 'Lands on' },
      { title: 'Has' },
      { title: 'Comments', right: true },
      { title: 'New', right: true },
    ],
    rows,
  );
  const more = pages.length - shown.length;
  return more > 0 ? `${table}\n… and ${formatCount(more, 'more page', 'more pages')}; --json lists all.` : table;
}

function drawSums(plan: Plan): string {
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${formatNumber(count)}`)
      .join(', ');
  const { count, withEmail, withAccount } = plan.authors;
  const kinds = Object.keys(plan.byKind).some((kind) => kind !== 'comment') ? `Kinds    ${list(plan.byKind)}` : '';
  const lines = [
    plan.comments > 0 && `Status   ${list(plan.byStatus)}`,
    kinds,
    count > 0 &&
      `Authors  ${formatNumber(count)}, ${formatNumber(withEmail)} with an e-mail address, ${formatNumber(withAccount)} with an account`,
    plan.pagesWithoutComments > 0 &&
      `${formatCount(plan.pagesWithoutComments, 'page')} without comments: nothing to import.`,
  ];
  return lines.filter(Boolean).join('\n');
}

function listed(title: string, tallied: Tallied[]): string[] {
  if (tallied.length === 0) return [];
  const lines = tallied.map(({ reason, count, examples }) => {
    const shown = examples.map((example) => harmlessLine(example)).join(', ');
    return `  ${formatNumber(count)} × ${harmlessLine(reason)}: ${shown}${count > examples.length ? ' …' : ''}`;
  });
  return [`${title}:\n${lines.join('\n')}`];
}

/** What to do about pages that land nowhere. */
function describeNowhere({ pages, unknownHosts, site }: Plan): string[] {
  const blocks = unknownHosts.slice(0, SHOWN_PROBLEMS).map(({ host, pages: count, comments }) => {
    const what = `${formatCount(count, 'page')} of ${harmlessLine(host)} (${formatCount(comments, 'comment')}): the site ${site} has no such address.`;
    if (!PLAIN_HOST.test(host)) return what;
    return `${what} Either\n  npx afterword sites add-origin ${site} https://${host}\n  --map https://${host}=https://… if they have moved`;
  });
  const of = (problem: string) => pages.filter((page) => page.problem === problem);
  const noBase = of('no_base');
  if (noBase.length > 0) {
    blocks.push(
      `${formatCount(noBase.length, 'page')} without a host, such as ${harmlessLine(noBase[0]!.from[0]!)}: say where they are with --base https://…`,
    );
  }
  const unusable = pages.filter(
    ({ problem }) => problem !== null && problem !== 'no_base' && problem !== 'origin_not_allowed',
  );
  if (unusable.length > 0) {
    const shown = unusable
      .slice(0, SHOWN_PROBLEMS)
      .map(({ from, problem }) => `  ${harmlessLine(from[0]!).slice(0, 200)} (${problem})`);
    blocks.push(
      `${formatCount(unusable.length, 'page')} with an address that is none; --moves FILE.csv can name the right one:\n${shown.join('\n')}${unusable.length > shown.length ? '\n  …' : ''}`,
    );
  }
  if (blocks.length > 0) blocks.push('--skip-unknown leaves these pages out.');
  return blocks;
}
