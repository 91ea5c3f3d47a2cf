/** SQL of what helps to decide about a comment: what it answers, what its author wrote otherwise, who reported it. */
import { type CompiledQuery, sql } from 'kysely';
import { type FlagRow, query } from '../../db';
import { type AdminRow, adminColumns } from './list-store';

const ANCESTORS = 5;
/** How many comments of an author tell what they are like, and how many of them are shown. */
const HISTORY_ROWS = 200;
const RECENT_ROWS = 5;
const FLAGS = 50;

/** What a comment answers, outermost first. */
export function selectAbove(id: string): CompiledQuery<AdminRow> {
  return sql<AdminRow>`
    WITH RECURSIVE up (n, id) AS (
      SELECT 1, parent_id FROM comments WHERE id = ${id}
      UNION ALL
      SELECT n + 1, parent_id FROM up CROSS JOIN comments a ON a.id = up.id WHERE n < ${ANCESTORS})
    SELECT ${adminColumns} FROM up CROSS JOIN comments c ON c.id = up.id CROSS JOIN pages p ON p.id = c.page_id
    ORDER BY up.n DESC`.compile(query);
}

/** What the author of a comment `t` wrote; by name, because SQLite would as well go through all of the site. */
const fromAuthor = sql`comments c INDEXED BY comments_author`;
/** On its site; nobody's comments are nobody's. */
const byAuthor = sql`c.author_id = t.author_id AND c.site_id = t.site_id`;

export interface AuthorRow {
  approved: number;
  pending: number;
  spam: number;
  trash: number;
  /** ms, when the first one was written, this one included; null where nobody can be proved to be the author */
  since: number | null;
}

/** Of the author's last comments, this one aside. One row, unless the comment is not there. */
export function selectAuthor(id: string): CompiledQuery<AuthorRow> {
  return sql<AuthorRow>`
    SELECT COALESCE(SUM(o.status = 'approved'), 0) AS approved, COALESCE(SUM(o.status = 'pending'), 0) AS pending,
      COALESCE(SUM(o.status = 'spam'), 0) AS spam, COALESCE(SUM(o.status = 'trash'), 0) AS trash,
      (SELECT c.created_at FROM ${fromAuthor} WHERE ${byAuthor} ORDER BY c.id LIMIT 1) AS since
    FROM comments t LEFT JOIN comments o ON o.id IN (
      SELECT c.id FROM ${fromAuthor} WHERE ${byAuthor} AND c.id <> t.id ORDER BY c.id DESC LIMIT ${HISTORY_ROWS})
    WHERE t.id = ${id}`.compile(query);
}

/** The author's last comments, this one aside, newest first. */
export function selectOthers(id: string): CompiledQuery<AdminRow> {
  return sql<AdminRow>`
    SELECT ${adminColumns}
    FROM comments t CROSS JOIN ${fromAuthor} ON ${byAuthor} AND c.id <> t.id CROSS JOIN pages p ON p.id = c.page_id
    WHERE t.id = ${id} ORDER BY c.id DESC LIMIT ${RECENT_ROWS}`.compile(query);
}

/** Why readers reported it, the latest first; who they are is nobody's business. */
export function selectFlags(id: string): CompiledQuery<Pick<FlagRow, 'reason' | 'note' | 'created_at'>> {
  return query
    .selectFrom('flags')
    .where('comment_id', '=', id)
    .orderBy('created_at', 'desc')
    .limit(FLAGS)
    .select(['reason', 'note', 'created_at'])
    .compile();
}
