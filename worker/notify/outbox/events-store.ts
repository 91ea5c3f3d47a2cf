/**
 * SQL of table `events`: what happened is written in the batch that makes it happen, and only where somebody wants to hear of it,
 * so that a site that tells nobody pays for nothing. Who is told, by which lane, fan-out.ts decides.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { EventType } from '../../contract-notify';
import { type EventRow, query } from '../../db';

/** What moderators call an event. What the team itself did is no news to them. */
export const ABOUT: Partial<Record<EventType, string[]>> = {
  'comment.created': ['new'],
  'comment.held': ['new', 'held'],
  'comment.reported': ['reported'],
};
const ABOUT_TYPES = sql.join(Object.keys(ABOUT));

/**
 * Where an event stands: before its first portion, among those that somebody waits for or behind them, or among those that
 * followers are told of, which stand at ids. Decisions about hundreds of comments so never hold up a new one.
 */
export const AT_START = { soon: '', late: '+' } as const;
/** Sorts behind both of these, and before every id. */
export const FIRST_FOLLOWER = '0';

/** Whether somebody wants to hear this of a comment `c`. */
const isHeard = (type: RawBuilder<unknown>, cause: EventRow['cause']) => sql`(
  EXISTS (SELECT 1 FROM webhooks w, json_each(w.events) t WHERE w.site_id = c.site_id AND w.active = 1 AND t.value = ${type})
  ${
    cause === 'team'
      ? sql``
      : sql`OR (${type} IN (${ABOUT_TYPES}) AND EXISTS (
          SELECT 1 FROM recipients r WHERE r.site_id = c.site_id AND r.role = 'moderator' AND r.state = 'active'))`
  }
  OR (${type} IN ('comment.created', 'comment.approved') AND (
    EXISTS (SELECT 1 FROM subscriptions s WHERE s.topic = c.page_id)
    OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.topic = c.parent_id))))`;

/** By what `isHeardOf` finds among the results of a batch that there is something to tell. */
const SAYING_SO = sql`RETURNING id AS event`;
export const isHeardOf = (results: { rows: unknown[] }[]): boolean =>
  results.some(({ rows }) => (rows[0] as { event?: string } | undefined)?.event !== undefined);

/** What the events of statuses are called. */
const OF_STATUS = {
  approved: 'comment.approved',
  pending: 'comment.held',
  spam: 'comment.spam',
  trash: 'comment.trashed',
  deleted: 'comment.deleted',
} as const satisfies Record<string, EventType>;

/** Who reports a comment again says nothing new. */
const isNewReport = (now: number) =>
  sql`AND EXISTS (SELECT 1 FROM flags WHERE comment_id = c.id AND created_at = ${now})`;

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
  const cursor = ABOUT[type] ? AT_START.soon : AT_START.late;
  return sql`
    INSERT INTO events (id, site_id, type, subject, cause, cursor, created_at)
    SELECT ${id}, c.site_id, ${type}, c.id, ${cause}, ${cursor}, ${now} FROM comments c
    WHERE c.id = ${commentId} AND ${isHeard(sql`${type}`, cause)} ${type === 'comment.reported' ? isNewReport(now) : sql``} ${SAYING_SO}`.compile(
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
    INSERT INTO events (id, site_id, type, subject, cause, cursor, created_at)
    SELECT ${decisionId} || '.' || c.id, c.site_id, i.type, c.id, ${cause}, ${AT_START.late}, ${now}
    FROM (SELECT id, CASE after ->> 'status' ${types} END AS type FROM ${items}) i CROSS JOIN comments c ON c.id = i.id
    WHERE ${isHeard(sql`i.type`, cause)} ${SAYING_SO}`.compile(query);
}

/** About an import that ends at this moment: only webhooks are told. */
export function insertImportEvent(id: string, importId: string, now: number): CompiledQuery {
  return sql`
    INSERT INTO events (id, site_id, type, subject, cause, cursor, created_at)
    SELECT ${id}, m.site_id, 'import.finished', m.id, 'team', ${AT_START.late}, ${now} FROM imports m
    WHERE m.id = ${importId} AND m.finished_at = ${now} AND EXISTS (
      SELECT 1 FROM webhooks w, json_each(w.events) t
      WHERE w.site_id = m.site_id AND w.active = 1 AND t.value = 'import.finished') ${SAYING_SO}`.compile(query);
}

export type StartingRow = Pick<EventRow, 'cursor' | 'id' | 'subject'>;

/** Those of which nobody has been told: what somebody waits for first, the oldest of it. */
export const selectStarting = (rows: number): CompiledQuery<StartingRow> =>
  sql<StartingRow>`
    SELECT cursor, id, subject FROM events WHERE cursor < ${FIRST_FOLLOWER} ORDER BY cursor, id LIMIT ${rows}`.compile(
    query,
  );

export type FollowedRow = Pick<EventRow, 'cursor' | 'id'>;

/**
 * Those whose followers are being told: of each site the one that has got least far and the oldest, then the next, so that neither a
 * page nor a site holds up another; by lot where there are more. @returns twice as many at most
 */
export const selectFollowed = (rows: number): CompiledQuery<FollowedRow> =>
  sql<FollowedRow>`
    SELECT cursor, id FROM (
      SELECT cursor, id, ROW_NUMBER() OVER (PARTITION BY site_id ORDER BY cursor, id) AS least,
        ROW_NUMBER() OVER (PARTITION BY site_id ORDER BY id) AS oldest
      FROM events WHERE cursor >= ${FIRST_FOLLOWER})
    ORDER BY MIN(least, oldest), random() LIMIT ${rows * 2}`.compile(query);
