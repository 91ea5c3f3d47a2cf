/**
 * SQL of feeds: the newest approved comments of a site, a page, or below a comment, by an index in order of ids. The indexes of
 * sites and pages hold comments of every status; a walk that meets too many that nobody may see ends where the feed would.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type ShownRow, shownColumns } from '../comments/store';
import { query } from '../db';
import { headFrom, type PageRef } from '../pages/store';

/** How many comments of any status a feed looks at: else a flood of spam would be read again by everybody who asks. */
const WALKED = 1000;

export type EntryRow = ShownRow & {
  page_id: string;
  page_url: string;
  page_title: string | null;
  /** Of a top-level comment, the id of the last in its branch, or null. */
  answered: string | null;
};
/** Of a page's own feed: where they stand is known. */
export type EntryOnPageRow = Omit<EntryRow, 'page_url' | 'page_title'>;

/** Where a feed document begins: behind an id, or before one; without either, at the newest. */
export interface FeedCursor {
  after: string | undefined;
  before: string | undefined;
}
type Part = RawBuilder<unknown>;

const within = ({ after, before }: FeedCursor): Part =>
  before === undefined ? sql`c.id < ${after ?? '~'}` : sql`c.id > ${before}`;
const turn = ({ before }: FeedCursor): Part => (before === undefined ? sql`DESC` : sql`ASC`);

const columns = sql`${shownColumns}, c.page_id, CASE WHEN c.depth = 0 AND c.replies > 0 THEN (
  SELECT MAX(r.id) FROM comments r WHERE r.root_id = c.id AND r.parent_id IS NOT NULL AND r.shown = 1) END AS answered`;

/**
 * Reads on until there are enough, and no further than it may. An ORDER BY around it would make SQLite read all it may, or
 * take other ones: whoever asks puts them in order.
 * @param where a range of an index that is in order of ids
 */
const walk = (where: Part, cursor: FeedCursor, rows: number): Part => sql`
  SELECT * FROM (
    SELECT ${columns} FROM comments c WHERE ${where} AND ${within(cursor)} ORDER BY c.id ${turn(cursor)} LIMIT ${WALKED})
  WHERE status = 'approved' LIMIT ${rows}`;

export interface FeedSiteRow {
  name: string;
  created_at: number;
}
export const selectFeedSite = (siteId: string): CompiledQuery<FeedSiteRow> =>
  query.selectFrom('sites').where('id', '=', siteId).select(['name', 'created_at']).compile();

/** As all here, those nearest to the cursor, in no order. @param rows one more than fit tells that there are more */
export function selectOfSite(siteId: string, cursor: FeedCursor, rows: number): CompiledQuery<EntryRow> {
  return sql<EntryRow>`
    SELECT e.*, p.url AS page_url, p.title AS page_title
    FROM (${walk(sql`c.site_id = ${siteId}`, cursor, rows)}) e CROSS JOIN pages p ON p.id = e.page_id`.compile(query);
}

/** `site version.page id.page version` of a page `p` of a site `s`: of what a client has already nothing is read. */
const unlessKnown = (id: Part, known: string | null): Part =>
  sql`CASE WHEN (s.version || '.' || p.id || '.' || p.version) IS NOT ${known} THEN ${id} END`;

/** @param known the version that whoever asks has */
export function selectOfPage(
  ref: PageRef,
  cursor: FeedCursor,
  rows: number,
  known: string | null,
): CompiledQuery<EntryOnPageRow> {
  const page = sql`(SELECT ${unlessKnown(sql`p.id`, known)} FROM ${headFrom(ref)} WHERE o.host = ${ref.host})`;
  return sql<EntryOnPageRow>`${walk(sql`c.page_id = ${page}`, cursor, rows)}`.compile(query);
}

/** The comment that a feed is below, with its page. No row: there is none that may be seen. */
export type SubjectRow = ShownRow & { page_id: string; page_url: string; page_title: string | null; version: string };
export function selectSubject(id: string): CompiledQuery<SubjectRow> {
  return sql<SubjectRow>`
    SELECT ${shownColumns}, c.page_id, p.url AS page_url, p.title AS page_title,
      s.version || '.' || p.id || '.' || p.version AS version
    FROM ${placed(id)}`.compile(query);
}
const placed = (id: string): Part => sql`
  comments c CROSS JOIN pages p ON p.id = c.page_id CROSS JOIN sites s ON s.id = p.site_id WHERE c.id = ${id} AND c.shown = 1`;

/**
 * Below a comment: of a top-level one a range of an index; of one inside a branch, a part of the tree, from its top down, the
 * newest first.
 */
export function selectBelow(
  id: string,
  cursor: FeedCursor,
  rows: number,
  known: string | null,
): CompiledQuery<EntryOnPageRow>[] {
  const subject = (condition: Part) =>
    sql`(SELECT CASE WHEN ${condition} THEN ${unlessKnown(sql`c.id`, known)} END FROM ${placed(id)})`;
  const branch = sql`c.root_id = ${subject(sql`c.depth = 0`)} AND c.parent_id IS NOT NULL AND c.shown = 1`;
  return [
    sql<EntryOnPageRow>`${walk(branch, cursor, rows)}`.compile(query),
    sql<EntryOnPageRow>`
      WITH RECURSIVE down (id) AS (
        SELECT c.id FROM comments c WHERE c.parent_id = ${subject(sql`c.depth > 0`)} AND c.shown = 1
        UNION ALL
        SELECT c.id FROM down CROSS JOIN comments c ON c.parent_id = down.id AND c.shown = 1
        ORDER BY 1 DESC LIMIT ${WALKED})
      SELECT ${columns} FROM down CROSS JOIN comments c ON c.id = down.id
      WHERE c.status = 'approved' AND ${within(cursor)} ORDER BY c.id ${turn(cursor)} LIMIT ${rows}`.compile(query),
  ];
}
