/**
 * The queue, and the search in it, over very many comments: the same questions to two servers in turns, one of which has a
 * hundred times as many. What a moderator waits for must not grow with them.
 */
import { mkdir } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { applySchema } from '../../cli/database.ts';
import { startServer } from '../../cli/server.ts';
import { siteSql } from '../../cli/site-sql.ts';
import { ask } from './load.ts';
import { type Filled, fillQueue, RARE } from './queue-fill.ts';
import { fixed, median, medianRatio, printTable, type Report, whole } from './report.ts';

const TARGET = 1.5;
/** Rows that one more level of an index, or a list that is not quite as long, may cost. */
const SPARE = 50;
const SITE = 'bench';
const UNLIMITED = { post: 1_000_000, read: 1_000_000 };
const WARM_UPS = 3;

/** Paths below /api/v1/admin. */
const QUESTIONS: [name: string, path: (filled: Filled) => string][] = [
  ['queue', () => `comments?${of({ status: 'pending' })}`],
  ['queue, oldest first', () => `comments?${of({ status: 'pending', sort: 'oldest' })}`],
  ['queue, of all sites', () => 'comments?status=pending'],
  ['queue, of one phase', () => `comments?${of({ status: 'pending', phase: 'bayes' })}`],
  ['spam, by date', ({ from, to }) => `comments?${of({ status: 'spam', from, to })}`],
  ['everything', () => `comments?${of({})}`],
  ['reported', () => `comments?${of({ flagged: 'true' })}`],
  ['of an author', ({ author }) => `comments?${of({ author })}`],
  ['of a page', ({ page }) => `comments?${of({ page })}`],
  ['one, with its context', ({ pending }) => `comments/${pending}`],
  ['search, a rare word', () => `comments?${of({ q: RARE.word })}`],
  ['search, a common word', () => `comments?${of({ q: 'nothing' })}`],
  ['search, common, oldest first', () => `comments?${of({ q: 'nothing', sort: 'oldest' })}`],
  ['search, two words', () => `comments?${of({ q: 'have been' })}`],
  ['search among spam', () => `comments?${of({ q: 'nothing', status: 'spam' })}`],
  ['search on a page', ({ page }) => `comments?${of({ q: 'nothing', page })}`],
];
const of = (params: Record<string, string>) => new URLSearchParams({ site: SITE, ...params });

interface Place {
  size: number;
  url: string;
  token: { Authorization: string };
  filled: Filled;
  kill(): Promise<void>;
}

export async function measureModeration(
  folder: string,
  assets: string,
  report: Report,
  { sizes, rounds }: { sizes: [number, number]; rounds: number },
): Promise<void> {
  const places: Place[] = [];
  try {
    for (const size of sizes) places.push(await openPlace(folder, assets, size));
    await measure(places as [Place, Place], report, rounds);
  } finally {
    await Promise.all(places.map(({ kill }) => kill()));
  }
}

async function openPlace(folder: string, assets: string, size: number): Promise<Place> {
  const persistDir = join(folder, `queue-${size}`);
  await mkdir(persistDir);
  const site = { id: SITE, name: 'Bench', hosts: ['bench.example'] };
  await applySchema({ persistDir }, siteSql(site, 0));
  const started = performance.now();
  const filled = fillQueue(persistDir, SITE, size, Date.now());
  console.log(
    `\nFilled a site with ${whole(size)} comments in ${fixed((performance.now() - started) / 1000, 0)} seconds.`,
  );
  const server = await startServer({ persistDir, limits: UNLIMITED, assets, sites: [site] });
  const token = { Authorization: `Bearer ${server.secrets.ADMIN_TOKEN}` };
  return { size, url: server.url, token, filled, kill: () => server.kill() };
}

interface Asked {
  ms: number;
  read: number;
}

async function measure(places: [Place, Place], report: Report, rounds: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const askOne = async ({ url, token, filled }: Place, path: (filled: Filled) => string): Promise<Asked> => {
    const sent = performance.now();
    const answer = await ask({ url: `${url}/api/v1/admin/${path(filled)}`, headers: token }, agent);
    const ms = performance.now() - sent;
    if (answer.status !== 200) throw new Error(`${path(filled)} answered ${answer.status}: ${answer.body}`);
    return { ms, read: Number(/read=(\d+)/.exec(String(answer.headers['server-timing']))?.[1]) };
  };
  const results = QUESTIONS.map(([name, path]) => ({ name, path, asked: [[], []] as [Asked[], Asked[]] }));
  for (let round = -WARM_UPS; round < rounds; round++)
    // There and back, so that a machine that slows down slows both alike.
    for (const { path, asked } of results)
      for (const i of round % 2 ? [0, 1] : [1, 0]) {
        const one = await askOne(places[i]!, path);
        if (round >= 0) asked[i]!.push(one);
      }
  agent.destroy();
  const told = results.map(({ name, asked: [few, many] }) => ({
    name,
    ratio: medianRatio(times(many), times(few)),
    ms: [few, many].map((series) => median(times(series))),
    read: [few, many].map((series) => median(series.map(({ read }) => read))),
  }));
  const [small, large] = places.map(({ size }) => whole(size));
  printTable(
    report,
    `Moderating, first pages of 50, medians of ${rounds} rounds in turns`,
    ['question', `${small}, ms`, `${large}, ms`, 'ratio', `${small}, rows read`, `${large}, rows read`],
    told.map(({ name, ratio, ms, read }) => [name, ...ms.map((n) => fixed(n, 1)), fixed(ratio), ...read.map(whole)]),
    ['a search first counts whether its other filters leave few, a thousand rows at most'],
  );
  for (const [what, fits] of [
    ['first pages', (name: string) => !name.startsWith('search')],
    ['searches', (name: string) => name.startsWith('search')],
  ] as const) {
    const worst = told.filter(({ name }) => fits(name)).reduce((a, b) => (b.ratio > a.ratio ? b : a));
    report.verdicts.push({
      what: `${what} of ${large} comments, against ${small}`,
      target: `≤ ${TARGET}`,
      measured: `${fixed(worst.ratio)} (${worst.name})`,
      ok: worst.ratio <= TARGET,
      firm: false,
    });
  }
  const grown = told.filter(({ read: [few, many] }) => many! > few! * TARGET + SPARE);
  report.verdicts.push({
    what: 'rows read by moderators',
    target: 'as many',
    measured:
      grown.length === 0 ? 'every question' : grown.map(({ name, read }) => `${name}: ${read.join(' → ')}`).join(', '),
    ok: grown.length === 0,
    firm: true,
  });
}

const times = (series: Asked[]) => series.map(({ ms }) => ms);
