/**
 * SQL that makes of events what webhooks and moderators are sent, any number of events at once, and then lets followers have their
 * turn (followers-store.ts). Every statement looks whether an event still stands where it was found, so two who do this at once
 * make each delivery once.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { NoticeKind } from '../../contract-notify';
import { type EventRow, query } from '../../db';
import { ABOUT, FIRST_FOLLOWER, type StartingRow } from './events-store';

/** What somebody wrote longer before it came here is no news. */
const NEWS_MS = 24 * 3_600_000;

/** Events `e`, while they stand where they were found. */
export const standing = (events: Pick<EventRow, 'cursor' | 'id'>[]): RawBuilder<unknown> => sql`
  json_each(${JSON.stringify(events.map(({ cursor, id }) => [cursor, id]))}) k
  CROSS JOIN events e ON e.cursor = k.value ->> 0 AND e.id = k.value ->> 1`;

export const COLUMNS = sql`event_id, target, site_id, kind, type, subject, attempts, due_at, status, answer, created_at`;
/** Due at once, of an event `e`. */
const dueNow = (kind: NoticeKind, target: RawBuilder<unknown>, now: number) =>
  sql`e.id, ${target}, e.site_id, ${kind}, e.type, e.subject, 0, ${now}, 'waiting', NULL, e.created_at`;

/** When digests go out, ms. */
export interface Slots {
  hourly: number;
  daily: number;
}

/** @param from what has a recipient `r` for every event `e` that they have in their digest */
export function note(from: RawBuilder<unknown>, slots: Slots): CompiledQuery[] {
  return [
    sql`INSERT OR IGNORE INTO digest_items (recipient_id, comment_id) SELECT r.id, e.subject FROM ${from}`.compile(
      query,
    ),
    sql`
      UPDATE recipients SET digest_due_at = CASE frequency WHEN 'hourly' THEN ${slots.hourly} ELSE ${slots.daily} END
      WHERE digest_due_at IS NULL AND id IN (SELECT r.id FROM ${from})`.compile(query),
  ];
}

/** Webhooks and moderators have theirs, and no event stands where it stood any more. @param now epoch ms */
export function tellFirst(events: StartingRow[], slots: Slots, now: number): CompiledQuery[] {
  const of = standing(events);
  const moderators = sql`
    ${of} CROSS JOIN recipients r ON r.site_id = e.site_id AND r.role = 'moderator'
    WHERE e.cause <> 'team' AND r.state = 'active' AND EXISTS (
      SELECT 1 FROM json_each(r.about) WHERE value IN (
        SELECT value FROM json_each(${JSON.stringify(ABOUT)} -> ('$."' || e.type || '"'))))`;
  return [
    sql`
      INSERT OR IGNORE INTO deliveries (${COLUMNS})
      SELECT ${dueNow('webhook', sql`w.id`, now)} FROM ${of} CROSS JOIN webhooks w ON w.site_id = e.site_id
      WHERE w.active = 1 AND EXISTS (SELECT 1 FROM json_each(w.events) WHERE value = e.type)`.compile(query),
    sql`
      INSERT OR IGNORE INTO deliveries (${COLUMNS})
      SELECT ${dueNow('moderator', sql`r.id`, now)} FROM ${moderators} AND r.frequency = 'instant'`.compile(query),
    ...note(sql`${moderators} AND r.frequency <> 'instant'`, slots),
    ...letFollow(events),
    sql`DELETE FROM events WHERE (cursor, id) IN (SELECT e.cursor, e.id FROM ${of})`.compile(query),
  ];
}

/** A comment `c` whose followers hear of it by an event `e`: once, and only of what everybody can read now. */
const isNews = sql`c.status = 'approved' AND c.import_id IS NULL AND (
    e.type = 'comment.approved' OR (e.type = 'comment.created' AND c.created_at > e.created_at - ${NEWS_MS}))
  AND (EXISTS (SELECT 1 FROM subscriptions s WHERE s.topic = c.page_id)
    OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.topic = c.parent_id))`;

/** A comment's followers are told by one event. Where an earlier one stopped (followers-store.ts), this one goes on. */
function letFollow(events: StartingRow[]): CompiledQuery[] {
  const isFree = sql`(c.told IS NULL OR c.told LIKE '>%')`;
  const start = (c: string) => sql`COALESCE(substr(${sql.ref(`${c}.told`)}, 2), ${FIRST_FOLLOWER})`;
  return [
    sql`
      UPDATE events SET cursor = (SELECT ${start('c')} FROM comments c WHERE c.id = events.subject)
      WHERE (cursor, id) IN (
        SELECT cursor, id FROM (
          SELECT e.cursor, MIN(e.id) AS id FROM ${standing(events)} CROSS JOIN comments c ON c.id = e.subject
          WHERE ${isFree} AND ${isNews} GROUP BY e.subject))`.compile(query),
    // Those that were moved just now.
    sql`
      UPDATE comments AS c SET told = k.value ->> 0
      FROM json_each(${JSON.stringify(events.map(({ id, subject }) => [id, subject]))}) k
      WHERE c.id = k.value ->> 1 AND ${isFree}
        AND EXISTS (SELECT 1 FROM events e WHERE e.cursor = ${start('c')} AND e.id = k.value ->> 0)`.compile(query),
  ];
}
