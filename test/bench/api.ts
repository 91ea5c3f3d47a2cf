/**
 * Requests a second and answering times of reading a thread and of posting, ours and the floor's in turns. Every read of
 * ours goes to D1, as a token passes the edge cache by; what the edge cache answers is measured apart.
 */
import type { Thread } from '../../worker/contract.ts';
import { type Ask, ask, CONNECTIONS, type Load, load } from './load.ts';
import { fixed, median, medianRatio, printTable, type Report, whole } from './report.ts';
import { pageUrl, type Stage, threadPath } from './stage.ts';

const READ_TARGET = 0.6;
const FLAT_TARGET = 0.9;
const WARM_UP_MS = 700;

interface Series {
  name: string;
  status: number;
  next: () => Ask;
  loads: Load[];
  /** What it is set against; itself none. */
  floor?: Series;
}

export async function measureApi(
  stage: Stage,
  report: Report,
  times: { rounds: number; roundMs: number },
): Promise<void> {
  const reads = await Promise.all(stage.sizes.map((size) => prepareReads(stage, size)));
  const posts = preparePosts(stage, await readOne(stage));
  const first = reads[0]!;
  const series = [...reads.flatMap(({ ours, floor }) => [ours, floor]), first.unchanged, first.cached, ...posts];
  for (const each of series) await load(each.next, each.status, WARM_UP_MS);
  for (let round = 0; round < times.rounds; round++) {
    // There and back, so that a machine that slows down slows all alike.
    for (const each of round % 2 ? series.toReversed() : series)
      each.loads.push(await load(each.next, each.status, times.roundMs));
  }
  const rates = ({ loads }: Series) => loads.map((one) => one.requestsPerSecond);
  const ratio = (above: Series, below: Series) => medianRatio(rates(above), rates(below));
  printTable(
    report,
    `API, ${CONNECTIONS} connections, medians of ${times.rounds} rounds in turns`,
    ['request', 'requests/s', 'of floor', 'p50 ms', 'p99 ms'],
    series.map((each) => [
      each.name,
      whole(median(rates(each))),
      each.floor ? fixed(ratio(each, each.floor)) : '1',
      fixed(median(each.loads.map((one) => one.p50Ms)), 1),
      fixed(median(each.loads.map((one) => one.p99Ms)), 1),
    ]),
    [
      'the floor returns the same bytes with one D1 statement, and has no framework, checks, limits or static files beside it',
      'unchanged and cached answers are set against the floor of the whole answer; the local edge cache is simulated too',
      'p99 under the local D1 simulator is noise',
    ],
  );
  const ratios = reads.map(({ ours, floor }) => ratio(ours, floor));
  const small = first.ours;
  const large = reads[stage.sizes.indexOf(10_000)]!.ours;
  const flat = ratio(large, small);
  report.verdicts.push(
    {
      what: 'reading a thread, of the floor',
      target: `≥ ${READ_TARGET}`,
      measured: ratios.map((each, i) => `${fixed(each)} (${whole(stage.sizes[i]!)})`).join(', '),
      ok: Math.min(...ratios) >= READ_TARGET,
      firm: false,
    },
    {
      what: 'reading a thread, 10,000 comments against 100',
      target: `≥ ${FLAT_TARGET}`,
      measured: fixed(flat),
      ok: flat >= FLAT_TARGET,
      firm: false,
    },
  );
}

/** @throws Error when the floor does not answer the very same bytes */
async function prepareReads({ ours: host, floor: floorHost, token }: Stage, size: number) {
  const url = host + threadPath(pageUrl(size));
  const answer = await ask({ url, headers: token });
  const rows = (JSON.parse(answer.body) as Thread).comments.length + 1;
  const floorUrl = `${floorHost}/?${new URLSearchParams({ page: pageUrl(size), rows: String(rows) })}`;
  if ((await ask({ url: floorUrl })).body !== answer.body)
    throw new Error(`The floor answers other bytes than ours for ${size} comments.`);
  const tag = { ...token, 'If-None-Match': String(answer.headers.etag) };
  const name = `thread of ${whole(size)}`;
  const floor: Series = { name: '  floor', status: 200, next: () => ({ url: floorUrl }), loads: [] };
  const series = (more: string, status: number, next: Series['next']): Series => ({
    name: `${name}${more}`,
    status,
    next,
    loads: [],
    floor,
  });
  return {
    floor,
    ours: series('', 200, () => ({ url, headers: token })),
    unchanged: series(', unchanged (304)', 304, () => ({ url, headers: tag })),
    cached: series(', from the edge cache', 200, () => ({ url })),
  };
}

/** @param row what the floor stores and answers: a comment as ours answers it */
function preparePosts({ ours: host, floor: floorHost, token }: Stage, row: string): Series[] {
  const headers = { ...token, 'Content-Type': 'application/json' };
  const { author, html } = JSON.parse(row) as { author: { name: string }; html: string };
  const body = JSON.stringify({
    url: pageUrl('load'),
    author: { name: author.name },
    body: html.replace(/<[^>]*>/g, ''),
  });
  const floor: Series = {
    name: '  floor',
    status: 201,
    next: () => ({ url: floorHost, method: 'POST', headers, body: row }),
    loads: [],
  };
  const ours: Series = {
    name: 'post',
    status: 201,
    next: () => ({
      url: `${host}/api/v1/comments`,
      method: 'POST',
      headers: { ...headers, 'Idempotency-Key': crypto.randomUUID() },
      body,
    }),
    loads: [],
    floor,
  };
  return [ours, floor];
}

async function readOne({ ours, token, sizes }: Stage): Promise<string> {
  const answer = await ask({ url: ours + threadPath(pageUrl(sizes[0]!)), headers: token });
  return JSON.stringify((JSON.parse(answer.body) as Thread).comments[0]);
}
