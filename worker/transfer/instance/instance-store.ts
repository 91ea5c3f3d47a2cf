/** SQL of what the database tells of itself. */
import { type CompiledQuery, sql } from 'kysely';
import { query } from '../../db';

export interface SchemaRow {
  kind: 'table' | 'index';
  name: string;
  /** JSON array of a table's columns. */
  columns: string;
}

/** Tables with their columns, and indexes; what SQLite, FTS5 and D1 make for themselves is left out. */
export function selectSchema(): CompiledQuery<SchemaRow> {
  // table_xinfo also tells generated columns.
  return sql<SchemaRow>`
    SELECT s.type AS kind, s.name,
      CASE s.type WHEN 'table' THEN (SELECT json_group_array(c.name) FROM pragma_table_xinfo(s.name) c) ELSE '[]' END AS columns
    FROM sqlite_master s
    WHERE s.type IN ('table', 'index') AND s.sql IS NOT NULL
      AND s.name NOT GLOB 'sqlite_*' AND s.name NOT GLOB '_cf_*' AND s.name NOT GLOB 'd1_*' AND s.name NOT GLOB 'search_*'
    ORDER BY s.type, s.name`.compile(query);
}

/** API tokens that never expire and are not revoked. */
export function countEndlessTokens(): CompiledQuery<{ n: number }> {
  return sql<{ n: number }>`
    SELECT COUNT(*) AS n FROM tokens WHERE expires_at IS NULL AND revoked_at IS NULL`.compile(query);
}
