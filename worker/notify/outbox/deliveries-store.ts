/** SQL of table `deliveries`: what is due, what became of it, what is over. */
import { type CompiledQuery, sql } from 'kysely';
import type { NoticeKind } from '../../contract-notify';
import { type DeliveryRow, query } from '../../db';

/** A delivery that comes from no event: a mail somebody asked for. */
export type NewDelivery = Pick<DeliveryRow, 'event_id' | 'target' | 'site_id' | 'subject'> & { kind: NoticeKind };

/** Due at once: whoever drains next sends it. Written with what caused it. @param now epoch ms */
export const insertDelivery = (draft: NewDelivery, now: number): CompiledQuery =>
  query
    .insertInto('deliveries')
    .values({
      ...draft,
      type: draft.kind,
      attempts: 0,
      due_at: now,
      status: 'waiting',
      answer: null,
      created_at: now,
      done_at: null,
    })
    .onConflict((oc) => oc.doNothing())
    .compile();

/** Takes what is due: until `until` nobody else tries it. */
export function claimDue(now: number, until: number, rows: number): CompiledQuery<DeliveryRow> {
  return sql<DeliveryRow>`
    UPDATE deliveries SET due_at = ${until}, attempts = attempts + 1
    WHERE (event_id, target) IN (SELECT event_id, target FROM deliveries WHERE due_at <= ${now} ORDER BY due_at LIMIT ${rows})
    RETURNING *`.compile(query);
}

export type Key = Pick<DeliveryRow, 'event_id' | 'target'>;
const keys = (rows: Key[]) => sql`
  (event_id, target) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(rows.map((r) => [r.event_id, r.target]))}))`;

/** Mails that are sent, and what is not to be told any more. */
export const deleteDeliveries = (rows: Key[]): CompiledQuery =>
  sql`DELETE FROM deliveries WHERE ${keys(rows)}`.compile(query);

/** What became of others, each by itself. */
export type Result = Key & Pick<DeliveryRow, 'status' | 'due_at' | 'answer' | 'done_at' | 'attempts'>;
export function updateDeliveries(results: Result[]): CompiledQuery {
  return sql`
    UPDATE deliveries SET status = j.value ->> 'status', due_at = j.value ->> 'due_at', answer = j.value ->> 'answer',
      done_at = j.value ->> 'done_at', attempts = j.value ->> 'attempts'
    FROM json_each(${JSON.stringify(results)}) j
    WHERE deliveries.event_id = j.value ->> 'event_id' AND deliveries.target = j.value ->> 'target'`.compile(query);
}

/** What was over before this moment. @param before epoch ms */
export const purgeDeliveries = (before: number, rows: number): CompiledQuery =>
  sql`DELETE FROM deliveries WHERE (event_id, target) IN (
    SELECT event_id, target FROM deliveries WHERE done_at < ${before} LIMIT ${rows})`.compile(query);
