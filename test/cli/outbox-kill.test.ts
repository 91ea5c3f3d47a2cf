/**
 * The outbox with real processes: a worker that is killed between writing and sending, at any moment, and mail servers that hang,
 * refuse, put off or hang up. In the end everybody has each notice, and again only what a server had taken before a kill.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applySchema } from '../../cli/database.ts';
import { type Server, startServer } from '../../cli/server.ts';
import { siteSql } from '../../cli/site-sql.ts';
import { type MailServer, startMailServer, startScriptedServer } from '../mail-server.ts';

const HOST = 'outbox.example';
/** Each takes a start of the server; KILLS=20 for more. */
const KILLS = Number(process.env.KILLS ?? 4);
const FOLLOWERS = 8;
const MINUTE_MS = 60_000;
const PAGE = '01jz0000000000000000000000';
const site = { id: 'outbox', name: 'Outbox', hosts: [HOST], settings: { attackAfter: 0, challenge: 'never' as const } };
const readers = Array.from({ length: FOLLOWERS }, (_, n) => `reader${n}@reader.example`);

/** Where the worker finds its mail server, whichever that is just now. */
const front = {
  port: 0,
  target: null as number | 'hang' | null,
  sockets: new Set<Socket>(),
  server: null as NetServer | null,
};
const hangUp = (): void => {
  for (const socket of front.sockets) socket.destroy();
};
let greylisted: ((address: string) => string | null) | null = null;
let mail: MailServer;
let server: Server;
let persistDir: string;
let now = Date.now();

beforeAll(async () => {
  mail = await startMailServer({ onRecipient: (address) => greylisted?.(address) ?? null });
  front.server = createServer((socket) => {
    front.sockets.add(socket.on('error', () => {}).on('close', () => front.sockets.delete(socket)));
    if (front.target === 'hang') return;
    if (front.target === null) return void socket.destroy();
    const behind = connect(front.target, '127.0.0.1').on('error', () => socket.destroy());
    socket.pipe(behind).pipe(socket);
    socket.on('close', () => behind.destroy());
  }).listen(0, '127.0.0.1');
  await once(front.server, 'listening');
  front.port = (front.server.address() as AddressInfo).port;
  persistDir = await mkdtemp(join(tmpdir(), 'afterword-outbox-'));
  const followers = readers.map((email, n) => {
    const id = `01jz00000000000000000000${n}a`;
    return `INSERT INTO recipients (id, site_id, role, email, state, frequency, language, asked_at, created_at)
        VALUES ('${id}', '${site.id}', 'reader', '${email}', 'active', 'instant', 'en', 0, 0);
      INSERT INTO subscriptions (topic, recipient_id, created_at) VALUES ('${PAGE}', '${id}', 0);`;
  });
  const page = `INSERT INTO pages (id, site_id, key, url, title, created_at)
    VALUES ('${PAGE}', '${site.id}', 'https://${HOST}/', 'https://${HOST}/', 'A page', 0);`;
  await applySchema({ persistDir }, `${siteSql(site, 0)}\n${page}\n${followers.join('\n')}`);
  await start();
});
afterAll(async () => {
  await server?.kill();
  await mail?.stop();
  hangUp();
  front.server?.close();
  if (persistDir) await rm(persistDir, { recursive: true, force: true });
});
beforeEach(() => {
  front.target = mail.port;
  greylisted = null;
});

async function start(port?: number): Promise<void> {
  server = await startServer({
    persistDir,
    assets: 'test/cli/assets',
    limits: { post: 100_000, read: 100_000 },
    sites: [site],
    vars: {
      MAIL_URL: `smtp://127.0.0.1:${front.port}`,
      MAIL_FROM: 'Outbox <comments@outbox.example>',
      PUBLIC_URL: 'https://comments.outbox.example',
    },
    ...(port !== undefined && { port }),
  });
}

let posts = 0;
/** @returns what its notices have that no others have */
async function post(): Promise<string> {
  const mark = `Comment-${process.pid}-${++posts}-here`;
  const answer = await fetch(`${server.url}/api/v1/comments`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify({ url: `https://${HOST}/`, body: mark, author: { name: 'Mika' } }),
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return mark;
}

/** A run of the cron, so much later. */
async function runCron(laterMs: number): Promise<void> {
  now = Math.max(now, Date.now()) + laterMs;
  const query = new URLSearchParams({ cron: '* * * * *', time: String(now) });
  const answer = await fetch(`${server.url}/cdn-cgi/handler/scheduled?${query}`);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

/** Who got a notice, by how often. */
const times = (mark: string): Map<string, number> => {
  const counts = new Map(readers.map((reader) => [reader, 0]));
  for (const { to, parsed } of mail.mails)
    if (parsed.text?.includes(mark)) counts.set(to[0]!, (counts.get(to[0]!) ?? 0) + 1);
  return counts;
};
const everybodyOnce = new Map(readers.map((reader) => [reader, 1]));

interface Waiting {
  status: string;
  answer: string | null;
}
async function list(status: string): Promise<Waiting[]> {
  const answer = await fetch(`${server.url}/api/v1/admin/deliveries?site=${site.id}&status=${status}`, {
    headers: { Authorization: `Bearer ${server.secrets.ADMIN_TOKEN}` },
  });
  return ((await answer.json()) as { deliveries: Waiting[] }).deliveries;
}

/** Waits until the run behind a post has written down what became of all: from then on the clock may be moved. */
async function untilWritten(count: number): Promise<void> {
  for (let waiting: Waiting[] = []; ; await wait(50)) {
    waiting = await list('waiting');
    if (waiting.length === count && waiting.every(({ answer }) => answer !== 'Begun.')) return;
  }
}

async function runUntil(done: () => boolean): Promise<void> {
  for (let n = 0; n < 30 && !done(); n++) await runCron(11 * MINUTE_MS);
}

describe('a worker that is killed', () => {
  it(`${KILLS} times between writing and sending has told everybody in the end, and twice only what was taken before`, async () => {
    const taken = new Map<string, number>();
    const marks: string[] = [];
    for (let n = 0; n < KILLS; n++) {
      marks.push(await post());
      // Sometimes two runs are killed at once. Nobody's time is over yet: that would be no kill, but a clock that is wrong.
      const cron = Math.random() < 0.5 ? runCron(0).catch(() => undefined) : undefined;
      await wait(Math.random() * 250);
      await server.kill();
      await cron;
      for (const mark of marks) for (const [reader, count] of times(mark)) taken.set(`${mark} ${reader}`, count);
      await start(server.port);
    }
    const has = () => marks.every((mark) => [...times(mark).values()].every((count) => count > 0));
    await runUntil(has);
    for (let n = 0; n < 4; n++) await runCron(11 * MINUTE_MS);
    const counts = marks.flatMap((mark) => [...times(mark)].map(([reader, count]) => ({ mark, reader, count })));
    expect(counts.filter(({ count }) => count === 0)).toEqual([]);
    // Once more for each time that it had been taken before a kill, at most.
    expect(counts.filter(({ mark, reader, count }) => count > 1 + (taken.get(`${mark} ${reader}`) ?? 0))).toEqual([]);
    const twice = counts.filter(({ count }) => count > 1).length;
    console.log(`${KILLS} kills, ${counts.length} notices, ${twice} of them more than once`);
    expect(twice).toBeLessThan(counts.length / 4);
  }, 290_000);
});

describe('a mail server that', () => {
  const scripted = (answers: Parameters<typeof startScriptedServer>[0]) => async () => {
    const odd = await startScriptedServer(answers);
    front.target = odd.port;
    return () => odd.stop();
  };
  const behaviours: [string, () => Promise<() => void>][] = [
    [
      'is not there',
      async () => {
        front.target = null;
        return () => {};
      },
    ],
    [
      'hangs',
      async () => {
        front.target = 'hang';
        return hangUp;
      },
    ],
    [
      'puts everybody off',
      async () => {
        greylisted = () => '450 4.2.0 Come back later';
        return () => {
          greylisted = null;
        };
      },
    ],
    ['closes down', scripted({ MAIL: '421 4.3.2 Closing' })],
    ['hangs up within a mail', scripted({ MESSAGE: 'drop' })],
    ['is full', scripted({ MESSAGE: '452 4.3.1 No space' })],
  ];
  for (const [name, behave] of behaviours)
    it(`${name} keeps nobody from their notice, which they have once`, async () => {
      const end = await behave();
      const mark = await post();
      await untilWritten(FOLLOWERS);
      expect([...times(mark).values()].filter((count) => count > 0)).toEqual([]);
      end();
      front.target = mail.port;
      await runUntil(() => [...times(mark).values()].every((count) => count > 0));
      for (let n = 0; n < 3; n++) await runCron(11 * MINUTE_MS);
      expect(times(mark)).toEqual(everybodyOnce);
    }, 120_000);

  it('knows one address no more has the others served, and that one is told of in the console', async () => {
    greylisted = (address) => (address === readers[3] ? '550 5.1.1 No such mailbox' : null);
    const mark = await post();
    // The run begins behind the answer: that nothing waits says nothing before.
    await expect.poll(() => list('dead'), { timeout: 30_000 }).toHaveLength(1);
    await untilWritten(0);
    expect(times(mark)).toEqual(new Map([...everybodyOnce, [readers[3]!, 0]]));
    expect(await list('dead')).toMatchObject([{ status: 'dead', answer: expect.stringContaining('550') }]);
  }, 60_000);

  it('hangs holds up no post', async () => {
    front.target = 'hang';
    const begun = performance.now();
    for (let n = 0; n < 5; n++) await post();
    // The mailer waits for ten seconds for a greeting.
    expect(performance.now() - begun).toBeLessThan(5_000);
    hangUp();
  }, 60_000);
});
