/**
 * Random histories of a page, with runs that are killed at any moment, against a model: whoever follows it all the while is told of
 * every comment that is there in the end, once, or again where a run was killed between sending and writing that down; nobody is told
 * of what is not public, of what is theirs, or what they do not want any more.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RecipientRow } from '../../worker/db';
import { drain } from '../../worker/notify/outbox/drain';
import { KINDS } from '../../worker/notify/outbox/kinds';
import { ask } from './admin';
import { ADMIN, bindings, createSite, draft, send } from './api';
import { addRecipient, countDatabase, follow, MINUTE_MS, newBill, pageOf, rows } from './outbox';

const FOLLOWERS = 7;
/** Nothing goes out: each mail is written as it would be, and kept. */
const ENV = { MAIL_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'blog@blog.example', PUBLIC_URL: 'https://comments.test' };
const composeReply = KINDS.reply?.by === 'mail' ? KINDS.reply.compose : undefined;

type Step =
  | { do: 'post'; reply: boolean; held: boolean; writer: number }
  | { do: 'decide'; action: 'approve' | 'hold' | 'trash' | 'restore'; nth: number }
  | { do: 'follow' | 'stop'; nth: number }
  | { do: 'drain'; room: number; kills: (number | null)[] };

const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('post' as const),
        reply: fc.boolean(),
        held: fc.boolean(),
        writer: fc.nat(FOLLOWERS - 1),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('decide' as const),
        action: fc.constantFrom('approve', 'hold', 'trash', 'restore'),
        nth: fc.nat(9),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('follow' as const, 'stop' as const), nth: fc.nat(FOLLOWERS - 1) }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('drain' as const),
        room: fc.integer({ min: 1, max: 9 }),
        // Of up to two at once, the batch that each is killed at: before it (even) or behind it (odd).
        kills: fc.array(fc.option(fc.nat(13), { freq: 2 }), { minLength: 1, maxLength: 2 }),
      }),
    },
  ),
  { minLength: 6, maxLength: 22 },
) as fc.Arbitrary<Step[]>;

/** A database whose requests end with what they answer: what would be done behind that is killed. */
function withoutBehind(): D1Database {
  let sessions = 0;
  return new Proxy(bindings.DB, {
    get(db, name) {
      if (name !== 'withSession') return Reflect.get(db, name);
      return (start: string) => {
        if (++sessions > 1) throw new Error('killed');
        return db.withSession(start);
      };
    },
  });
}

/** A database that is killed at a batch, and does nothing from then on. */
function killable(at: number | null): { DB: D1Database; killed: () => boolean } {
  let killed = false;
  const DB = countDatabase(
    newBill(),
    (batch) => {
      if (at !== null && at % 2 === 0 && batch >= 1 + at / 2) killed = true;
      if (killed) throw new Error('killed');
    },
    (batch) => {
      if (at === null || at % 2 === 0 || batch !== 1 + (at - 1) / 2) return;
      killed = true;
      throw new Error('killed');
    },
  );
  return { DB, killed: () => killed };
}

interface Told {
  recipient: string;
  comment: string;
  run: number;
}

async function live(history: Step[]): Promise<void> {
  const { site, url } = await createSite();
  const readers: RecipientRow[] = [];
  for (let n = 0; n < FOLLOWERS; n++) readers.push(await addRecipient(site));
  const top = ((await (await send(draft({ url }), ADMIN)).json()) as { id: string }).id;
  const page = await pageOf(top);
  const follows = new Set<string>();
  const topicOf = (n: number) => (n % 2 === 0 ? page : top);
  for (const [n, { id }] of readers.entries()) {
    await follow(topicOf(n), id);
    follows.add(id);
  }
  /** Who has followed since before the first comment. */
  const faithful = new Set(follows);
  const comments: { id: string; writer: string; reply: boolean }[] = [];
  const told: Told[] = [];
  const killedRuns = new Set<number>();
  const wrong: unknown[] = [];
  /** What was dropped because it was not public when it was to be sent. */
  const dropped = new Set<string>();
  let runs = 0;
  let now = Date.now();

  async function run(room: number, kill: number | null): Promise<void> {
    const number = runs++;
    const { DB, killed } = killable(kill);
    KINDS.reply = {
      by: 'request',
      send: async (context, due) => {
        // Two at once find each other's: whose turn it is, is told by the database they were called with.
        const mails = await composeReply!(context, due);
        if (killedOf.get(context.env.DB)!()) throw new Error('killed');
        return Promise.all(
          due.map(async ({ target, subject }, i) => {
            if (!mails[i]) {
              dropped.add(`${target} ${subject}`);
              return null;
            }
            const [is] = await rows<{ status: string; state: string; follows: number }>(
              `SELECT c.status, r.state, EXISTS (SELECT 1 FROM subscriptions WHERE recipient_id = r.id) AS follows
               FROM comments c, recipients r WHERE c.id = ? AND r.id = ?`,
              subject,
              target,
            );
            if (is!.status !== 'approved' || is!.state !== 'active' || is!.follows === 0)
              wrong.push({ target, subject, ...is });
            told.push({ recipient: target, comment: subject, run: numberOf.get(context.env.DB)! });
            return { sent: true } as const;
          }),
        );
      },
    };
    killedOf.set(DB, killed);
    numberOf.set(DB, number);
    await drain({ ...bindings, ...ENV, DB }, now, room).catch(() => undefined);
    if (killed()) killedRuns.add(number);
  }

  for (const step of history) {
    now += 1000;
    if (step.do === 'drain') {
      await Promise.all(step.kills.map((kill) => run(step.room, kill)));
      // Sometimes long enough for what was cut short to be due again.
      if (step.room > 6) now += 11 * MINUTE_MS;
    } else if (step.do === 'post') {
      await bindings.DB.prepare('UPDATE sites SET settings = ?, version = version + 1 WHERE id = ?')
        .bind(JSON.stringify({ hold: step.held, attackAfter: 0, challenge: 'never' }), site)
        .run();
      const { email, id: writer } = readers[step.writer]!;
      const body = draft({ url, author: { name: 'Mika', email }, ...(step.reply && { parent: top }) });
      const answer = await send({ ...body, body: `Hello ${comments.length}.` }, {}, { DB: withoutBehind() });
      if (answer.status !== 201) throw new Error(await answer.text());
      comments.push({ id: ((await answer.json()) as { id: string }).id, writer, reply: step.reply });
    } else if (step.do === 'decide') {
      const comment = comments[step.nth % Math.max(comments.length, 1)];
      if (comment)
        await ask('POST', '/admin/decisions', { action: step.action, ids: [comment.id] }, ADMIN, {
          DB: withoutBehind(),
        });
    } else {
      const { id } = readers[step.nth]!;
      if (step.do === 'stop') {
        await bindings.DB.prepare('DELETE FROM subscriptions WHERE recipient_id = ?').bind(id).run();
        faithful.delete(id);
        follows.delete(id);
      } else if (!follows.has(id)) {
        await follow(topicOf(step.nth), id);
        follows.add(id);
      }
    }
  }
  // The world calms down.
  for (let n = 0; n < 60; n++) {
    now += 11 * MINUTE_MS;
    await run(40, null);
    const [{ open } = { open: 1 }] = await rows<{ open: number }>(
      'SELECT (SELECT COUNT(*) FROM events WHERE site_id = ?) + (SELECT COUNT(*) FROM deliveries WHERE site_id = ?) AS open',
      site,
      site,
    );
    if (open === 0) break;
    expect(n).toBeLessThan(59);
  }

  expect(wrong).toEqual([]);
  seen.told += told.length;
  seen.twice += told.length - new Set(told.map(({ recipient, comment }) => `${recipient} ${comment}`)).size;
  seen.killed += killedRuns.size;
  const statuses = new Map(
    (await rows<{ id: string; status: string }>('SELECT id, status FROM comments WHERE page_id = ?', page)).map((c) => [
      c.id,
      c.status,
    ]),
  );
  for (const { id, writer, reply } of comments)
    for (const [n, reader] of readers.entries()) {
      const times = told.filter((one) => one.comment === id && one.recipient === reader.id);
      const what = `comment ${comments.findIndex((c) => c.id === id)} to reader ${n}`;
      if (reader.id === writer) expect([what, times]).toEqual([what, []]);
      // Again only where the one before was killed.
      for (const one of times.slice(0, -1)) expect([what, killedRuns.has(one.run)]).toEqual([what, true]);
      const concerned = reader.id !== writer && (n % 2 === 0 || reply);
      if (concerned && faithful.has(reader.id) && statuses.get(id) === 'approved' && !dropped.has(`${reader.id} ${id}`))
        expect([what, times.length > 0]).toEqual([what, true]);
      if (!concerned) expect([what, times]).toEqual([what, []]);
    }
}

/** Of runs that go at the same time: by the database that each was given. */
const killedOf = new WeakMap<object, () => boolean>();
const numberOf = new WeakMap<object, number>();

/** What the histories were made of: a test that meets none of it says nothing. */
const seen = { told: 0, twice: 0, killed: 0 };

it('whoever follows is told of each comment once, whatever is killed when', async () => {
  expect(composeReply).toBeDefined();
  const seed = Number(Date.now() % 1_000_000);
  await fc.assert(fc.asyncProperty(steps, live), { numRuns: 25, seed });
  expect(seen.told).toBeGreaterThan(100);
  expect(seen.killed).toBeGreaterThan(20);
  console.log(JSON.stringify({ seed, ...seen }));
}, 280_000);
