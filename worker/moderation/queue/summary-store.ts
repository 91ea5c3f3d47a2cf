/** SQL of what waits for moderators, asked for every few seconds: by indexes alone, a row each of what is counted. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { query } from '../../db';
import { whereStatus } from './filter-store';

/** More are not counted. */
const COUNTED = 1_000;

export interface SummaryRow {
  pending: number;
  flagged: number;
  spam: number;
  /** Id of the newest comment of any status, or null. */
  latest: string | null;
  /** ms, the latest of these sites; null where there is none */
  attack_until: number | null;
}

/** Always one row. @param siteId null: all */
export function selectSummary(siteId: string | null): CompiledQuery<SummaryRow> {
  // By site, because that is how the indexes begin.
  const sites = siteId === null ? sql`(SELECT id FROM sites)` : sql`(SELECT ${siteId} AS id)`;
  const count = (which: RawBuilder<unknown>) => sql`(
    SELECT COUNT(*) FROM (
      SELECT 1 FROM ${sites} s CROSS JOIN comments c ON c.site_id = s.id AND ${which} LIMIT ${COUNTED}))`;
  return sql<SummaryRow>`
    SELECT ${count(whereStatus('pending'))} AS pending, ${count(sql`c.flagged > 0`)} AS flagged,
      ${count(whereStatus('spam'))} AS spam,
      (SELECT MAX((SELECT MAX(id) FROM comments WHERE site_id = s.id)) FROM ${sites} s) AS latest,
      (SELECT MAX(attack_until) FROM sites WHERE id = COALESCE(${siteId}, id)) AS attack_until`.compile(query);
}
