/** What a run of the outbox may ask for at most, whatever has come together. */
import { sql } from 'kysely';
import { afterEach, expect, it, vi } from 'vitest';
import type { NoticeKind } from '../../worker/contract-notify';
import { query as compiler, type DeliveryRow } from '../../worker/db';
import { insertDelivery } from '../../worker/notify/outbox/deliveries-store';
import { type Delivering, KINDS } from '../../worker/notify/outbox/kinds';
import { bindings, createSite, draft, post, send } from './api';
import {
  addModerator,
  addRecipient,
  addWebhook,
  countDatabase,
  follow,
  newBill,
  pageOf,
  randomId,
  rows,
  runCron,
} from './outbox';

/** What the free plan allows an invocation. */
const QUERIES = 50;
const REQUESTS = 50;
const MAIL = {
  MAIL_URL: 'resend://key',
  MAIL_FROM: 'blog@blog.example',
  PUBLIC_URL: 'https://comments.test',
  PROVIDER_ORIGINS: '{"https://api.resend.com":"http://127.0.0.1:1"}',
};
const KIND_NAMES: NoticeKind[] = ['reply', 'digest', 'moderator', 'moderator_digest', 'opt_in', 'code'];

afterEach(() => vi.restoreAllMocks());

/** Kinds that ask as much as they may, and write along with each mail. Nobody answers at their provider but this. */
function makeGreedy(): { mails: string[] } {
  const one = sql`SELECT 1`.compile(compiler);
  const mails: string[] = [];
  for (const kind of KIND_NAMES)
    KINDS[kind] = {
      by: 'mail',
      compose: async ({ db }: Delivering, due: DeliveryRow[]) => {
        await db.batch(one, one, one, one);
        return due.map((row) => ({
          mail: { id: '', to: `${row.target}@reader.example`, subject: kind, text: 'x', html: '<p>x</p>' },
          after: [one],
        }));
      },
    };
  KINDS.webhook = {
    by: 'request',
    send: async ({ db }, due) => {
      await db.batch(one, one, one, one);
      return due.map(() => ({ sent: true }));
    },
  };
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
    mails.push(JSON.parse(String(init?.body)).to[0]);
    return Response.json({ id: 'x' });
  });
  return { mails };
}

it('is never more than the free plan allows, and all is sent in the end, each once', async () => {
  const { mails } = makeGreedy();
  const { site, url } = await createSite();
  const page = await pageOf((await post({ url })).id);
  for (let n = 0; n < 60; n++)
    await follow(
      page,
      (await addRecipient(site, { ...(n % 3 === 0 && { frequency: 'hourly', digest_due_at: 1 }) })).id,
    );
  for (let n = 0; n < 12; n++)
    await addModerator(site, { ...(n % 2 === 0 && { frequency: 'hourly', digest_due_at: 1 }) });
  await addWebhook(site, ['comment.created']);
  const now = Date.now();
  const single = { site_id: site, subject: 'x' };
  for (const kind of ['code', 'opt_in'] as const)
    for (let n = 0; n < 8; n++) {
      const made = insertDelivery({ ...single, kind, event_id: randomId(), target: randomId() }, now);
      await bindings.DB.prepare(made.sql)
        .bind(...made.parameters)
        .run();
    }
  for (let n = 0; n < 3; n++) await post({ url, body: `Number ${n}.` });
  let runs = 0;
  for (let open = 1; open > 0; runs++) {
    const bill = newBill();
    const before = mails.length;
    await runCron(now + runs * 120_000, { ...MAIL, DB: countDatabase(bill) });
    expect(bill.queries).toBeLessThanOrEqual(QUERIES);
    expect(mails.length - before).toBeLessThanOrEqual(REQUESTS);
    [{ open } = { open: 0 }] = await rows<{ open: number }>(
      "SELECT (SELECT COUNT(*) FROM events) + (SELECT COUNT(*) FROM deliveries WHERE status = 'waiting') AS open",
    );
    expect(runs).toBeLessThan(60);
  }
  expect(await rows("SELECT * FROM deliveries WHERE status = 'dead'")).toEqual([]);
  // 40 followers are told of three comments at once; 20 and 6 moderators have digests, by now several; 6 moderators hear of each.
  const once = mails.filter((to) => mails.indexOf(to) === mails.lastIndexOf(to)).length;
  expect(once).toBeGreaterThanOrEqual(16);
  expect(mails.length).toBeGreaterThanOrEqual(16 + 40 * 3 + 20 + 6 + 6 * 3);
}, 120_000);

it('behind a post is what the post has left', async () => {
  makeGreedy();
  const { site, url } = await createSite();
  const page = await pageOf((await post({ url })).id);
  for (let n = 0; n < 20; n++) await follow(page, (await addRecipient(site)).id);
  await addModerator(site);
  await addWebhook(site, ['comment.created']);
  const bill = newBill();
  const answer = await send(draft({ url }), {}, { ...MAIL, DB: countDatabase(bill) });
  expect(answer.status).toBe(201);
  expect(bill.queries).toBeGreaterThan(24);
  expect(bill.queries).toBeLessThanOrEqual(QUERIES);
});
