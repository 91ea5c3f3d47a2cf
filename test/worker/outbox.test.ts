/** The outbox: who is told of what, once, in what order, and what it costs. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryRow } from '../../worker/db';
import { insertDelivery } from '../../worker/notify/outbox/deliveries-store';
import { backOff, MAX_ATTEMPTS } from '../../worker/notify/outbox/outcome';
import { ADMIN, bindings, call, createSite, draft, key as newKey, post } from './api';
import { createKey } from './key';
import { decide } from './moderator';
import {
  addModerator,
  addRecipient,
  addWebhook,
  countDatabase,
  follow,
  keepSent,
  MINUTE_MS,
  newBill,
  pageOf,
  randomId,
  rows,
  runCron,
  type Sent,
} from './outbox';

let sent: Sent[];
let site: string;
let url: string;
beforeEach(async () => {
  sent = keepSent(['reply', 'moderator', 'webhook', 'digest', 'moderator_digest', 'opt_in', 'code']);
  for (const table of ['events', 'deliveries']) await bindings.DB.prepare(`DELETE FROM ${table}`).run();
  ({ site, url } = await createSite());
});
const told = (subject: string, kind = 'reply') =>
  sent
    .filter((one) => one.subject === subject && one.kind === kind)
    .map(({ target }) => target)
    .sort();
const waiting = () => rows<DeliveryRow>('SELECT * FROM deliveries ORDER BY due_at');
/** A page with so many followers. @returns them, in order */
async function pageWith(followers: number, over: object = {}): Promise<{ page: string; ids: string[] }> {
  const page = await pageOf((await post({ url, ...over })).id);
  const ids: string[] = [];
  for (let n = 0; n < followers; n++) {
    const { id } = await addRecipient(site);
    await follow(page, id);
    ids.push(id);
  }
  return { page, ids: ids.sort() };
}
const deliver = (kind: 'code' | 'moderator' | 'webhook', now: number, target = randomId()) => {
  const { sql, parameters } = insertDelivery({ event_id: randomId(), target, site_id: site, subject: 'x', kind }, now);
  return bindings.DB.prepare(sql)
    .bind(...parameters)
    .run();
};

describe('followers', () => {
  it('of a page and of what is replied to are told once, and not whoever wrote it', async () => {
    const key = await createKey();
    const top = await key.post({ url });
    const page = await pageOf(top.id);
    const [both, other] = [await addRecipient(site), await addRecipient(site)];
    const writer = await addRecipient(site, { email: 'Mika@Home.example' });
    for (const topic of [page, top.id]) await follow(topic, both.id);
    await follow(top.id, other.id);
    await follow(page, writer.id);
    const reply = await post({ url, parent: top.id, author: { name: 'Mika', email: 'mika@home.example' } });
    await runCron();
    expect(told(reply.id)).toEqual([both.id, other.id].sort());
    expect(await rows('SELECT * FROM events')).toEqual([]);
    expect(await waiting()).toEqual([]);
    const own = await addRecipient(site, { author_id: key.jkt });
    await follow(page, own.id);
    expect(told((await key.post({ url })).id)).toEqual([both.id, writer.id].sort());
  });

  it('threat 16: of a comment that is held hear nothing until it is approved, and then once', async () => {
    const { ids } = await pageWith(2);
    await bindings.DB.prepare('UPDATE sites SET settings = ? WHERE id = ?').bind('{"hold":true}', site).run();
    const { id } = await (await createKey()).post({ url });
    await runCron();
    expect(told(id)).toEqual([]);
    for (const action of ['approve', 'hold', 'approve'] as const) await decide({ action, ids: [id] });
    await runCron();
    expect(told(id)).toEqual(ids);
  });

  it('who were not reached when it was held are told when it is approved again, and the others not twice', async () => {
    const { ids } = await pageWith(25);
    const { id } = await post({ url });
    // The run behind the request has told ten.
    expect(told(id)).toEqual(ids.slice(0, 10));
    await decide({ action: 'hold', ids: [id] });
    await runCron();
    expect(told(id)).toEqual(ids.slice(0, 10));
    expect(await rows('SELECT * FROM events')).toEqual([]);
    await decide({ action: 'approve', ids: [id] });
    await runCron();
    expect(told(id)).toEqual(ids);
  });

  it('are told nothing of what is dated back, or of another site', async () => {
    const { page, ids } = await pageWith(1);
    const { site: other } = await createSite();
    await follow(page, (await addRecipient(other)).id);
    const old = await post({ url, createdAt: '2020-01-01T00:00:00Z' }, ADMIN);
    const now = await post({ url }, ADMIN);
    await runCron();
    expect([told(old.id), told(now.id)]).toEqual([[], ids]);
  });

  it('who want a digest have it once, with what came together', async () => {
    const page = await pageOf((await post({ url })).id);
    const reader = await addRecipient(site, { frequency: 'hourly' });
    await follow(page, reader.id);
    const ids = [(await post({ url })).id, (await post({ url })).id].sort();
    const hour = 60 * MINUTE_MS;
    const next = Date.now() - (Date.now() % hour) + hour;
    await runCron(next - 1);
    expect(sent).toEqual([]);
    await runCron(next);
    await runCron(next + 1);
    expect(sent).toMatchObject([{ kind: 'digest', target: reader.id }]);
    const items = await rows<{ comment_id: string }>(
      'SELECT comment_id FROM digest_items WHERE recipient_id = ?',
      reader.id,
    );
    expect(items.map(({ comment_id }) => comment_id).sort()).toEqual(ids);
  });

  it('have one digest on its way at most', async () => {
    const answers = [{ sent: false, answer: 'Not now.' } as const];
    sent = keepSent(['digest'], () => answers.shift() ?? { sent: true });
    const due = Date.now();
    const reader = await addRecipient(site, { frequency: 'hourly', digest_due_at: due });
    await runCron(due);
    const again = () =>
      bindings.DB.prepare('UPDATE recipients SET digest_due_at = ? WHERE id = ?').bind(due, reader.id).run();
    await again();
    await runCron(due + 1);
    expect(await waiting()).toMatchObject([{ kind: 'digest', attempts: 1, answer: 'Not now.' }]);
    await runCron(due + 5 * MINUTE_MS);
    expect(sent).toHaveLength(1);
    await runCron(due + 60 * MINUTE_MS);
    expect(sent).toHaveLength(2);
    expect(await waiting()).toEqual([]);
  });
});

describe('moderators', () => {
  it('are told of what they want to hear of, but not of what the team does', async () => {
    const wanted = {
      new: await addModerator(site, { about: '["new"]' }),
      held: await addModerator(site, { about: '["held"]' }),
    };
    const reported = await addModerator(site, { about: '["reported"]' });
    const digest = await addModerator(site, { frequency: 'daily' });
    const key = await createKey();
    const fine = await key.post({ url });
    await key.post({ url });
    await (await createKey()).ask('POST', `/comments/${fine.id}/flags`, { reason: 'spam' });
    await bindings.DB.prepare('UPDATE sites SET settings = ? WHERE id = ?').bind('{"hold":true}', site).run();
    const held = await (await createKey()).post({ url });
    const own = await post({ url }, ADMIN);
    await decide({ action: 'spam', ids: [fine.id] });
    await runCron();
    expect(told(fine.id, 'moderator')).toEqual([wanted.new.id, reported.id].sort());
    expect(told(held.id, 'moderator')).toEqual([wanted.new.id, wanted.held.id].sort());
    expect(told(own.id, 'moderator')).toEqual([]);
    expect(await rows('SELECT 1 FROM digest_items WHERE recipient_id = ?', digest.id)).toHaveLength(3);
  });
});

describe('webhooks', () => {
  it('are told what they ask for, in the log, and nothing is written that nobody asked for', async () => {
    const hook = await addWebhook(site, ['comment.spam']);
    const { id } = await post({ url });
    expect(await rows('SELECT * FROM events')).toEqual([]);
    await decide({ action: 'spam', ids: [id] });
    await runCron();
    expect(sent).toMatchObject([{ kind: 'webhook', target: hook, type: 'comment.spam', subject: id }]);
    expect(await waiting()).toMatchObject([{ status: 'sent', due_at: null, attempts: 1 }]);
  });
});

describe('what a post costs', () => {
  const written = async (over: object = {}) => {
    const bill = newBill();
    const DB = countDatabase(bill);
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': newKey(), ...ADMIN };
    const answer = await call(
      '/comments',
      { method: 'POST', headers, body: JSON.stringify(draft({ url, ...over })) },
      { DB },
    );
    // As the answer tells it: of the request alone.
    return Number(/written=(\d+)/.exec(answer.headers.get('Server-Timing')!)![1]);
  };

  it('is what it was where nobody listens, and one row more where somebody does', async () => {
    const key = await createKey();
    await key.post({ url });
    const quiet = await written();
    expect(quiet).toBeLessThanOrEqual(11);
    await addWebhook(site, ['comment.created']);
    expect(await written()).toBe(quiet + 1);
    await bindings.DB.prepare('DELETE FROM webhooks WHERE site_id = ?').bind(site).run();
    expect(await written()).toBe(quiet);
    await follow(await pageOf((await post({ url })).id), (await addRecipient(site)).id);
    expect(await written()).toBe(quiet + 1);
  });

  it('is no time: the answer is there before anything is sent', async () => {
    let letGo = () => {};
    const hanging = new Promise<void>((done) => {
      letGo = done;
    });
    keepSent(['webhook'], () => ({ sent: true }), hanging);
    await addWebhook(site, ['comment.created']);
    const answers: string[] = [];
    const context = {
      waitUntil: (work: Promise<unknown>) => void behind.push(work),
      passThroughOnException() {},
      props: {},
    };
    const behind: Promise<unknown>[] = [];
    const { default: worker } = await import('../../worker/index');
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': newKey() };
    const request = new Request('https://comments.test/api/v1/comments', {
      method: 'POST',
      headers,
      body: JSON.stringify(draft({ url })),
    });
    const answer = await worker.fetch(request as never, bindings, context as never);
    answers.push(`answered ${answer.status}`);
    letGo();
    await Promise.all(behind);
    answers.push('sent');
    expect(answers).toEqual(['answered 201', 'sent']);
    expect(await waiting()).toMatchObject([{ status: 'sent' }]);
  });
});

describe('what fails', () => {
  it('is tried again, ever later, and is dead in the end', async () => {
    keepSent(['moderator'], () => ({ sent: false, answer: 'No.' }));
    let now = Date.now();
    await deliver('moderator', now);
    const waits: number[] = [];
    for (let n = 1; n <= MAX_ATTEMPTS; n++) {
      await runCron(now);
      const [row] = await waiting();
      expect(row).toMatchObject({ attempts: n, answer: 'No.' });
      if (row!.due_at === null) break;
      waits.push(row!.due_at - now);
      now = row!.due_at;
    }
    expect(await waiting()).toMatchObject([{ status: 'dead', attempts: MAX_ATTEMPTS, due_at: null }]);
    waits.forEach((wait, n) => {
      const [least, most] = [backOff(n + 1, 0), backOff(n + 1, 1)];
      expect(wait).toBeGreaterThanOrEqual(least);
      expect(wait).toBeLessThan(most + 5_000);
    });
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(24 * 60 * MINUTE_MS);
  });

  it('for good is dead at once', async () => {
    keepSent(['moderator'], () => ({ sent: false, answer: 'Never.', final: true }));
    await deliver('moderator', Date.now());
    await runCron();
    expect(await waiting()).toMatchObject([{ status: 'dead', attempts: 1 }]);
  });

  it('in what sends is a retry that names the error, and no other kind suffers', async () => {
    keepSent(['moderator'], () => {
      throw new TypeError('SECRET of a stranger');
    });
    for (const kind of ['moderator', 'moderator', 'webhook'] as const) await deliver(kind, Date.now());
    await runCron();
    expect((await waiting()).filter(({ kind }) => kind === 'moderator')).toMatchObject(
      [1, 2].map(() => ({ status: 'waiting', attempts: 1, answer: 'Failed here: TypeError.' })),
    );
    expect(sent).toMatchObject([{ kind: 'webhook' }]);
  });

  it('of a kind that is not known waits for who knows it', async () => {
    await deliver('letter' as 'code', Date.now());
    await runCron();
    expect(await waiting()).toMatchObject([{ status: 'waiting', attempts: 0 }]);
  });
});

describe('nobody holds up another', () => {
  it('ten thousand that fail over and over leave room for a code, a moderator and a follower', async () => {
    const now = Date.now();
    await bindings.DB.prepare(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      INSERT INTO deliveries SELECT 'e' || i, 'hook', ?, 'webhook', 'comment.created', 'x', 3, ?, 'waiting', 'No.', 0, NULL FROM n`)
      .bind(site, now - MINUTE_MS)
      .run();
    const { ids } = await pageWith(1);
    await addModerator(site);
    sent.length = 0;
    keepSent(['webhook'], () => ({ sent: false, answer: 'No.' }));
    const { id } = await post({ url });
    await deliver('code', now);
    const bill = newBill();
    await runCron(now, { DB: countDatabase(bill) });
    await runCron(now);
    expect(sent.some(({ kind }) => kind === 'code')).toBe(true);
    expect(told(id, 'moderator')).toHaveLength(1);
    expect(told(id)).toEqual(ids);
    // What is due is found by the index: rows are read by the dozen.
    expect(bill.read).toBeLessThan(1_000);
  });

  it('a page with hundreds of followers leaves room for one with a few, of another site', async () => {
    const many = await pageWith(300);
    const big = await post({ url });
    ({ site, url } = await createSite());
    const few = await pageWith(3);
    sent.length = 0;
    const small = await post({ url });
    await runCron();
    expect(told(small.id)).toEqual(few.ids);
    for (let n = 0; n < 9; n++) await runCron();
    expect(new Set(told(big.id)).size + 10).toBeGreaterThanOrEqual(many.ids.length);
    expect(await rows('SELECT * FROM events')).toEqual([]);
  }, 60_000);

  it('a decision about hundreds of comments does not hold up what is written meanwhile', async () => {
    await addWebhook(site, ['comment.spam']);
    const { page, ids } = await pageWith(1);
    await bindings.DB.prepare(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
      INSERT INTO events (cursor, id, site_id, type, subject, cause, created_at)
      SELECT '+', '0.' || i, ?, 'comment.spam', ?, 'team', 0 FROM n`)
      .bind(site, page)
      .run();
    sent.length = 0;
    const { id } = await post({ url });
    expect(told(id)).toEqual(ids);
    for (let n = 0; n < 10; n++) await runCron();
    expect(await rows('SELECT * FROM events')).toEqual([]);
  });
});

describe('two runs at once', () => {
  it('send each once', async () => {
    const { ids } = await pageWith(60);
    const hook = await addWebhook(site, ['comment.created']);
    sent.length = 0;
    const { id } = await post({ url });
    for (let n = 0; n < 3; n++) await Promise.all([runCron(), runCron(), runCron()]);
    expect(told(id)).toEqual(ids);
    expect(told(id, 'webhook')).toEqual([hook]);
  }, 60_000);
});

describe('a run', () => {
  it('that was killed has what it took tried again once its time is over, by itself first', async () => {
    const now = Date.now();
    for (let n = 0; n < 12; n++) await deliver('moderator', now);
    let killed = false;
    const DB = countDatabase(newBill(), () => {
      if (sent.length === 0) return;
      killed = true;
      throw new Error('killed');
    });
    await expect(runCron(now, { DB })).rejects.toThrow();
    expect(killed).toBe(true);
    sent.length = 0;
    await runCron(now + MINUTE_MS);
    expect(sent).toEqual([]);
    // What cut it short may be one of them: a few at a time.
    await runCron(now + 11 * MINUTE_MS);
    expect(sent).toHaveLength(5);
    expect((await waiting()).map(({ attempts }) => attempts)).toEqual(Array(7).fill(1));
    for (const later of [13, 15]) await runCron(now + later * MINUTE_MS);
    expect(sent).toHaveLength(12);
  });

  it('that is killed every time ends with dead letters', async () => {
    let now = Date.now();
    await deliver('moderator', now);
    const kill = () =>
      countDatabase(newBill(), (batch) => (batch > 2 ? Promise.reject(new Error('killed')) : undefined));
    for (let n = 0; n < MAX_ATTEMPTS; n++, now += 11 * MINUTE_MS) await runCron(now, { DB: kill() }).catch(() => {});
    sent.length = 0;
    await runCron(now);
    expect(sent).toEqual([]);
    expect(await waiting()).toMatchObject([{ status: 'dead', answer: 'Was begun, and cut short.' }]);
  });

  it('asks nothing when a request before it has left too little', async () => {
    const bill = newBill();
    await runCron(Date.now(), { DB: countDatabase(bill) }, 40, 30);
    expect(bill.queries).toBe(0);
  });
});
