/** SQL of the log. What is written to it, those who decide write (insertDecision of status-store.ts). */
import { type CompiledQuery, sql } from 'kysely';
import { type DecisionRow, query } from '../../db';

/** How many items of a decision are shown. */
const ITEMS_SHOWN = 20;

/** A decision, with the first of its items. */
export type LogRow = Omit<DecisionRow, 'actor_id' | 'undone_by'> & { undone: number };

/** Which decisions to list: all that is given must fit. */
export interface LogFilter {
  /** null: of all sites, and about none. */
  siteId: string | null;
  batch?: string | undefined;
  /** comments.id or pages.id that they are about. */
  about?: string | undefined;
  /** decisions.id to go on behind. */
  after?: string | undefined;
}

/**
 * The latest first. Those about a comment are looked for among all that were made since it was written, by reading them: they
 * are kept for a month, and one is about some hundred comments.
 */
export function selectLog({ siteId, batch, about, after }: LogFilter, rows: number): CompiledQuery<LogRow> {
  const places = siteId === null ? sql`SELECT id FROM sites UNION ALL SELECT ''` : sql`SELECT ${siteId} AS id`;
  const fits = sql`d.id < ${after ?? '~'}
    ${about === undefined ? sql`` : sql`AND d.id > ${about} AND instr(d.items, ${`"id":"${about}"`}) > 0`}`;
  const found =
    batch === undefined
      ? // Each site's latest, then the latest of all: the primary key begins with the site.
        sql`(${places}) s CROSS JOIN decisions d ON d.site_id = s.id AND d.id IN (
          SELECT d.id FROM decisions d WHERE d.site_id = s.id AND ${fits} ORDER BY d.id DESC LIMIT ${rows})`
      : sql`decisions d WHERE d.batch = ${batch} AND d.site_id IN (${places}) AND ${fits}`;
  return sql<LogRow>`
    SELECT d.site_id, d.id, d.batch, d.actor_kind, d.actor_name, d.action, d.reason, d.count, d.created_at, d.undoes,
      d.undone_by IS NOT NULL AS undone,
      (SELECT json_group_array(json(i.value)) FROM (
        SELECT value FROM json_each(d.items) WHERE type = 'object' LIMIT ${ITEMS_SHOWN}) i) AS items
    FROM ${found} ORDER BY d.id DESC LIMIT ${rows}`.compile(query);
}
