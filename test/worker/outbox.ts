/** Somebody who listens, runs that send to them, and what they got: the outbox with real tables, and kinds that keep what is sent. */
import type { EventType, NoticeKind } from '../../worker/contract-notify';
import type { DeliveryRow, RecipientRow } from '../../worker/db';
import type { Bindings } from '../../worker/env';
import { newId } from '../../worker/ids';
import { drain } from '../../worker/notify/outbox/drain';
import { KINDS } from '../../worker/notify/outbox/kinds';
import type { Outcome } from '../../worker/notify/outbox/outcome';
import { bindings } from './api';
import { insert } from './everything';

export const MINUTE_MS = 60_000;

export const randomId = (now = Date.now()): string => newId(now, crypto.getRandomValues(new Uint8Array(16)));

export async function addRecipient(site: string, over: Partial<RecipientRow> = {}): Promise<RecipientRow> {
  const id = randomId();
  const row: RecipientRow = {
    id,
    site_id: site,
    role: 'reader',
    email: `${id}@reader.example`,
    state: 'active',
    frequency: 'instant',
    language: 'en',
    about: '[]',
    author_id: null,
    network: null,
    asked_at: 0,
    asks: 0,
    digest_due_at: null,
    created_at: 0,
    ...over,
  };
  await insert('recipients', { ...row });
  return row;
}

export const addModerator = (site: string, over: Partial<RecipientRow> = {}): Promise<RecipientRow> =>
  addRecipient(site, { role: 'moderator', about: '["new","held","reported"]', ...over });

export const follow = (topic: string, recipient: string): Promise<unknown> =>
  insert('subscriptions', { topic, recipient_id: recipient, created_at: 0 });

export async function addWebhook(site: string, events: EventType[]): Promise<string> {
  const id = randomId();
  const row = { id, site_id: site, url: 'https://hook.example/', shape: 'standard', events: JSON.stringify(events) };
  await insert('webhooks', {
    ...row,
    secret: `whsec_${btoa('0'.repeat(32))}`,
    previous_secret: null,
    rotated_at: null,
    active: 1,
    created_at: 0,
  });
  return id;
}

export const pageOf = async (comment: string): Promise<string> =>
  (await rows<{ page_id: string }>('SELECT page_id FROM comments WHERE id = ?', comment))[0]!.page_id;

export async function rows<T>(sql: string, ...values: unknown[]): Promise<T[]> {
  return (
    await bindings.DB.prepare(sql)
      .bind(...values)
      .all<T>()
  ).results;
}

export interface Sent {
  kind: string;
  target: string;
  subject: string;
  type: string;
}

/**
 * From now on, in this file, whatever is due is kept in `sent` instead of going out, and answered by `answer`.
 * @param kinds which; what composes a mail is not asked @param held nothing is answered before
 */
export function keepSent(
  kinds: NoticeKind[],
  answer: (row: DeliveryRow) => Outcome | null = () => ({ sent: true }),
  held: Promise<void> = Promise.resolve(),
): Sent[] {
  const sent: Sent[] = [];
  for (const kind of kinds)
    KINDS[kind] = {
      by: 'request',
      send: async (_, due) => {
        await held;
        return due.map((row) => {
          const outcome = answer(row);
          if (outcome?.sent) sent.push({ kind, target: row.target, subject: row.subject, type: row.type });
          return outcome;
        });
      },
    };
  return sent;
}

/** A run of the cron. @param spent queries that were asked before it */
export const runCron = (now = Date.now(), over: Partial<Bindings> = {}, room = 40, spent = 0): Promise<void> =>
  drain({ ...bindings, ...over }, now, room, spent);

export const newBill = () => ({ queries: 0, written: 0, read: 0 });

/**
 * The database, with statements and rows written counted.
 * @param meanwhile before each batch; what it throws is the batch's failure @param behind the same behind it: it counts, and nobody knows
 */
export function countDatabase(
  bill: ReturnType<typeof newBill>,
  meanwhile: (batch: number) => void | Promise<void> = () => undefined,
  behind: (batch: number) => void = () => undefined,
): D1Database {
  let batch = 0;
  return new Proxy(bindings.DB, {
    get(db, name) {
      if (name !== 'withSession') return Reflect.get(db, name);
      return (start: string) => {
        const session = db.withSession(start);
        return {
          prepare: (q: string) => session.prepare(q),
          getBookmark: () => session.getBookmark(),
          batch: async (statements: D1PreparedStatement[]) => {
            const nth = ++batch;
            await meanwhile(nth);
            bill.queries += statements.length;
            const results = await session.batch(statements);
            for (const { meta } of results) {
              bill.written += meta.rows_written;
              bill.read += meta.rows_read;
            }
            behind(nth);
            return results;
          },
        };
      };
    },
  });
}
