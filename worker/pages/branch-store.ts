/** SQL of branches that change their page: a top-level comment with everything below it, of any status. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { query } from '../db';
import { changedBy, type DecisionDraft, insertDecision } from '../moderation/decisions/status-store';

/**
 * Moves whole branches between two pages of the decision's site, and counts them there; the log has an item for each. A branch
 * that is not there any more stays where it is, and all do when the page they go to was merged into a third. Reads the page
 * they leave three times over.
 * @param roots top-level comments, some hundred at most
 * @param from pages.id
 * @param to pages.id
 * @param only a condition without which nothing is moved
 * @returns queries for one batch; the last one's rows are the branches that were moved
 */
export function moveBranches(
  roots: string[],
  from: string,
  to: string,
  decision: DecisionDraft,
  only: RawBuilder<unknown> = sql`1`,
): CompiledQuery[] {
  const { site_id } = decision;
  const moved = changedBy(decision);
  // What is in a branch is younger than its top.
  const first = roots.reduce((a, b) => (a < b ? a : b), '~');
  const leaving = sql`page_id = ${from} AND id >= ${first} AND root_id IN (${moved})`;
  return [
    insertDecision(
      decision,
      sql`
        SELECT json_group_array(json_object(
            'id', c.id, 'before', json_object('page', ${from}), 'after', json_object('page', ${to}))) AS items, COUNT(*) AS n
        FROM json_each(${JSON.stringify(roots)}) j
        CROSS JOIN comments c ON c.id = j.value AND c.page_id = ${from} AND c.parent_id IS NULL AND c.site_id = ${site_id}
        CROSS JOIN pages p ON p.id = ${to} AND p.site_id = ${site_id} AND COALESCE(p.merged_into, ${from}) = ${from}
        WHERE ${from} <> ${to} AND ${only}`,
    ),
    // What waits for approval is nobody's business: by it alone, no page changes.
    sql`
      UPDATE pages SET count = count + CASE id WHEN ${from} THEN -d.approved ELSE d.approved END, version = version + 1
      FROM (SELECT SUM(status = 'approved') AS approved, SUM(shown) AS shown FROM comments WHERE ${leaving}) d
      WHERE pages.id IN (${from}, ${to}) AND d.shown > 0`.compile(query),
    sql`UPDATE comments SET page_id = ${to} WHERE ${leaving}`.compile(query),
    moved.compile(query),
  ];
}

/**
 * The next branches of a page, oldest first: as many as fit, one at least.
 * @param limits how many of them, and how many comments in all
 */
export function selectBranches(
  pageId: string,
  limits: { branches: number; comments: number },
): CompiledQuery<{ id: string }> {
  return sql<{ id: string }>`
    SELECT root_id AS id FROM (
      SELECT root_id, ROW_NUMBER() OVER branches AS n, SUM(COUNT(*)) OVER branches AS total
      FROM comments WHERE page_id = ${pageId} GROUP BY root_id WINDOW branches AS (ORDER BY root_id))
    WHERE n <= ${limits.branches} AND (total <= ${limits.comments} OR n = 1)`.compile(query);
}
