/** SQL of sites and their origins. */
import { type CompiledQuery, sql } from 'kysely';
import { query } from '../db';

/** @param siteId null: all */
export function selectSiteNames(siteId: string | null): CompiledQuery<{ id: string; name: string }> {
  return sql<{ id: string; name: string }>`
    SELECT id, name FROM sites WHERE id = COALESCE(${siteId}, id) ORDER BY id`.compile(query);
}
