/**
 * SQL of table `events`: what happened is written in the batch that makes it happen, and only where somebody listens, so that a
 * site that tells nobody pays for nothing. Who is told, fan-out.ts decides.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { EventType } from '../../contract-notify';
import { type EventRow, query } from '../../db';

/** A comment `c` that somebody wants to hear of: a webhook, a moderator, or whoever follows its page or what it replies to. */
const isHeard = sql`(
  EXISTS (SELECT 1 FROM webhooks w WHERE w.site_id = c.site_id AND w.active = 1)
  OR EXISTS (SELECT 1 FROM recipients r WHERE r.site_id = c.site_id AND r.role = 'moderator')
  OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.topic = c.page_id)
  OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.topic = c.parent_id))`;

/** What the events of statuses are called. */
const OF_STATUS = {
  approved: 'comment.approved',
  pending: 'comment.held',
  spam: 'comment.spam',
  trash: 'comment.trashed',
  deleted: 'comment.deleted',
} as const satisfies Record<string, EventType>;

/**
 * About one comment, which must be there once the queries before this one have run.
 * @param id a new time-sorted id @param now epoch ms
 */
export function insertEvent(
  id: string,
  type: EventType,
  commentId: string,
  cause: EventRow['cause'],
  now: number,
): CompiledQuery {
  return sql`
    INSERT INTO events (id, site_id, type, subject, cause, created_at)
    SELECT ${id}, c.site_id, ${type}, c.id, ${cause}, ${now} FROM comments c WHERE c.id = ${commentId} AND ${isHeard}`.compile(
    query,
  );
}

/**
 * About every comment whose status a decision changed.
 * @param items a table of `id, before, after` (decisions/status-store.ts)
 */
export function insertStatusEvents(
  decisionId: string,
  items: RawBuilder<unknown>,
  cause: EventRow['cause'],
  now: number,
): CompiledQuery {
  const types = sql.join(
    Object.entries(OF_STATUS).map(([status, type]) => sql`WHEN ${status} THEN ${type}`),
    sql` `,
  );
  return sql`
    INSERT INTO events (id, site_id, type, subject, cause, created_at)
    SELECT ${decisionId} || '.' || c.id, c.site_id, CASE i.after ->> 'status' ${types} END, c.id, ${cause}, ${now}
    FROM ${items} i CROSS JOIN comments c ON c.id = i.id WHERE ${isHeard}`.compile(query);
}

/** About an import that ends at this moment: only webhooks are told. */
export function insertImportEvent(id: string, importId: string, now: number): CompiledQuery {
  return sql`
    INSERT INTO events (id, site_id, type, subject, cause, created_at)
    SELECT ${id}, m.site_id, 'import.finished', m.id, 'team', ${now} FROM imports m
    WHERE m.id = ${importId} AND m.finished_at = ${now} AND EXISTS (SELECT 1 FROM webhooks w WHERE w.site_id = m.site_id AND w.active = 1)`.compile(
    query,
  );
}

/** An event, with what decides who is told. Of an import, or of a comment that is gone, what is the comment's is null. */
export type OpenEventRow = EventRow & {
  status: string | null;
  page_id: string | null;
  parent_id: string | null;
  told: string | null;
  imported: number;
};

/** The oldest that have somebody left to tell. */
export function selectOpenEvents(rows: number): CompiledQuery<OpenEventRow> {
  return sql<OpenEventRow>`
    SELECT e.*, c.status, c.page_id, c.parent_id, c.told, c.import_id IS NOT NULL AS imported
    FROM events e LEFT JOIN comments c ON c.id = e.subject ORDER BY e.id LIMIT ${rows}`.compile(query);
}
