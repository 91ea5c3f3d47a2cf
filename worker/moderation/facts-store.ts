/** SQL of what the phases of moderation judge by: read together with whatever else a post looks up, in the same round trip. */
import { type CompiledQuery, sql } from 'kysely';
import { type BanRow, type ModelRow, query } from '../db';
import type { BanName } from './ban-match';
import type { Recent } from './verdict';

/** How far back duplicates and floods are looked for. */
const RECENT_ROWS = 100;
/** How many comments of an author tell what they are like. */
const HISTORY_ROWS = 50;

/** Whose site is meant: that of a page, by its host, or that of a comment. */
export type Place = { host: string } | { comment: string };
const siteOf = (place: Place) =>
  'host' in place
    ? sql`(SELECT site_id FROM origins WHERE host = ${place.host})`
    : sql`(SELECT site_id FROM comments WHERE id = ${place.comment})`;
/** A comment that is judged again says nothing about its author. */
const without = (place: Place) => ('comment' in place ? place.comment : '');

export interface HistoryRow {
  approved: number;
  rejected: number;
}

/**
 * Always one row. The index is named because SQLite would as well go through all of the site for somebody new.
 * @param authorId null for nobody
 */
export function selectHistory(place: Place, authorId: string | null): CompiledQuery<HistoryRow> {
  return sql<HistoryRow>`
    SELECT COALESCE(SUM(status = 'approved'), 0) AS approved, COALESCE(SUM(status IN ('spam', 'trash')), 0) AS rejected
    FROM (
      SELECT status FROM comments INDEXED BY comments_author
      WHERE author_id = ${authorId} AND site_id = ${siteOf(place)} AND id <> ${without(place)}
      ORDER BY id DESC LIMIT ${HISTORY_ROWS})`.compile(query);
}

/** The site's last comments, newest first. */
export function selectRecent(place: Place): CompiledQuery<Recent> {
  return sql<Recent>`
    SELECT id, page_id, status, author_id, ip_hash, net_hash, print, created_at FROM comments
    WHERE site_id = ${siteOf(place)} ORDER BY id DESC LIMIT ${RECENT_ROWS}`.compile(query);
}

export type FittingBan = Pick<BanRow, 'kind' | 'value' | 'silent' | 'expires_at'>;
/**
 * Bans of the site that name one of `names` or the e-mail address of who is logged in, and all that name networks by their
 * addresses.
 * @param authorId null for nobody @param now epoch ms
 */
export function selectBans(
  place: Place,
  names: BanName[],
  authorId: string | null,
  now: number,
): CompiledQuery<FittingBan> {
  return sql<FittingBan>`
    SELECT kind, value, silent, expires_at FROM bans
    WHERE site_id = ${siteOf(place)} AND (expires_at IS NULL OR expires_at > ${now})
      AND (kind = 'cidr' OR (kind, value) IN (
        SELECT j.value ->> 0, j.value ->> 1 FROM json_each(${JSON.stringify(names)}) j
        UNION ALL SELECT 'email', lower(p.email) FROM people p WHERE p.id = ${authorId}))`.compile(query);
}

/** Nothing when this worker has read the latest already. @param known version of what it has, 0 for none */
export function selectModel(place: Place, known: number): CompiledQuery<ModelRow> {
  return sql<ModelRow>`
    SELECT * FROM models WHERE site_id = ${siteOf(place)} AND version > ${known}`.compile(query);
}
