/** SQL of comments with all that moderators may know of them: the queue, and single ones. */
import { type CompiledQuery, sql } from 'kysely';
import { type CommentRow, query } from '../../db';
import { type Listing, turn, type Way, walk } from './walk-store';

/** What presenting a comment to moderators needs. */
export type AdminRow = Pick<
  CommentRow,
  | 'id'
  | 'site_id'
  | 'page_id'
  | 'parent_id'
  | 'depth'
  | 'status'
  | 'replies'
  | 'up'
  | 'down'
  | 'author_id'
  | 'author_verified'
  | 'author_avatar'
  | 'author_name'
  | 'author_email'
  | 'author_url'
  | 'author_badge'
  | 'body'
  | 'html'
  | 'ip_hash'
  | 'net_hash'
  | 'verdict'
  | 'flagged'
  | 'locked'
  | 'decision_id'
  | 'kind'
  | 'orphan'
  | 'import_id'
  | 'source_id'
  | 'created_at'
  | 'edited_at'
> & { page_url: string; page_title: string | null; pinned: number };

/** AdminRow of a comment `c` on a page `p`. */
export const adminColumns = sql`c.id, c.site_id, c.page_id, c.parent_id, c.depth, c.status, c.replies, c.up, c.down,
  c.author_id, c.author_verified, c.author_avatar, c.author_name, c.author_email, c.author_url, c.author_badge, c.body, c.html,
  c.ip_hash, c.net_hash, c.verdict, c.flagged, c.locked, c.decision_id, c.kind, c.orphan, c.import_id, c.source_id,
  c.created_at, c.edited_at,
  p.url AS page_url, p.title AS page_title, p.pinned IS c.id AS pinned`;

export function selectAdminComment(id: string): CompiledQuery<AdminRow> {
  return sql<AdminRow>`
    SELECT ${adminColumns} FROM comments c CROSS JOIN pages p ON p.id = c.page_id WHERE c.id = ${id}`.compile(query);
}

/** The next of a listing, as far as its walk comes (walk-store.ts). */
export function selectListed(listing: Listing, way: Way): CompiledQuery<AdminRow> {
  const { from, where, order } = walk(listing, way);
  return sql<AdminRow>`
    SELECT ${adminColumns} FROM ${from} CROSS JOIN pages p ON p.id = c.page_id
    WHERE ${where} ORDER BY ${order} ${turn(listing.newest)} LIMIT ${listing.rows}`.compile(query);
}
