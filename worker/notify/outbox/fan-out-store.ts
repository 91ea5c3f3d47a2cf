/**
 * SQL that makes deliveries of an event, a portion a batch. A delivery is made with the time by which whoever made it must have
 * sent it: if that is cut short, it is due again. Every statement looks whether the event still stands where it stood, so two who
 * do this at once make each delivery once. Which lanes an event has, fan-out.ts knows.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { NoticeKind } from '../../contract-notify';
import { type DeliveryRow, type EventRow, query } from '../../db';
import type { OpenEventRow } from './events-store';

/** The event, while it stands where it was found. */
const standing = ({ id, cursor }: EventRow) => sql`events e WHERE e.id = ${id} AND e.cursor = ${cursor}`;

const COLUMNS = sql`event_id, target, site_id, kind, type, subject, attempts, due_at, status, created_at`;
const values = (kind: NoticeKind, target: RawBuilder<unknown>, dueAt: number) =>
  sql`e.id, ${target}, e.site_id, ${kind}, e.type, e.subject, 1, ${dueAt}, 'waiting', e.created_at`;

/** @param dueAt ms, when it is to be tried again by others */
export function tellWebhooks(event: EventRow, dueAt: number): CompiledQuery<DeliveryRow> {
  return sql<DeliveryRow>`
    INSERT OR IGNORE INTO deliveries (${COLUMNS})
    SELECT ${values('webhook', sql`w.id`, dueAt)} FROM webhooks w, ${standing(event)}
      AND w.site_id = e.site_id AND w.active = 1 AND EXISTS (SELECT 1 FROM json_each(w.events) WHERE value = e.type)
    RETURNING *`.compile(query);
}

/** @param about what a moderator must want to hear of */
export function tellModerators(event: EventRow, about: string[], dueAt: number): CompiledQuery<DeliveryRow> {
  return sql<DeliveryRow>`
    INSERT OR IGNORE INTO deliveries (${COLUMNS})
    SELECT ${values('moderator', sql`r.id`, dueAt)} FROM recipients r, ${standing(event)}
      AND ${moderators(about)} AND r.frequency = 'instant'
    RETURNING *`.compile(query);
}

const moderators = (about: string[]) => sql`r.site_id = e.site_id AND r.role = 'moderator' AND r.state = 'active'
  AND EXISTS (SELECT 1 FROM json_each(r.about) WHERE value IN (SELECT value FROM json_each(${JSON.stringify(about)})))`;

/** Whoever wants a digest has it in there. @param slots when the next ones go out, ms */
export function noteForModerators(event: EventRow, about: string[], slots: Slots): CompiledQuery[] {
  return note(
    sql`recipients r, ${standing(event)} AND ${moderators(about)} AND r.frequency <> 'instant'`,
    slots,
    event,
  );
}

export interface Slots {
  hourly: number;
  daily: number;
}

function note(from: RawBuilder<unknown>, slots: Slots, { subject }: EventRow): CompiledQuery[] {
  return [
    sql`INSERT OR IGNORE INTO digest_items (recipient_id, comment_id) SELECT r.id, ${subject} FROM ${from}`.compile(
      query,
    ),
    sql`
      UPDATE recipients SET digest_due_at = CASE frequency WHEN 'hourly' THEN ${slots.hourly} ELSE ${slots.daily} END
      WHERE digest_due_at IS NULL AND id IN (SELECT r.id FROM ${from})`.compile(query),
  ];
}

/** That an event is the one by which a comment's followers are told. */
export const claimFollowers = (event: EventRow): CompiledQuery =>
  sql`UPDATE comments SET told = ${event.id} WHERE id = ${event.subject} AND told IS NULL AND EXISTS (SELECT 1 FROM ${standing(event)})`.compile(
    query,
  );

/** The next portion of whoever follows the page or what is replied to, in order, each once. */
function portion({ page_id, parent_id, cursor }: OpenEventRow, rows: number): RawBuilder<unknown> {
  const of = (topic: string | null) =>
    sql`SELECT * FROM (SELECT recipient_id FROM subscriptions WHERE topic = ${topic} AND recipient_id > ${cursor} ORDER BY recipient_id LIMIT ${rows})`;
  return sql`(SELECT recipient_id FROM (${of(page_id)} UNION ${of(parent_id)}) ORDER BY recipient_id LIMIT ${rows})`;
}

/** Readers who may be told of a comment `c`: not whoever wrote it. */
const readers = (event: OpenEventRow, rows: number) => sql`
  ${portion(event, rows)} f CROSS JOIN recipients r ON r.id = f.recipient_id
  CROSS JOIN comments c ON c.id = ${event.subject}, ${standing(event)}
  AND r.state = 'active' AND r.role = 'reader' AND c.told = e.id AND c.status = 'approved'
  AND r.email IS NOT c.author_email COLLATE NOCASE AND (r.author_id IS NULL OR r.author_id IS NOT c.author_id)
  AND r.email IS NOT (SELECT email FROM people WHERE id = c.author_id) COLLATE NOCASE`;

export function tellReaders(event: OpenEventRow, rows: number, dueAt: number): CompiledQuery<DeliveryRow> {
  return sql<DeliveryRow>`
    INSERT OR IGNORE INTO deliveries (${COLUMNS})
    SELECT ${values('reply', sql`r.id`, dueAt)} FROM ${readers(event, rows)} AND r.frequency = 'instant'
    RETURNING *`.compile(query);
}

export function noteForReaders(event: OpenEventRow, rows: number, slots: Slots): CompiledQuery[] {
  return note(sql`${readers(event, rows)} AND r.frequency <> 'instant'`, slots, event);
}

/** Moves on behind the portion, or ends the event when there was no more than that. */
export function moveOn(event: OpenEventRow, rows: number): CompiledQuery[] {
  const count = sql`(SELECT COUNT(*) FROM ${portion(event, rows)})`;
  const last = sql`(SELECT MAX(recipient_id) FROM ${portion(event, rows)})`;
  return [
    sql`DELETE FROM events WHERE id = ${event.id} AND cursor = ${event.cursor} AND ${count} < ${rows}`.compile(query),
    sql`UPDATE events SET cursor = ${last} WHERE id = ${event.id} AND cursor = ${event.cursor}`.compile(query),
  ];
}

export const endEvent = ({ id, cursor }: EventRow): CompiledQuery =>
  sql`DELETE FROM events WHERE id = ${id} AND cursor = ${cursor}`.compile(query);
