/** SQL of what the phases of moderation judge by: read together with whatever else a post looks up, in the same round trip. */
import { type CompiledQuery, sql } from 'kysely';
import { type BanRow, type ModelRow, query } from '../db';
import type { Recent } from './verdict';

/** How far back duplicates and floods are looked for. */
const RECENT_ROWS = 100;
/** How many comments of an author tell what they are like. */
const HISTORY_ROWS = 50;

const siteOf = (host: string) => sql`(SELECT site_id FROM origins WHERE host = ${host})`;

export interface HistoryRow {
  approved: number;
  rejected: number;
}

/** Always one row. @param authorId '' for nobody */
export function selectHistory(host: string, authorId: string): CompiledQuery<HistoryRow> {
  return sql<HistoryRow>`
    SELECT COALESCE(SUM(status = 'approved'), 0) AS approved, COALESCE(SUM(status IN ('spam', 'trash')), 0) AS rejected
    FROM (
      SELECT status FROM comments WHERE author_id = ${authorId} AND site_id = ${siteOf(host)}
      ORDER BY id DESC LIMIT ${HISTORY_ROWS})`.compile(query);
}

/** The site's last comments, newest first. */
export function selectRecent(host: string): CompiledQuery<Recent> {
  return sql<Recent>`
    SELECT id, page_id, status, author_id, ip_hash, net_hash, print, created_at FROM comments
    WHERE site_id = ${siteOf(host)} ORDER BY id DESC LIMIT ${RECENT_ROWS}`.compile(query);
}

export type FittingBan = Pick<BanRow, 'kind' | 'value' | 'silent' | 'expires_at'>;
/**
 * Bans of the site that name one of `candidates`, and all that name networks by their addresses.
 * @param candidates `[kind, value]`
 */
export function selectBans(
  host: string,
  candidates: [BanRow['kind'], string][],
  now: number,
): CompiledQuery<FittingBan> {
  return sql<FittingBan>`
    SELECT kind, value, silent, expires_at FROM bans
    WHERE site_id = ${siteOf(host)} AND (expires_at IS NULL OR expires_at > ${now})
      AND (kind = 'cidr' OR (kind, value) IN (
        SELECT j.value ->> 0, j.value ->> 1 FROM json_each(${JSON.stringify(candidates)}) j))`.compile(query);
}

/** Nothing when this worker has read the latest already. @param known version of what it has, 0 for none */
export function selectModel(host: string, known: number): CompiledQuery<ModelRow> {
  return sql<ModelRow>`
    SELECT * FROM models WHERE site_id = ${siteOf(host)} AND version > ${known}`.compile(query);
}
