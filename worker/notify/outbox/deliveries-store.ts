/** SQL of table `deliveries`: what is due, what became of it, what is over. */
import { type CompiledQuery, sql } from 'kysely';
import { NoticeKind } from '../../contract-notify';
import { type DeliveryRow, query } from '../../db';
import { FIRST_FOLLOWER } from './events-store';

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

/** What `answer` says from when a delivery is taken until there is one, and when there never was. */
export const BEGUN = 'Begun.';
export const CUT_SHORT = 'Was begun, and cut short.';

/** Somebody waits before a screen for these. */
const AT_ONCE: NoticeKind[] = ['code', 'opt_in'];
/** Part of the room that others leave to followers, whose deliveries are made when they are sent. */
const KEPT_FOR_FOLLOWERS = 0.25;

/**
 * Takes what is due: until `until` nobody else tries it. Some of every kind, of each the oldest and the newest: whatever fails over
 * and over, by the thousand, does not hold up the rest. Kinds that this version does not know wait for one that does.
 */
export function claimDue(now: number, until: number, rows: number): CompiledQuery<DeliveryRow> {
  const some = (order: 'ASC' | 'DESC') => sql`
    SELECT * FROM (SELECT event_id, target, due_at FROM deliveries WHERE kind = k.value AND due_at <= ${now}
      ORDER BY due_at ${sql.raw(order)} LIMIT ${Math.ceil(rows / 2)})`;
  const kept = Math.floor(rows * KEPT_FOR_FOLLOWERS);
  return sql<DeliveryRow>`
    UPDATE deliveries SET due_at = ${until}, attempts = attempts + 1,
      answer = CASE WHEN answer IN (${BEGUN}, ${CUT_SHORT}) THEN ${CUT_SHORT} ELSE ${BEGUN} END
    WHERE (event_id, target) IN (
      SELECT d.value ->> 0, d.value ->> 1
      FROM json_each(${JSON.stringify(NoticeKind.options)}) k
      CROSS JOIN json_each((
        SELECT json_group_array(json_array(event_id, target)) FROM (
          SELECT * FROM (${some('ASC')} UNION ${some('DESC')}) ORDER BY due_at))) d
      ORDER BY k.value NOT IN (${sql.join(AT_ONCE)}), d.key
      LIMIT ${rows} - CASE WHEN EXISTS (SELECT 1 FROM events WHERE cursor >= ${FIRST_FOLLOWER}) THEN ${kept} ELSE 0 END)
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
    SELECT d.event_id, d.target FROM sites s CROSS JOIN deliveries d INDEXED BY deliveries_done
      ON d.site_id = s.id AND d.done_at < ${before} LIMIT ${rows})`.compile(query);
