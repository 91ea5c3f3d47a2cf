/**
 * SQL of what becomes of comments: many at once, in one transaction that keeps shown, counters and what comes with threads
 * right. The log is written first, by what the database finds, and all else is done by what it says: so it tells what
 * happened, and no more. Who may decide, and what it means, decide.ts knows.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { hide, refillInline, show } from '../../comments/shown-store';
import type { Action } from '../../contract-admin';
import { type CommentStatus, type DecisionRow, query } from '../../db';
import { insertStatusEvents } from '../../notify/outbox/events-store';
import { unindex } from '../queue/search-store';

/** A comment, what it must still be, and what it becomes. */
export interface StatusChange {
  id: string;
  from: CommentStatus;
  to: CommentStatus;
  /** comments.decision_id, as it must still be and as it becomes; left out: whichever it is, and the decision being made. */
  decision?: { from: string | null; to: string | null };
}

/** A decision about to be made; its items are what the database finds changed. */
export type DecisionDraft = Omit<DecisionRow, 'items' | 'count' | 'undone_by' | 'undoes' | 'action'> & {
  action: Action;
  undoes?: Action;
};

/** A line of the log that is nobody's doing. @param now epoch ms */
export const draftBySystem = (
  id: string,
  siteId: string,
  action: Action,
  now: number,
  reason: string,
): DecisionDraft => ({
  site_id: siteId,
  id,
  batch: id,
  actor_kind: 'system',
  actor_id: null,
  actor_name: 'Afterword',
  action,
  reason,
  created_at: now,
});

/**
 * Changes statuses of comments of one site and keeps it in the log. A comment that is not what it must be still stays as it is;
 * nothing is logged when none was changed. `deleted` takes everything that is anybody's away, for good. Whatever a person
 * decides answers readers' reports.
 * @param changes each comment once; all of them to `deleted`, or none
 * @returns queries for one batch; the last one's rows are the ids that were changed
 */
export function changeStatus(changes: StatusChange[], decision: DecisionDraft): CompiledQuery[] {
  const comes = changes.some(({ from, to }) => from !== 'approved' && to === 'approved');
  const goes = changes.some(({ from, to }) => from === 'approved' && to !== 'approved');
  const ends = changes.some(({ to }) => to === 'deleted');
  const items = itemsOf(decision);
  const seed = (where: RawBuilder<unknown>) =>
    sql`SELECT c.id, c.parent_id, c.root_id FROM ${items} i CROSS JOIN comments c ON c.id = i.id WHERE ${where}`;
  const count = sql`
    UPDATE pages SET count = count + m.more, version = version + 1
    FROM (
      SELECT c.page_id, SUM((i.after ->> 'status' = 'approved') - (i.before ->> 'status' = 'approved')) AS more
      FROM ${items} i CROSS JOIN comments c ON c.id = i.id
      WHERE (i.after ->> 'status' = 'approved') <> (i.before ->> 'status' = 'approved') GROUP BY c.page_id) m
    WHERE pages.id = m.page_id`.compile(query);
  return [
    insertDecision(decision, selectFitting(changes, decision)),
    // What was not approved and will not be is nobody's business: its page does not change.
    ...(comes || goes ? [count] : []),
    // Materialized, or SQLite looks every comment up in the log instead.
    sql`
      WITH made AS MATERIALIZED (
        SELECT id, after ->> 'status' AS status, after ->> 'decision' AS decision FROM ${items})
      UPDATE comments SET status = made.status, decision_id = made.decision FROM made WHERE comments.id = made.id`.compile(
      query,
    ),
    ...(ends || decision.actor_kind === 'system' ? [] : answerFlags(changedBy(decision))),
    ...(comes ? show(seed(sql`1`)) : []),
    ...(goes ? hide(seed(sql`c.shown = 1 AND c.status <> 'approved'`)) : []),
    ...(comes || goes ? refillInline(seed(sql`1`)) : []),
    ...(ends ? wipe(changedBy(decision)) : []),
    insertStatusEvents(decision.id, items, decision.actor_kind === 'system' ? 'system' : 'team', decision.created_at),
    changedBy(decision).compile(query),
  ];
}

/** What of it can still be done, in the form of the log. */
const selectFitting = (changes: StatusChange[], { site_id, id }: DecisionDraft) => sql`
  SELECT json_group_array(json_object('id', c.id,
      'before', json_object('status', c.status, 'decision', c.decision_id),
      'after', json_object('status', j.value ->> 'to',
        'decision', CASE WHEN j.value -> 'decision' IS NULL THEN ${id} ELSE j.value ->> '$.decision.to' END))) AS items,
    COUNT(*) AS n
  FROM json_each(${JSON.stringify(changes)}) j CROSS JOIN comments c ON c.id = j.value ->> 'id' AND c.site_id = ${site_id}
  WHERE c.status = j.value ->> 'from' AND c.status <> 'deleted'
    AND (j.value -> 'decision' IS NULL OR c.decision_id IS j.value ->> '$.decision.from')`;

const answerFlags = (ids: RawBuilder<unknown>): CompiledQuery[] =>
  [
    sql`UPDATE comments SET flagged = 0 WHERE flagged > 0 AND id IN (${ids})`,
    sql`DELETE FROM flags WHERE comment_id IN (${ids})`,
  ].map((statement) => statement.compile(query));

/** What a comment's row has of a text and of anybody, taken away: for a SET. */
export const wiped = sql`up = 0, down = 0, score = 0, author_id = NULL, author_verified = NULL, author_avatar = NULL,
  author_name = '', author_email = NULL, author_url = NULL, author_badge = NULL, body = '', html = '', ip_hash = NULL,
  net_hash = NULL, verdict = NULL, print = NULL, flagged = 0, edited_at = NULL`;

/**
 * Takes away all that is anybody's: text, author, votes, reports, what the search and the log know of them.
 * @param ids a SELECT of comments that are deleted already
 */
export function wipe(ids: RawBuilder<unknown>): CompiledQuery[] {
  return [
    sql`DELETE FROM votes WHERE comment_id IN (${ids})`,
    sql`DELETE FROM flags WHERE comment_id IN (${ids})`,
    // Nobody can reply to it any more.
    sql`DELETE FROM subscriptions WHERE topic IN (${ids})`,
    unindex(ids),
    wipeLog(ids),
    dropAuthors(ids),
    sql`UPDATE comments SET ${wiped} WHERE id IN (${ids})`,
  ].map((statement) => ('compile' in statement ? statement.compile(query) : statement));
}

/** Who wrote what was imported, where nothing else is by them: their address goes. @param ids a SELECT of comments */
function dropAuthors(ids: RawBuilder<unknown>): RawBuilder<unknown> {
  // The plus keeps SQLite from looking through all of the site.
  return sql`
    DELETE FROM authors WHERE (site_id, id) IN (SELECT c.site_id, c.author_id FROM comments c WHERE c.id IN (${ids}))
      AND NOT EXISTS (
        SELECT 1 FROM comments o WHERE o.author_id = authors.id AND +o.site_id = authors.site_id AND o.id NOT IN (${ids}))`;
}

/** That a comment was edited stays in the log; what it said and whom it was by goes. @param ids a SELECT of comments */
export function wipeLog(ids: RawBuilder<unknown>): CompiledQuery {
  // The plus takes the column's type away, and with it what keeps SQLite from the index of an expression, which has none.
  return sql`
    UPDATE decisions SET items = json_array(json_object('id', items ->> '$[0].id', 'before', NULL, 'after', NULL))
    WHERE (action = 'edit' OR undoes = 'edit') AND items ->> '$[0].id' IN (SELECT +i.id FROM (${ids}) i)`.compile(
    query,
  );
}

/**
 * What a decision of this batch changed, once it is in the log.
 * @returns a table of `id, before, after`, the latter two JSON
 */
export const itemsOf = ({ site_id, id }: Pick<DecisionRow, 'site_id' | 'id'>): RawBuilder<unknown> => sql`(
  SELECT i.value ->> 'id' AS id, i.value -> 'before' AS before, i.value -> 'after' AS after
  FROM decisions l CROSS JOIN json_each(l.items) i WHERE l.site_id = ${site_id} AND l.id = ${id})`;

/** The ids of it: a SELECT. */
export const changedBy = (decision: Pick<DecisionRow, 'site_id' | 'id'>): RawBuilder<unknown> =>
  sql`SELECT id FROM ${itemsOf(decision)}`;

/** @param items a SELECT of one row `items, n`; without any the decision is none */
export function insertDecision(draft: DecisionDraft, items: RawBuilder<unknown>): CompiledQuery {
  return sql`
    INSERT INTO decisions (site_id, id, batch, actor_kind, actor_id, actor_name, action, reason, items, count, created_at, undoes)
    SELECT ${draft.site_id}, ${draft.id}, ${draft.batch}, ${draft.actor_kind}, ${draft.actor_id}, ${draft.actor_name},
      ${draft.action}, ${draft.reason}, i.items, i.n, ${draft.created_at}, ${draft.undoes ?? null}
    FROM (${items}) i WHERE i.n > 0`.compile(query);
}
