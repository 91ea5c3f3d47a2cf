/**
 * SQL of what becomes of comments: many at once, in one transaction that keeps shown, counters and what comes with threads
 * right, and writes to the log what it did. Who may decide, and what it means, decide.ts knows.
 */
import { type CompiledQuery, sql } from 'kysely';
import { hide, refillInline, show } from '../comments/shown-store';
import type { Action } from '../contract-admin';
import { type CommentStatus, type DecisionRow, query } from '../db';

/** A comment, what it must still be, and what it becomes. */
export interface StatusChange {
  id: string;
  from: CommentStatus;
  to: CommentStatus;
}

/** A decision about to be made; its items are what the database finds changed. */
export type DecisionDraft = Omit<DecisionRow, 'items' | 'count' | 'undone_by' | 'action'> & { action: Action };

/**
 * Changes statuses of comments of one site and keeps it in the log. A comment that is not what it must be still stays as it is;
 * nothing is logged when none was changed. `deleted` takes everything that is anybody's away, for good.
 * @returns queries for one batch; the last one's rows are the ids that were changed
 */
export function changeStatus(changes: StatusChange[], decision: DecisionDraft): CompiledQuery[] {
  const json = JSON.stringify(changes);
  const items = sql`json_each(${json}) j CROSS JOIN comments c ON c.id = j.value ->> 'id' AND c.site_id = ${decision.site_id}`;
  const willChange = sql`c.status = j.value ->> 'from' AND c.status <> 'deleted'`;
  /** Once they carry the decision's id. */
  const changed = sql`c.decision_id = ${decision.id}`;
  const seed = sql`SELECT c.id, c.parent_id, c.root_id FROM ${items} WHERE ${changed}`;
  const deleted = sql`SELECT c.id FROM ${items} WHERE ${changed} AND c.status = 'deleted'`;
  const wipe = changes.some(({ to }) => to === 'deleted')
    ? [
        sql`DELETE FROM votes WHERE comment_id IN (${deleted})`,
        sql`DELETE FROM search WHERE rowid IN (SELECT rowid FROM comments WHERE id IN (${deleted}))`,
        sql`
          UPDATE comments SET up = 0, down = 0, score = 0, author_id = NULL, author_verified = NULL, author_avatar = NULL,
            author_name = '', author_email = NULL, author_url = NULL, author_badge = NULL, body = '', html = '',
            ip_hash = NULL, net_hash = NULL, verdict = NULL, print = NULL, edited_at = NULL
          WHERE id IN (${deleted})`,
      ].map((statement) => statement.compile(query))
    : [];
  return [
    // What is not approved and will not be is nobody's business: its page does not change.
    sql`
      UPDATE pages SET count = count + d.more, version = version + 1
      FROM (
        SELECT c.page_id, SUM((j.value ->> 'to' = 'approved') - (c.status = 'approved')) AS more
        FROM ${items} WHERE ${willChange} AND (c.status = 'approved' OR j.value ->> 'to' = 'approved')
        GROUP BY c.page_id) d
      WHERE pages.id = d.page_id`.compile(query),
    sql`
      UPDATE comments SET status = d.new_status, decision_id = ${decision.id}, flagged = 0
      FROM (SELECT c.id AS target, j.value ->> 'to' AS new_status FROM ${items} WHERE ${willChange}) d
      WHERE comments.id = d.target`.compile(query),
    sql`DELETE FROM flags WHERE comment_id IN (SELECT c.id FROM ${items} WHERE ${changed})`.compile(query),
    ...show(seed),
    ...hide(sql`${seed} AND c.shown = 1 AND c.status <> 'approved'`),
    ...refillInline(seed),
    ...wipe,
    insertDecision(
      decision,
      sql`
        SELECT json_group_array(json_object('id', c.id,
          'before', json_object('status', j.value ->> 'from'), 'after', json_object('status', j.value ->> 'to'))) AS items,
          COUNT(*) AS n
        FROM ${items} WHERE ${changed}`,
    ),
    sql`SELECT c.id FROM ${items} WHERE ${changed}`.compile(query),
  ];
}

/** @param items a SELECT of one row `items, n`; without any the decision is none */
export function insertDecision(draft: DecisionDraft, items: ReturnType<typeof sql>): CompiledQuery {
  return sql`
    INSERT INTO decisions (site_id, id, batch, actor_kind, actor_id, actor_name, action, reason, items, count, created_at)
    SELECT ${draft.site_id}, ${draft.id}, ${draft.batch}, ${draft.actor_kind}, ${draft.actor_id}, ${draft.actor_name},
      ${draft.action}, ${draft.reason}, i.items, i.n, ${draft.created_at}
    FROM (${items}) i WHERE i.n > 0`.compile(query);
}
