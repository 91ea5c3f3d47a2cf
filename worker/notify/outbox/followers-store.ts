/**
 * SQL that tells followers of comments, a portion of each of several events at once. A delivery is made with the time by which
 * whoever made it must have sent it: if that is cut short, it is due again. comments.told names the event by which a comment's
 * followers are told; '>' and an id of recipients instead is how far that had come when the comment ceased to be public.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { NoticeKind } from '../../contract-notify';
import { type DeliveryRow, query } from '../../db';
import { BEGUN } from './deliveries-store';
import type { FollowedRow } from './events-store';
import { COLUMNS, note, type Slots, standing } from './fan-out-store';

const REPLY: NoticeKind = 'reply';
/** Where an event stands that has nobody left to tell. */
const ENDED = '/';

/** The next of whoever follows the page of a comment `c` or what it replies to, in order, each once. */
function portion(cursor: RawBuilder<unknown>, rows: number): RawBuilder<unknown> {
  const of = (topic: RawBuilder<unknown>) => sql`
    SELECT * FROM (SELECT recipient_id FROM subscriptions WHERE topic = ${topic} AND recipient_id > ${cursor}
      ORDER BY recipient_id LIMIT ${rows})`;
  return sql`(${of(sql`c.page_id`)} UNION ${of(sql`c.parent_id`)} ORDER BY recipient_id LIMIT ${rows})`;
}

/** Comments `c` of events `e` that may still be told of. */
const tellable = (events: FollowedRow[]) => sql`
  ${standing(events)} CROSS JOIN comments c ON c.id = e.subject AND c.told = e.id AND c.status = 'approved'`;

/**
 * @param rows how many of each event's followers
 * @param dueAt ms, when what is made is to be tried again by others
 * @returns queries for one batch; the first one's rows are what is to be sent now
 */
export function tellFollowers(events: FollowedRow[], rows: number, slots: Slots, dueAt: number): CompiledQuery[] {
  // Readers, but not whoever wrote it. The pluses keep SQLite from looking through all readers of the site.
  const readers = sql`
    ${tellable(events)} CROSS JOIN recipients r ON r.id IN ${portion(sql`e.cursor`, rows)}
    WHERE r.state = 'active' AND +r.role = 'reader' AND +r.site_id = e.site_id
      AND r.email IS NOT c.author_email COLLATE NOCASE AND (r.author_id IS NULL OR r.author_id IS NOT c.author_id)
      AND r.email IS NOT (SELECT email FROM people WHERE id = c.author_id) COLLATE NOCASE`;
  return [
    sql<DeliveryRow>`
      INSERT OR IGNORE INTO deliveries (${COLUMNS})
      SELECT e.id, r.id, e.site_id, ${REPLY}, e.type, e.subject, 1, ${dueAt}, 'waiting', ${BEGUN}, e.created_at
      FROM ${readers} AND r.frequency = 'instant' RETURNING *`.compile(query),
    ...note(sql`${readers} AND r.frequency <> 'instant'`, slots),
    ...moveOn(events, rows),
  ];
}

/** Behind the portion, or to the end when there was no more than that. */
function moveOn(events: FollowedRow[], rows: number): CompiledQuery[] {
  const of = standing(events);
  const next = portion(sql`events.cursor`, rows);
  return [
    sql`
      UPDATE comments SET told = (SELECT '>' || e.cursor FROM ${of} WHERE e.id = comments.told)
      WHERE id IN (SELECT e.subject FROM ${of}) AND status <> 'approved' AND told IN (SELECT e.id FROM ${of})`.compile(
      query,
    ),
    sql`
      UPDATE events SET cursor = COALESCE((
          SELECT CASE WHEN (SELECT COUNT(*) FROM ${next}) < ${rows} THEN ${ENDED} ELSE (SELECT MAX(recipient_id) FROM ${next}) END
          FROM comments c WHERE c.id = events.subject AND c.told = events.id AND c.status = 'approved'), ${ENDED})
      WHERE (cursor, id) IN (SELECT e.cursor, e.id FROM ${of})`.compile(query),
    sql`DELETE FROM events WHERE cursor = ${ENDED}`.compile(query),
  ];
}
