/**
 * SQL about comments. Reads return compiled queries whose rows are named here; writes return compiled queries that
 * the post sends in one batch. Every public read goes by an index that holds only what may be seen (schema.sql).
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { LIMITS, type Sort } from '../contract';
import { type CommentRow, query } from '../db';
import { type HeadRow, headColumns, headFrom, type PageRef } from '../pages/store';

const SHOWN = [
  'id',
  'parent_id',
  'root_id',
  'depth',
  'status',
  'replies',
  'up',
  'down',
  'score',
  'author_id',
  'author_verified',
  'author_avatar',
  'author_name',
  'author_url',
  'author_badge',
  'kind',
  'html',
  'created_at',
  'edited_at',
] as const satisfies (keyof CommentRow)[];

/** What presenting a comment needs. */
export type ShownRow = Pick<CommentRow, (typeof SHOWN)[number]> & {
  /** 1: its page's pinned one; left out of what cannot be. */
  pinned?: number;
};
/** A thread's row: the head, and a comment unless the page has none (or the client has them already). */
export type ThreadRow = HeadRow & { [K in keyof ShownRow]: ShownRow[K] | null } & {
  /** JSON of a ShownRow, in rows of top-level comments: what is pinned. */
  pinned_row: string | null;
};

/** ShownRow of a comment `c`. */
export const shownColumns = sql.raw(SHOWN.map((name) => `c.${name}`).join(', '));
/** Of a comment `c` on its page `p`. */
export const pinnedColumn = sql`p.pinned IS c.id AS pinned`;

/** Where a page of a thread starts: behind a top-level comment, and for `best` behind its score. */
export interface ThreadCursor {
  score: number;
  id: string;
}

/**
 * One statement for a whole thread page: head, top-level comments and their first replies.
 * @param known `site version.page id.page version` the client has; when it still holds no comment is read
 * @param rows how many comments to read; one more than fit tells that there are more
 */
export function selectThread(
  ref: PageRef,
  originHost: string | null,
  options: { sort: Sort; after: ThreadCursor | null; rows: number; known: string | null },
): CompiledQuery<ThreadRow> {
  const { sort, after, rows, known } = options;
  const page = sql`CASE WHEN (s.version || '.' || p.id || '.' || p.version) IS NOT ${known} THEN p.id END`;
  // What is pinned costs one row more. It may be further down than this page, so it comes beside the rows. The + keeps SQLite
  // from an index in which it could not know that there is one at most.
  const pinned = sql`LEFT JOIN comments t ON t.id = p.pinned AND +t.page_id = ${page} AND t.status = 'approved'`;
  const pinnedRow = sql.raw(`json_object(${SHOWN.map((name) => `'${name}', t.${name}`).join(', ')}, 'pinned', 1)`);
  const [beside, column] = after
    ? [sql``, sql`NULL`]
    : [pinned, sql`CASE WHEN c.id = c.root_id AND t.shown = 1 THEN ${pinnedRow} END`];
  const parts: Record<Sort, { join: RawBuilder<unknown>; order: RawBuilder<unknown> }> = {
    oldest: {
      join: sql`LEFT JOIN comments c ON c.page_id = ${page} AND c.shown = 1 AND c.inline = 1 AND c.root_id > ${after?.id ?? ''}`,
      order: sql`c.root_id, c.id`,
    },
    newest: {
      join: sql`LEFT JOIN comments c ON c.page_id = ${page} AND c.shown = 1 AND c.inline = 1 AND c.root_id < ${after?.id ?? '~'}`,
      order: sql`c.root_id DESC, c.id DESC`,
    },
    best: {
      join: sql`LEFT JOIN comments r ON r.page_id = ${page} AND r.shown = 1 AND r.parent_id IS NULL
          AND (r.score, r.id) < (${after?.score ?? Number.MAX_VALUE}, ${after?.id ?? '~'})
        LEFT JOIN comments c ON c.page_id = r.page_id AND c.root_id = r.id AND c.shown = 1 AND c.inline = 1`,
      order: sql`r.score DESC, r.id DESC`,
    },
  };
  return sql<ThreadRow>`
    SELECT ${headColumns(originHost)}, ${shownColumns}, ${pinnedColumn}, ${column} AS pinned_row
    FROM ${headFrom(ref)} ${beside} ${parts[sort].join}
    WHERE o.host = ${ref.host} ORDER BY ${parts[sort].order} LIMIT ${rows}`.compile(query);
}

/** The page a comment stands on, for answers that begin with a comment. */
export interface PlaceRow {
  site_id: string;
  origin_site: string | null;
  page_id: string;
  page_url: string;
  page_title: string | null;
  page_count: number;
  page_locked: number;
  page_created_at: number;
  page_reactions: string;
  settings: string;
}

/** A shown comment with its page. No row: there is none that may be seen. */
export function selectPlaced(id: string, originHost: string | null): CompiledQuery<PlaceRow & ShownRow> {
  return sql<PlaceRow & ShownRow>`
    SELECT p.site_id, (SELECT site_id FROM origins WHERE host = ${originHost}) AS origin_site,
      p.id AS page_id, p.url AS page_url, p.title AS page_title, p.count AS page_count, p.locked AS page_locked,
      p.created_at AS page_created_at, p.reactions AS page_reactions, s.settings, ${shownColumns}, ${pinnedColumn}
    FROM comments c JOIN pages p ON p.id = c.page_id JOIN sites s ON s.id = p.site_id
    WHERE c.id = ${id} AND c.shown = 1`.compile(query);
}

/** The nearest ancestors of a comment, innermost first. The columns travel with the walk: each row is read once. */
export function selectAncestors(id: string): CompiledQuery<ShownRow> {
  return sql<ShownRow>`
    WITH RECURSIVE up AS (
      SELECT 0 AS n, c.shown, ${shownColumns} FROM comments c WHERE c.id = ${id}
      UNION ALL
      SELECT n + 1, c.shown, ${shownColumns} FROM up CROSS JOIN comments c ON c.id = up.parent_id WHERE n < ${LIMITS.ancestors})
    SELECT ${shownColumns} FROM up c WHERE c.n > 0 AND c.shown = 1`.compile(query);
}

/** Replies of a whole branch behind a cursor, oldest first: one index range. */
export function selectBranch(rootId: string, after: string, rows: number): CompiledQuery<ShownRow> {
  return sql<ShownRow>`
    SELECT ${shownColumns} FROM comments c
    WHERE c.root_id = ${rootId} AND c.parent_id IS NOT NULL AND c.shown = 1 AND c.id > ${after}
    ORDER BY c.id LIMIT ${rows}`.compile(query);
}

/**
 * Replies below a comment that is inside a branch, oldest first; nothing for a top-level one. Walks that part of the tree from its top in order of time, so its
 * cost grows with how far the cursor has come; a whole branch is better read by `selectBranch`. CROSS JOIN keeps SQLite
 * from walking the table instead.
 */
export function selectDescendants(id: string, after: string, rows: number): CompiledQuery<ShownRow> {
  return sql<ShownRow>`
    WITH RECURSIVE down (id) AS (
      SELECT c.id FROM comments t CROSS JOIN comments c ON c.parent_id = t.id AND c.shown = 1
        WHERE t.id = ${id} AND t.depth > 0
      UNION ALL
      SELECT c.id FROM down CROSS JOIN comments c ON c.parent_id = down.id AND c.shown = 1
      ORDER BY 1)
    SELECT ${shownColumns} FROM down CROSS JOIN comments c ON c.id = down.id
    WHERE down.id > ${after} LIMIT ${rows}`.compile(query);
}

export interface ParentRow {
  id: string;
  page_id: string;
  root_id: string;
  depth: number;
  status: CommentRow['status'];
  /** 1: nobody may reply in its branch. */
  branch_locked: number;
  /** pages.merged_into of its page. */
  merged_into: string | null;
}

export function selectParent(id: string): CompiledQuery<ParentRow> {
  return query
    .selectFrom('comments as c')
    .innerJoin('comments as r', 'r.id', 'c.root_id')
    .innerJoin('pages as p', 'p.id', 'c.page_id')
    .where('c.id', '=', id)
    .select(['c.id', 'c.page_id', 'c.root_id', 'c.depth', 'c.status', 'r.locked as branch_locked', 'p.merged_into'])
    .compile();
}

/** A comment that was written under an idempotency key. */
export type ReceiptRow = ShownRow & { receipt_print: string };

/** The site is that of `host`, so that it needs no earlier read. */
export function selectReceipt(host: string, key: string): CompiledQuery<ReceiptRow> {
  return sql<ReceiptRow>`
    SELECT c.receipt_print, ${shownColumns} FROM comments c
    WHERE c.receipt_key = ${key} AND c.site_id = (SELECT site_id FROM origins WHERE host = ${host})`.compile(query);
}

/** A comment about to be written; `inline` and what comes later are the database's to decide. */
export type CommentDraft = Omit<
  CommentRow,
  | 'page_id'
  | 'inline'
  | 'replies'
  | 'up'
  | 'down'
  | 'score'
  | 'flagged'
  | 'locked'
  | 'decision_id'
  | 'kind'
  | 'orphan'
  | 'import_id'
  | 'source_id'
  | 'told'
  | 'edited_at'
  | 'receipt_key'
  | 'receipt_print'
> & { receipt_key: string; receipt_print: string };

/**
 * Writes nothing when, since policy looked, page or branch were locked, the page was moved or merged, the parent went away, or
 * the idempotency key was used: then `changes` is 0. Takes a place among the first of its branch while there is one, and always before a later inline one,
 * so that what comes with the thread is a beginning of the branch without gaps.
 */
export function insertComment(draft: CommentDraft, page: { siteId: string; key: string }): CompiledQuery {
  const inline =
    draft.parent_id === null
      ? sql`1`
      : sql`(SELECT r.replies FROM comments r WHERE r.id = ${draft.root_id}) < ${LIMITS.repliesInline} OR EXISTS (
          SELECT 1 FROM comments b
          WHERE b.root_id = ${draft.root_id} AND b.parent_id IS NOT NULL AND b.shown = 1 AND b.id > ${draft.id} AND b.inline = 1)`;
  const parentStands =
    draft.parent_id === null
      ? sql`1`
      : sql`EXISTS (
          SELECT 1 FROM comments a CROSS JOIN comments r ON r.id = a.root_id
          WHERE a.id = ${draft.parent_id} AND a.page_id = p.id AND a.status = 'approved' AND r.locked = 0)`;
  return sql`
    INSERT INTO comments (id, site_id, page_id, parent_id, root_id, depth, status, shown, inline, author_id, author_name,
      author_email, author_url, author_badge, author_verified, author_avatar, body, html, html_version, ip_hash, net_hash,
      receipt_key, receipt_print, verdict, print, created_at)
    SELECT ${draft.id}, p.site_id, p.id, ${draft.parent_id}, ${draft.root_id}, ${draft.depth}, ${draft.status}, ${draft.shown},
      ${inline}, ${draft.author_id}, ${draft.author_name}, ${draft.author_email}, ${draft.author_url}, ${draft.author_badge},
      ${draft.author_verified}, ${draft.author_avatar}, ${draft.body}, ${draft.html}, ${draft.html_version}, ${draft.ip_hash},
      ${draft.net_hash}, ${draft.receipt_key}, ${draft.receipt_print}, ${draft.verdict}, ${draft.print}, ${draft.created_at}
    FROM pages p
    WHERE p.site_id = ${page.siteId} AND p.key = ${page.key} AND p.locked = 0 AND p.merged_into IS NULL
      AND ${parentStands}
      AND NOT EXISTS (SELECT 1 FROM comments WHERE site_id = ${page.siteId} AND receipt_key = ${draft.receipt_key})`.compile(
    query,
  );
}

/** Counters speak of what may be seen: a held comment changes none. Nothing happens unless the comment was written. */
export function countShown(draft: CommentDraft, page: { siteId: string; key: string }): CompiledQuery[] {
  const written = sql`EXISTS (SELECT 1 FROM comments WHERE id = ${draft.id} AND shown = 1)`;
  const onPage = sql`
    UPDATE pages SET count = count + 1, version = version + 1
    WHERE site_id = ${page.siteId} AND key = ${page.key} AND ${written}`.compile(query);
  if (draft.parent_id === null) return [onPage];
  return [
    onPage,
    sql`UPDATE comments SET replies = replies + 1 WHERE id = ${draft.root_id} AND ${written}`.compile(query),
  ];
}

/**
 * What is kept for a time only: hashes of addresses, and which request wrote a comment. They are looked for where they can
 * be: among the comments of the days that have just become too old.
 * @param from first id of the moment since which they may still be there
 * @param to first id of the moment before which they are forgotten
 */
export function purgeExpired(from: string, to: string): CompiledQuery {
  return sql`
    UPDATE comments SET ip_hash = NULL, net_hash = NULL, receipt_key = NULL, receipt_print = NULL
    WHERE id >= ${from} AND id < ${to} AND (ip_hash IS NOT NULL OR receipt_key IS NOT NULL)`.compile(query);
}
