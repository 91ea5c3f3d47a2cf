/**
 * SQL of taking an import away again: its comments from the latest to the first, in portions, so that replies go before what
 * they reply to; then pages that it made and that nobody uses, and authors that nobody refers to. Each portion leaves shown,
 * counters and what comes with threads right.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { hide, refillInline } from '../../comments/shown-store';
import { query } from '../../db';
import { type DecisionDraft, insertDecision, wipe } from '../../moderation/decisions/status-store';

/** Comments that a request takes away, and how many of a site's it looks through for them. */
const PORTION = 300;
const WALKED = 5_000;
/** Pages, and authors, that a request takes away. */
const SWEPT = 1_000;

export interface WalkRow {
  id: string;
  /** 1: of the import; 0: how far the walk goes. */
  own: number;
}

/**
 * The next of the import, latest first, one more than a portion; where there are fewer on the way, the last that was looked at.
 * @param before comments.id, or null at the beginning
 */
export function selectWalk(importId: string, siteId: string, before: string | null): CompiledQuery<WalkRow> {
  const behind = sql`FROM comments WHERE site_id = ${siteId} AND id < ${before ?? '~'} ORDER BY id DESC`;
  return sql<WalkRow>`
    WITH own AS MATERIALIZED (
      SELECT id FROM (SELECT id, import_id ${behind} LIMIT ${WALKED})
      WHERE import_id = ${importId} LIMIT ${PORTION + 1})
    SELECT id, 1 AS own FROM own
    UNION ALL
    SELECT id, 0 FROM (
      SELECT id ${behind} LIMIT (SELECT COUNT(*) <= ${PORTION} FROM own) OFFSET ${WALKED - 1})`.compile(query);
}

/** What of a walk a request takes: the ids, and how far that is. `end`: there is nothing behind. */
export function choosePortion(walked: WalkRow[]): { ids: string[]; to: string | null; end: boolean } {
  const own = walked.filter((row) => row.own === 1).map(({ id }) => id);
  const ids = own.slice(0, PORTION);
  const stop = walked.find((row) => row.own === 0);
  return { ids, to: stop?.id ?? ids.at(-1) ?? null, end: own.length <= PORTION && !stop };
}

/** The import is being undone from now on, unless it is over. */
export const beginUndo = (importId: string): CompiledQuery =>
  sql`UPDATE imports SET status = 'undoing' WHERE id = ${importId} AND status IN ('open', 'done', 'undoing')`.compile(
    query,
  );

/**
 * Takes comments away, with all that is about them. Those with a reply that is not of the import stay as places without a text,
 * and belong to no import any more. Asked for twice at once, the second finds nothing.
 * @param to how far the walk has come then, or null
 */
export function removeComments(importId: string, ids: string[], to: string | null): CompiledQuery[] {
  const listed = sql`(
    SELECT c.id, c.page_id, c.parent_id, c.root_id, c.status, c.shown
    FROM json_each(${JSON.stringify(ids)}) j CROSS JOIN comments c ON c.id = j.value WHERE c.import_id = ${importId})`;
  const idsOf = sql`SELECT l.id FROM ${listed} l`;
  // Behind what follows they are no longer of the import: they are found by being deleted, and of none.
  const taken = sql`(
    SELECT c.id, c.parent_id FROM json_each(${JSON.stringify(ids)}) j CROSS JOIN comments c ON c.id = j.value
    WHERE c.status = 'deleted' AND c.import_id IS NULL)`;
  const advanced = sql`
    UPDATE imports SET undone_to = MIN(COALESCE(undone_to, '~'), ${to ?? '~'}),
      comments = comments - (SELECT COUNT(*) FROM ${listed})
    WHERE id = ${importId}`.compile(query);
  if (ids.length === 0) return [advanced];
  return [
    advanced,
    sql`
      UPDATE pages SET count = count - m.approved, version = version + 1,
        pinned = CASE WHEN pinned IN (${idsOf}) THEN NULL ELSE pinned END
      FROM (SELECT page_id, SUM(status = 'approved') AS approved FROM ${listed} WHERE shown = 1 GROUP BY page_id) m
      WHERE pages.id = m.page_id`.compile(query),
    ...hide(sql`SELECT l.id, l.parent_id, l.root_id FROM ${listed} l WHERE l.shown = 1`),
    ...refillInline(sql`SELECT l.parent_id, l.root_id FROM ${listed} l`),
    ...wipe(idsOf),
    sql`
      UPDATE comments SET status = 'deleted', kind = NULL, orphan = 0, locked = 0, decision_id = NULL, source_id = NULL,
        import_id = NULL
      WHERE id IN (${idsOf})`.compile(query),
    deleteUnanswered(taken),
  ];
}

/** @param taken a table of `id, parent_id`: nothing else of them may go */
function deleteUnanswered(taken: RawBuilder<unknown>): CompiledQuery {
  const stays = (shown: 0 | 1) => sql`
    EXISTS (SELECT 1 FROM comments r WHERE r.parent_id = t.id AND r.shown = ${sql.lit(shown)} AND r.id NOT IN (SELECT id FROM ${taken}))`;
  return sql`
    WITH RECURSIVE staying (id, parent_id) AS (
      SELECT t.id, t.parent_id FROM ${taken} t WHERE ${stays(1)} OR ${stays(0)}
      UNION
      SELECT a.id, a.parent_id FROM staying CROSS JOIN comments a ON a.id = staying.parent_id
      WHERE a.id IN (SELECT id FROM ${taken}))
    DELETE FROM comments WHERE id IN (SELECT id FROM ${taken}) AND id NOT IN (SELECT id FROM staying)`.compile(query);
}

/** What is left when all comments are gone: the changes of the queries tell whether there may be more. */
export function sweep(importId: string, siteId: string): CompiledQuery[] {
  return [
    sql`
      DELETE FROM pages WHERE id IN (
        SELECT p.id FROM pages p
        WHERE p.site_id = ${siteId} AND p.import_id = ${importId} AND p.merged_into IS NULL
          AND NOT EXISTS (SELECT 1 FROM comments c WHERE c.page_id = p.id)
          AND NOT EXISTS (SELECT 1 FROM reactions r WHERE r.page_id = p.id)
          AND NOT EXISTS (SELECT 1 FROM subscriptions f WHERE f.topic = p.id)
          AND p.id NOT IN (SELECT m.merged_into FROM pages m WHERE m.site_id = ${siteId} AND m.merged_into IS NOT NULL)
        LIMIT ${SWEPT})`.compile(query),
    // Those of an import that is under way may be waiting for their comments.
    sql`
      DELETE FROM authors WHERE site_id = ${siteId} AND id IN (
        SELECT a.id FROM authors a
        WHERE a.site_id = ${siteId} AND NOT EXISTS (SELECT 1 FROM comments c WHERE c.author_id = a.id)
          AND NOT EXISTS (SELECT 1 FROM imports i WHERE i.site_id = ${siteId} AND i.status = 'open')
        LIMIT ${SWEPT})`.compile(query),
  ];
}
export const isSwept = (changes: number[]): boolean => changes.every((n) => n < SWEPT);

/** The end of it; pages that are in use stay, and belong to no import any more. */
export function endUndo(importId: string, siteId: string, decision: DecisionDraft): CompiledQuery[] {
  const logged = insertDecision(
    decision,
    sql`
      SELECT json_array(json_object('id', i.id, 'before',
          json_object('format', i.format, 'name', i.name), 'after', NULL)) AS items,
        COALESCE((SELECT d.count FROM decisions d WHERE d.site_id = ${siteId} AND d.batch = i.id AND d.action = 'import'), 1) AS n
      FROM imports i WHERE i.id = ${importId} AND i.status = 'undoing'`,
  );
  return [
    logged,
    sql`
      UPDATE decisions SET undone_by = ${decision.id}
      WHERE site_id = ${siteId} AND batch = ${importId} AND action = 'import'
        AND EXISTS (SELECT 1 FROM decisions WHERE site_id = ${siteId} AND id = ${decision.id})`.compile(query),
    sql`UPDATE pages SET import_id = NULL WHERE site_id = ${siteId} AND import_id = ${importId}`.compile(query),
    sql`
      UPDATE imports SET status = 'undone', pages = 0, comments = 0
      WHERE id = ${importId} AND status = 'undoing'`.compile(query),
  ];
}
