/** SQL of trying settings against history: what has been written, what became of it, and what is known of its authors. */
import { type CompiledQuery, sql } from 'kysely';
import { type CommentRow, query } from '../../db';
import type { HistoryRow } from '../facts-store';
import { type AdminRow, adminColumns } from '../queue/list-store';

/** How many comments of an author tell what they are like; as facts-store.ts. */
const HISTORY_ROWS = 50;

export type TriedRow = AdminRow &
  Pick<CommentRow, 'print'> & {
    /** 1: what became of it was decided by a person. */
    decided: number;
    /** 1: something that is approved was on the page before. */
    page_known: number;
  };

/** The next comments of a site, of any status, newest first. @param after the comment to go on behind, or null */
export function selectTried(siteId: string, after: string | null, rows: number): CompiledQuery<TriedRow> {
  return sql<TriedRow>`
    SELECT ${adminColumns}, c.print,
      c.decision_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM decisions d WHERE d.site_id = c.site_id AND d.id = c.decision_id AND d.actor_kind = 'system'
      ) AS decided,
      EXISTS (
        SELECT 1 FROM comments o WHERE o.page_id = c.page_id AND o.id < c.id AND o.status = 'approved') AS page_known
    FROM comments c CROSS JOIN pages p ON p.id = c.page_id
    WHERE c.site_id = ${siteId} AND c.id < ${after ?? '~'} ORDER BY c.id DESC LIMIT ${rows}`.compile(query);
}

/** What became of the last comments of authors. */
export function selectHistories(
  siteId: string,
  authorIds: string[],
): CompiledQuery<HistoryRow & { author_id: string }> {
  const count = (statuses: ReturnType<typeof sql>) => sql`(
    SELECT COUNT(*) FROM (
      SELECT c.status FROM comments c INDEXED BY comments_author WHERE c.author_id = j.value AND c.site_id = ${siteId}
      ORDER BY c.id DESC LIMIT ${HISTORY_ROWS})
    WHERE status IN (${statuses}))`;
  return sql<HistoryRow & { author_id: string }>`
    SELECT j.value AS author_id, ${count(sql`'approved'`)} AS approved, ${count(sql`'spam', 'trash'`)} AS rejected
    FROM json_each(${JSON.stringify(authorIds)}) j`.compile(query);
}
