/**
 * SQL about changing and deleting one comment. Each write repeats in its guards what policy decided on, and asks again which
 * page it is on; whatever it did is read by a `selectTarget` behind it in the same transaction.
 */
import { type CompiledQuery, sql } from 'kysely';
import { LIMITS } from '../contract';
import { type CommentRow, query } from '../db';
import { wiped, wipeLog } from '../moderation/decisions/status-store';
import { unindex } from '../moderation/queue/search-store';
import { pinnedColumn, type ShownRow, shownColumns } from './store';

/** A comment of any status, with what deciding about it needs. */
export type TargetRow = ShownRow &
  Pick<CommentRow, 'page_id' | 'body' | 'verdict'> & {
    site_id: string;
    settings: string;
    page_locked: number;
    page_created_at: number;
    page_url: string;
    /** Of its author: given with it, or of their account. Never shown. */
    email: string | null;
    /** Site of the browser's Origin, or null. */
    origin_site: string | null;
  };

/** @param originHost host of the browser's Origin, or null */
export function selectTarget(id: string, originHost: string | null): CompiledQuery<TargetRow> {
  return sql<TargetRow>`
    SELECT p.site_id, s.settings, p.locked AS page_locked, p.created_at AS page_created_at, p.url AS page_url, c.page_id, c.body, c.verdict, ${shownColumns},
      ${pinnedColumn},
      COALESCE(c.author_email, (SELECT email FROM people WHERE id = c.author_id)) AS email,
      (SELECT site_id FROM origins WHERE host = ${originHost}) AS origin_site
    FROM comments c JOIN pages p ON p.id = c.page_id JOIN sites s ON s.id = p.site_id
    WHERE c.id = ${id}`.compile(query);
}

/** What an edit was allowed on, and must still find. */
export interface EditGrounds {
  status: CommentRow['status'];
  /** null for the owner, who may always. */
  writer: { authorId: string; createdSince: number } | null;
  /** The text will be nobody's to read: it does not matter if the page was closed meanwhile. */
  hidden?: boolean;
}

/** The last of the queries changes a row, unless a guard stopped it all. */
export function updateText(
  target: Pick<TargetRow, 'id'>,
  grounds: EditGrounds,
  text: Pick<CommentRow, 'body' | 'html' | 'html_version' | 'edited_at' | 'verdict' | 'print'>,
): CompiledQuery[] {
  const { status, writer, hidden } = grounds;
  const isOpen = sql`AND EXISTS (SELECT 1 FROM pages p WHERE p.id = c.page_id AND p.locked = 0)`;
  const byWriter =
    writer &&
    sql`AND c.author_id = ${writer.authorId} AND c.created_at >= ${writer.createdSince} ${hidden ? sql`` : isOpen}`;
  const allowed = sql`c.id = ${target.id} AND c.status = ${status} ${byWriter ?? sql``}`;
  const onPage = sql`
    UPDATE pages SET version = version + 1
    WHERE id = (SELECT c.page_id FROM comments c WHERE ${allowed})`.compile(query);
  return [
    // What waits for approval is nobody's business: the page did not change.
    ...(status === 'approved' ? [onPage] : []),
    sql`
      UPDATE comments AS c SET body = ${text.body}, html = ${text.html}, html_version = ${text.html_version},
        edited_at = ${text.edited_at}, verdict = ${text.verdict}, print = ${text.print}
      WHERE ${allowed}`.compile(query),
  ];
}

/**
 * Deletes a comment for good: text, author, votes and reports. With shown replies its place stays; without, it goes, and so
 * do the removed comments above it that stood only for its sake. Counters move by what really goes. The last of the queries
 * changes a row, unless there was nothing to delete any more.
 * @param authorId whose it must be; null for the owner, who may always
 */
export function deleteComment(
  { id, root_id }: Pick<TargetRow, 'id' | 'root_id'>,
  authorId: string | null,
): CompiledQuery[] {
  const allowed = sql`c.id = ${id} AND c.status <> 'deleted' ${authorId === null ? sql`` : sql`AND c.author_id = ${authorId}`}`;
  const stands = sql`EXISTS (SELECT 1 FROM comments c WHERE ${allowed})`;
  const hasReplies = sql`EXISTS (SELECT 1 FROM comments r WHERE r.parent_id = c.id AND r.shown = 1)`;
  // The shown comments that will have no place any more, from this one upwards: as long as it still stands.
  const going = sql`
    WITH RECURSIVE going (id, parent_id) AS (
      SELECT c.id, c.parent_id FROM comments c WHERE ${allowed} AND c.shown = 1 AND NOT ${hasReplies}
      UNION ALL
      SELECT a.id, a.parent_id FROM going CROSS JOIN comments a ON a.id = going.parent_id
      WHERE a.shown = 1 AND a.status <> 'approved'
        AND NOT EXISTS (SELECT 1 FROM comments r WHERE r.parent_id = a.id AND r.shown = 1 AND r.id <> going.id))`;
  const inBranch = [
    sql`${going}
      UPDATE comments SET replies = replies - (SELECT COUNT(*) FROM going WHERE parent_id IS NOT NULL)
      WHERE id = ${root_id} AND EXISTS (SELECT 1 FROM going)`,
    sql`${going} UPDATE comments SET shown = 0 WHERE id IN (SELECT id FROM going WHERE id <> ${id})`,
  ];
  const isReply = id !== root_id;
  return [
    sql`DELETE FROM votes WHERE comment_id = ${id} AND ${stands}`,
    sql`DELETE FROM flags WHERE comment_id = ${id} AND ${stands}`,
    sql`
      UPDATE pages SET count = count - 1, version = version + 1
      WHERE id = (SELECT c.page_id FROM comments c WHERE ${allowed} AND c.status = 'approved')`,
    ...(isReply ? inBranch : []),
    unindex(sql`SELECT c.id FROM comments c WHERE ${allowed}`),
    wipeLog(sql`SELECT c.id FROM comments c WHERE ${allowed}`),
    sql`
      UPDATE comments AS c SET status = 'deleted', shown = CASE WHEN ${hasReplies} THEN shown ELSE 0 END, ${wiped}
      WHERE ${allowed}`,
  ].map((statement) => ('compile' in statement ? statement.compile(query) : statement));
}

/**
 * Fills the places that came free among the replies that come with the thread, by the next of the branch: else a new reply
 * would take one and come before those that are behind `more`. Changes nothing while they are taken.
 */
export function fillInline({ root_id }: Pick<TargetRow, 'root_id'>): CompiledQuery {
  const taken = sql`
    SELECT COUNT(*) FROM comments i
    WHERE i.page_id = (SELECT page_id FROM comments WHERE id = ${root_id}) AND i.root_id = ${root_id} AND i.shown = 1 AND i.inline = 1
      AND i.parent_id IS NOT NULL`;
  // A negative LIMIT would be none.
  return sql`
    UPDATE comments SET inline = 1 WHERE id IN (
      SELECT n.id FROM comments n
      WHERE n.root_id = ${root_id} AND n.parent_id IS NOT NULL AND n.shown = 1 AND n.inline = 0
      ORDER BY n.id LIMIT MAX(0, ${LIMITS.repliesInline} - (${taken})))`.compile(query);
}
