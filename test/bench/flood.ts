/**
 * A flood: thousands of spam posts from hundreds of addresses while readers post good comments, against a real server. Once by
 * bots that do no work, once by bots that pay for it (a site that asks for none); then the queue is opened and cleaned up by one
 * decision, and that is undone.
 */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';
import { buildAll } from '../../cli/build.ts';
import { createKey, type Key } from '../../cli/key.ts';
import { ROOT } from '../../cli/root.ts';
import { type Server, startServer } from '../../cli/server.ts';
import type { Challenge, Comment } from '../../worker/contract.ts';
import type { AdminComments, Decided, Undone } from '../../worker/contract-admin.ts';
import { botOf } from '../bots.ts';
import { openConsole } from './console.ts';
import { type Answer, ask, CONNECTIONS } from './load.ts';
import { fixed, median, printTable, type Report, whole } from './report.ts';

const ADDRESSES = 500;
/** The default of the setting `attackAfter`, and what is on its way while attack mode begins. */
const SHOWN_AT_MOST = 20 + CONNECTIONS;
const QUEUE_TARGET_MS = 300;
const QUEUE_ROUNDS = 9;
const SITES = [
  { id: 'idle', name: 'Bots that do not work', hosts: ['idle.example'] },
  { id: 'paid', name: 'Bots that pay for it', hosts: ['paid.example'], settings: { challenge: 'never' as const } },
];

/** What readers say. The classifier knows these, but not what else a comment of a flood is judged by. */
const CROWD = readFileSync(join(ROOT, 'test/fixtures/prior/good.txt'), 'utf8').split('\n');

interface Effort {
  posts: number;
  readers: number;
}

export async function measureFlood(folder: string, assets: string, report: Report, effort: Effort): Promise<void> {
  const persistDir = join(folder, 'flood');
  await mkdir(persistDir);
  await buildAll({ outDir: assets });
  const limits = { post: 1_000_000, read: 1_000_000 };
  const server = await startServer({ persistDir, assets, limits, sites: SITES });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    for (const { id, name } of SITES) {
      const flood = await runFlood(server, agent, id, effort);
      await tell(server, agent, report, { id, name, ...flood }, effort);
    }
    await cleanUp(server, agent, report, 'paid');
  } finally {
    agent.destroy();
    await server.kill();
  }
}

interface Flood {
  /** Posts by the status of their answer. */
  answers: Map<number, number>;
  readers: Comment[];
  seconds: number;
}

async function runFlood({ url }: Server, agent: Agent, site: string, { posts, readers }: Effort): Promise<Flood> {
  const answers = new Map<number, number>();
  const good: Comment[] = [];
  const every = Math.floor(posts / readers);
  const started = performance.now();
  let next = 0;
  const connection = async () => {
    for (let n = next++; n < posts; n = next++) {
      if (n % every === 7) good.push(await postAsReader(url, agent, site, n, CROWD[(n - 7) / every]!));
      const { status } = await postAsBot(url, agent, site, n);
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return { answers, readers: good, seconds: (performance.now() - started) / 1000 };
}

const pageOf = (site: string, n: number) => `https://${site}.example/${n % 20}`;
const post = (url: string, agent: Agent, body: string, key: string, headers: Record<string, string>): Promise<Answer> =>
  ask(
    {
      url: `${url}/api/v1/comments`,
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, ...headers },
    },
    agent,
  );

function postAsBot(url: string, agent: Agent, site: string, n: number): Promise<Answer> {
  const { body, name, address } = botOf(n, ADDRESSES);
  const input = JSON.stringify({ url: pageOf(site, n), body, author: { name } });
  return post(url, agent, input, crypto.randomUUID(), { 'CF-Connecting-IP': address });
}

/** As the widget does: with a key of its own, and with work when it is asked for. @throws Error when the comment is lost */
async function postAsReader(url: string, agent: Agent, site: string, n: number, body: string): Promise<Comment> {
  const [key, idempotencyKey] = [await createKey(), crypto.randomUUID()];
  const page = pageOf(site, n);
  const input = JSON.stringify({ url: page, body, author: { name: `Reader ${n}` } });
  // Everybody is somewhere else.
  const address = { 'CF-Connecting-IP': `${64 + (n % 60)}.${n % 251}.${n % 241}.7` };
  const send = async (headers: Record<string, string>) =>
    post(url, agent, input, idempotencyKey, { ...headers, ...address, DPoP: await prove(key, url, input) });
  let answer = await send({});
  if (answer.status === 403) {
    const query = new URLSearchParams({ url: page, key: idempotencyKey });
    const challenge = await ask({ url: `${url}/api/v1/challenge?${query}` }, agent);
    const { work } = JSON.parse(challenge.body) as { work: NonNullable<Challenge['work']> & never };
    const solution = await solveChallenge({ challenge: work, deriveKey });
    answer = await send({ 'Afterword-Work': btoa(JSON.stringify({ challenge: work, solution })) });
  }
  if (answer.status !== 201) throw new Error(`A reader's comment was answered ${answer.status}: ${answer.body}`);
  return JSON.parse(answer.body) as Comment;
}
const prove = (key: Key, url: string, body: string) => key.prove('POST', `${url}/api/v1/comments`, body);

/** Asks the API as its owner. */
async function askAdmin<T>({ url, secrets }: Server, agent: Agent, path: string, body?: object): Promise<T> {
  const headers = { Authorization: `Bearer ${secrets.ADMIN_TOKEN}`, 'Content-Type': 'application/json' };
  const method = body ? 'POST' : 'GET';
  const answer = await ask(
    { url: `${url}/api/v1/admin/${path}`, method, headers, body: body ? JSON.stringify(body) : '' },
    agent,
  );
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.body}`);
  return JSON.parse(answer.body) as T;
}

async function listAll(server: Server, agent: Agent, site: string, status: string): Promise<AdminComments['comments']> {
  const all: AdminComments['comments'] = [];
  for (let after: string | null = ''; after !== null; ) {
    const query = new URLSearchParams({ site, status, limit: '100', ...(after && { after }) });
    const page: AdminComments = await askAdmin(server, agent, `comments?${query}`);
    all.push(...page.comments);
    after = page.next;
  }
  return all;
}

async function tell(
  server: Server,
  agent: Agent,
  report: Report,
  { id, name, answers, readers, seconds }: Flood & { id: string; name: string },
  effort: Effort,
): Promise<void> {
  const ids = new Set(readers.map((reader) => reader.id));
  const counts = { spam: new Map<string, number>(), readers: new Map<string, number>() };
  for (const status of ['approved', 'pending', 'spam'])
    for (const comment of await listAll(server, agent, id, status)) {
      const of = ids.has(comment.id) ? counts.readers : counts.spam;
      of.set(status, (of.get(status) ?? 0) + 1);
    }
  const row = (what: string, status: string) => [
    what,
    ...[counts.spam, counts.readers].map((of) => whole(of.get(status) ?? 0)),
  ];
  const visible = counts.spam.get('approved') ?? 0;
  const lost = effort.readers - (counts.readers.get('approved') ?? 0) - (counts.readers.get('pending') ?? 0);
  printTable(
    report,
    `${name}: ${whole(effort.posts)} spam posts from ${ADDRESSES} addresses, ${effort.readers} readers`,
    ['what became of them', 'spam', 'readers'],
    [
      row('visible', 'approved'),
      row('held', 'pending'),
      row('taken for spam', 'spam'),
      ['refused for want of work', whole(answers.get(403) ?? 0), '0'],
    ],
    [`${whole((effort.posts + effort.readers) / seconds)} posts a second, over ${CONNECTIONS} connections`],
  );
  report.verdicts.push(
    {
      what: `${id}: spam that everybody sees`,
      target: `≤ ${SHOWN_AT_MOST}`,
      measured: whole(visible),
      ok: visible <= SHOWN_AT_MOST,
      firm: true,
    },
    {
      what: `${id}: readers' comments neither shown nor held`,
      target: '0',
      measured: whole(lost),
      ok: lost === 0,
      firm: true,
    },
  );
}

async function cleanUp(server: Server, agent: Agent, report: Report, site: string): Promise<void> {
  const pending = async () => (await listAll(server, agent, site, 'pending')).map(({ id }) => id).join();
  const before = await pending();
  const times: number[] = [];
  for (let round = 0; round < 11; round++) {
    const sent = performance.now();
    await askAdmin(server, agent, `comments?${new URLSearchParams({ site, status: 'pending' })}`);
    times.push(performance.now() - sent);
  }
  const opened = await openConsole(server, site, QUEUE_ROUNDS);
  const filter = { site, status: 'pending' };
  let batch: string | undefined;
  const cleaning = performance.now();
  for (let left = 1; left > 0; ) {
    const decided: Decided = await askAdmin(server, agent, 'decisions', {
      action: 'spam',
      filter,
      ...(batch && { batch }),
    });
    batch ??= decided.batch!;
    left = decided.left;
  }
  const undoing = performance.now();
  for (let left = true; left; ) left = (await askAdmin<Undone>(server, agent, `log/${batch}/undo`, {})).left;
  const done = performance.now();
  const same = (await pending()) === before;
  const held = before.split(',').length;
  printTable(
    report,
    `Cleaning up: one decision about ${whole(held)} held comments, and its undo`,
    ['what', 'ms'],
    [
      ['the queue is answered', fixed(median(times), 1)],
      ['the console shows it', whole(opened.again)],
      ['in a fresh browser', whole(opened.first)],
      ['in a fresh browser, an empty page', whole(opened.floor)],
      ['all are spam', whole(undoing - cleaning)],
      ['all are held again', whole(done - undoing)],
    ],
  );
  report.verdicts.push(
    {
      what: 'the queue opens in a flood',
      target: `< ${QUEUE_TARGET_MS} ms`,
      measured: `${whole(opened.again)} ms`,
      ok: opened.again < QUEUE_TARGET_MS,
      firm: false,
    },
    {
      what: 'one undo takes the clean-up back',
      target: 'as before',
      measured: same ? 'as before' : 'not as before',
      ok: same,
      firm: true,
    },
  );
}
