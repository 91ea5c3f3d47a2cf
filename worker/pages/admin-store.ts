/** SQL of pages as those who run the site see them. */
import { type CompiledQuery, sql } from 'kysely';
import { type PageRow, query } from '../db';
import type { PageRef } from './store';

export type AdminPageRow = Pick<
  PageRow,
  'id' | 'site_id' | 'key' | 'url' | 'title' | 'count' | 'locked' | 'merged_into' | 'created_at'
>;

/** AdminPageRow of a page `p`. */
export const adminPageColumns = sql`p.id, p.site_id, p.key, p.url, p.title, p.count, p.locked, p.merged_into, p.created_at`;

/** What was merged is another page's now, unless the merge was left half done. */
const stands = sql`(p.merged_into IS NULL OR EXISTS (SELECT 1 FROM comments WHERE page_id = p.id))`;

/** @param text that must be in address or title; the case of A to Z is ignored @param after a key, '' for the beginning */
export function selectPages(siteId: string, text: string, after: string, rows: number): CompiledQuery<AdminPageRow> {
  return sql<AdminPageRow>`
    SELECT ${adminPageColumns} FROM pages p
    WHERE p.site_id = ${siteId} AND p.key > ${after} AND ${stands}
      AND (instr(lower(p.url), lower(${text})) > 0 OR instr(lower(p.title), lower(${text})) > 0)
    ORDER BY p.key LIMIT ${rows}`.compile(query);
}

export function selectPage(id: string): CompiledQuery<AdminPageRow> {
  return sql<AdminPageRow>`SELECT ${adminPageColumns} FROM pages p WHERE p.id = ${id}`.compile(query);
}

/** What is at an address. No row: it is no site's. */
export interface PlaceRow {
  site_id: string;
  /** The page that has this key, merged or not. */
  page_id: string | null;
  merged_into: string | null;
  /** Keys that aliases lead to from there: from the exact address, and from its key. */
  exact_target: string | null;
  alias_target: string | null;
}

export function selectPlace({ host, exact, key }: PageRef): CompiledQuery<PlaceRow> {
  const target = (from: string) => sql`(SELECT target FROM aliases WHERE site_id = o.site_id AND key = ${from})`;
  return sql<PlaceRow>`
    SELECT o.site_id, p.id AS page_id, p.merged_into, ${target(exact)} AS exact_target, ${target(key)} AS alias_target
    FROM origins o LEFT JOIN pages p ON p.site_id = o.site_id AND p.key = ${key}
    WHERE o.host = ${host}`.compile(query);
}
