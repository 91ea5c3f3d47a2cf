/**
 * Notices: a comment on a page with thousands of followers is told to all of them, by real runs over a real connection to a mail
 * server; what each costs in D1, and in computing beside a floor that only sends. And posting, where nobody listens, beside
 * posting where a thousand follow and the mail server hangs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Server } from '../../cli/server.ts';
import { startScriptedServer } from '../mail-server.ts';
import { ask } from './load.ts';
import { findDescendants } from './memory.ts';
import { post, startFollowed } from './notify-stage.ts';
import { measureWriting } from './notify-writing.ts';
import { fixed, printTable, type Report, whole } from './report.ts';

/** D1 queries, and connections and requests, that the free plan allows an invocation. */
const QUERIES = 50;
const MAILS_A_RUN = 25;
const WRITTEN_A_MAIL = 6;
/** How much longer a post may take at most where a mail server hangs. */
const SLOWER = 1.5;
const WARM_UP = 5;
const PAUSE_MS = 150;
/** How much more computing a run may be than sending alone. */
const FLOORS = 2;
/** Of Linux: what CPU time is counted in. */
const TICK_MS = 10;

/** What a run asked of D1 (test/fixtures/notify-worker.ts). */
interface RunBill {
  trips: number;
  queries: number;
  read: number;
  written: number;
}

export interface NotifyEffort {
  followers: number;
  posts: number;
}

export async function measureNotify(folder: string, report: Report, effort: NotifyEffort): Promise<void> {
  await measureWriting(report);
  await measureRuns(folder, report, effort);
  await measurePosts(folder, report, effort);
}

async function measureRuns(folder: string, report: Report, { followers }: NotifyEffort): Promise<void> {
  const mail = await startScriptedServer({});
  const server = await startFollowed(join(folder, 'notify'), mail, followers);
  try {
    // The first portion goes out behind the request.
    await post(server);
    const now = Date.now() + 11 * 60_000;
    // To warm up.
    await ask({ url: `${server.url}/bench/floor` });
    const runs: RunBill[] = [];
    const cpu = { ours: [] as number[], floor: [] as number[] };
    const sent = () => mail.lines.filter((line) => /^RCPT/i.test(line) && !line.includes('floor')).length;
    const began = performance.now();
    const before = sent();
    let seconds = 0;
    for (let done = before; done < followers; done = sent()) {
      const started = performance.now();
      const [ours, bill] = await cpuOf(() =>
        ask({ url: `${server.url}/bench/drain?now=${now + runs.length * 60_000}` }),
      );
      seconds += (performance.now() - started) / 1000;
      if (sent() === done) throw new Error(`A run sent nothing, with ${followers - done} left.`);
      runs.push(JSON.parse(bill.body) as RunBill);
      cpu.ours.push(ours);
      // In turns.
      if (runs.length % FLOOR_EVERY === 0)
        cpu.floor.push((await cpuOf(() => ask({ url: `${server.url}/bench/floor` })))[0]);
      if (performance.now() - began > 600_000) throw new Error('This takes too long.');
    }
    tellRuns(report, { runs, cpu, mails: sent() - before, seconds, followers });
  } finally {
    await server.kill();
    mail.stop();
  }
}

const FLOOR_EVERY = 5;

/** CPU time of the worker, its D1 and the runtime together, ms; NaN where nobody counts it. */
async function cpuOf<T>(work: () => Promise<T>): Promise<[number, T]> {
  const before = readCpu();
  const result = await work();
  return [readCpu() - before, result];
}

function readCpu(): number {
  const ticks = findDescendants(process.pid, 'workerd').map((pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return Number(fields[11]) + Number(fields[12]);
    } catch {
      return 0;
    }
  });
  return ticks.length > 0 ? ticks.reduce((a, b) => a + b) * TICK_MS : Number.NaN;
}

interface Runs {
  runs: RunBill[];
  cpu: { ours: number[]; floor: number[] };
  mails: number;
  seconds: number;
  followers: number;
}

function tellRuns(report: Report, { runs, cpu, mails, seconds, followers }: Runs): void {
  const sum = (key: keyof RunBill) => runs.reduce((all, run) => all + run[key], 0);
  const most = (key: keyof RunBill) => Math.max(...runs.map((run) => run[key]));
  // Many runs together: one is less than the clock's ticks.
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [ours, floor] = [mean(cpu.ours), mean(cpu.floor)];
  const written = sum('written') / mails;
  printTable(
    report,
    `Notices: ${whole(followers)} followers of one page are told of a comment`,
    ['', 'a run', 'a mail', 'most in a run'],
    [
      ['mails', fixed(mails / runs.length, 1), '', ''],
      ['D1 round trips', fixed(sum('trips') / runs.length, 1), '', whole(most('trips'))],
      ['D1 queries', fixed(sum('queries') / runs.length, 1), '', whole(most('queries'))],
      ['rows read', fixed(sum('read') / runs.length, 0), fixed(sum('read') / mails, 1), whole(most('read'))],
      ['rows written', fixed(sum('written') / runs.length, 0), fixed(written, 1), whole(most('written'))],
      ['CPU ms, with D1 and runtime', fixed(ours, 1), fixed(ours / MAILS_A_RUN), ''],
      ['CPU ms of the floor', fixed(floor, 1), fixed(floor / MAILS_A_RUN), ''],
    ],
    [
      `${runs.length} runs, ${fixed(mails / seconds, 0)} mails a second; a minute has one run, and one behind each post`,
      'the floor sends as many mails by the same transport, from the same worker, and does nothing else',
      'CPU is that of the whole workerd, which the free plan counts without D1 and without what lies below the worker',
    ],
  );
  report.verdicts.push(
    {
      what: 'D1 queries of a run',
      target: `≤ ${QUERIES}`,
      measured: whole(most('queries')),
      ok: most('queries') <= QUERIES,
      firm: true,
    },
    {
      what: 'mails of a run, while there are some',
      target: `${MAILS_A_RUN}`,
      measured: fixed(mails / runs.length, 1),
      ok: mails / runs.length > MAILS_A_RUN * 0.95,
      firm: true,
    },
    {
      what: 'rows written for a mail',
      target: `≤ ${WRITTEN_A_MAIL}`,
      measured: fixed(written, 1),
      ok: written <= WRITTEN_A_MAIL,
      firm: true,
    },
    {
      what: 'CPU of a run, D1 included',
      target: `≤ ${FLOORS} × floor`,
      measured: `${fixed(ours / floor)} ×`,
      ok: !(ours / floor > FLOORS),
      firm: false,
    },
  );
}

async function measurePosts(folder: string, report: Report, { posts }: NotifyEffort): Promise<void> {
  const mail = await startScriptedServer({ GREETING: 'hang' });
  const quiet = await startFollowed(join(folder, 'notify-quiet'), null, 0);
  const followed = await startFollowed(join(folder, 'notify-followed'), mail, 1_000);
  try {
    const times = { quiet: [] as number[], followed: [] as number[] };
    for (let n = -WARM_UP; n < posts; n++)
      for (const [name, server] of Object.entries({ quiet, followed }) as [keyof typeof times, Server][]) {
        const started = performance.now();
        await post(server);
        if (n >= 0) times[name].push(performance.now() - started);
        // What is done behind the answer takes its share of this machine, which deployed is none of the next post's.
        await wait(PAUSE_MS);
      }
    const at = (list: number[], share: number) => list.toSorted((x, y) => x - y)[Math.floor(list.length * share)]!;
    const ratio = (share: number) => at(times.followed, share) / at(times.quiet, share);
    const row = (name: string, share: number) => [
      name,
      fixed(at(times.quiet, share), 1),
      fixed(at(times.followed, share), 1),
      fixed(ratio(share)),
    ];
    printTable(
      report,
      'Posting, where nobody listens and where 1,000 follow while the mail server hangs',
      ['ms', 'nobody', 'followed', '×'],
      [row('p50', 0.5), row('p99', 0.99)],
      [
        `${posts} posts to each of two servers, in turns; the mail server was called ${mail.open.size} times and said nothing`,
      ],
    );
    report.verdicts.push({
      what: 'posting while a mail server hangs, p50',
      target: `≤ ${SLOWER} × nobody listening`,
      measured: `${fixed(ratio(0.5))} ×`,
      ok: ratio(0.5) <= SLOWER,
      firm: false,
    });
  } finally {
    await Promise.all([quiet.kill(), followed.kill()]);
    mail.stop();
  }
}
