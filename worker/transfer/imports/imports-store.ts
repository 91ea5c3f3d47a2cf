/** SQL of imports as such: begun, found again, listed, finished. What they bring is records-store.ts, what an undo takes undo-store.ts. */
import { type CompiledQuery, sql } from 'kysely';
import { type ImportRow, query } from '../../db';
import { type DecisionDraft, insertDecision } from '../../moderation/decisions/status-store';

/** The latest that are listed. */
const LISTED = 100;

/** An import with its site's settings; those of a restore are null. */
export type ImportWithSettings = ImportRow & { settings: string | null };

export function selectImport(id: string): CompiledQuery<ImportWithSettings> {
  return sql<ImportWithSettings>`
    SELECT i.*, s.settings FROM imports i LEFT JOIN sites s ON s.id = i.site_id WHERE i.id = ${id}`.compile(query);
}

/** @param siteId null: of all sites, and restores */
export function selectImports(siteId: string | null): CompiledQuery<ImportRow> {
  const only = siteId === null ? sql`1` : sql`i.site_id = ${siteId}`;
  return sql<ImportRow>`SELECT i.* FROM imports i WHERE ${only} ORDER BY i.id DESC LIMIT ${LISTED}`.compile(query);
}

export type ImportDraft = Omit<ImportRow, 'status' | 'position' | 'pages' | 'comments' | 'undone_to' | 'finished_at'>;

/**
 * Begins an import unless the same one is open. One of a site needs the site, a restore a database without comments.
 * @returns queries for one batch; the last one's row is the open one, if there may be one
 */
export function openImport(draft: ImportDraft): CompiledQuery[] {
  const { site_id, digest } = draft;
  const same = sql`digest = ${digest} AND site_id IS ${site_id} AND status = 'open'`;
  const may =
    site_id === null
      ? sql`NOT EXISTS (SELECT 1 FROM comments LIMIT 1)`
      : sql`EXISTS (SELECT 1 FROM sites WHERE id = ${site_id})`;
  return [
    sql`
      INSERT INTO imports (id, site_id, format, name, digest, status, total, actor_kind, actor_id, actor_name, created_at)
      SELECT ${draft.id}, ${site_id}, ${draft.format}, ${draft.name}, ${digest}, 'open', ${draft.total}, ${draft.actor_kind},
        ${draft.actor_id}, ${draft.actor_name}, ${draft.created_at}
      WHERE ${may} AND NOT EXISTS (SELECT 1 FROM imports i WHERE ${same})`.compile(query),
    sql`SELECT i.* FROM imports i WHERE ${same} ORDER BY i.id LIMIT 1`.compile(query),
  ];
}

export const selectSiteExists = (id: string): CompiledQuery<{ id: string }> =>
  query.selectFrom('sites').where('id', '=', id).select('id').compile();

/**
 * Ends an open import; one that has added nothing goes. A restore is not logged: the log is what it was.
 * @param now epoch ms
 */
export function closeImport(id: string, decision: DecisionDraft, now: number): CompiledQuery[] {
  const isOpen = sql`id = ${id} AND status = 'open'`;
  const logged = insertDecision(
    decision,
    sql`
      SELECT json_array(json_object('id', i.id, 'before', NULL, 'after',
          json_object('format', i.format, 'name', i.name, 'pages', i.pages, 'comments', i.comments))) AS items,
        i.comments AS n
      FROM imports i WHERE ${isOpen} AND site_id IS NOT NULL`,
  );
  return [
    logged,
    sql`UPDATE imports SET status = 'done', finished_at = ${now} WHERE ${isOpen} AND pages + comments > 0`.compile(
      query,
    ),
    sql`DELETE FROM imports WHERE ${isOpen}`.compile(query),
  ];
}
