/** SQL of attack mode: how many strangers wrote in the last minute, and turning it on. */
import { type CompiledQuery, sql } from 'kysely';
import { query } from '../db';
import { timePrefix } from '../ids';
import { SETTLED_MS, WINDOW_MS } from './attack';
import { insertDecision } from './status-store';

/** No site turns it on later (contract-settings.ts, attackAfter). */
const COUNTED_ROWS = 100;
/** Among their first comments one was approved, or they are strangers still: what somebody floods with is not read. */
const FIRST_ROWS = 5;

const siteOf = (host: string) => sql`(SELECT site_id FROM origins WHERE host = ${host})`;

export interface SurgeRow {
  /** Comments of the last minute by people without an approved comment of before; those who run the site do not count. */
  surge: number;
  /** 1: who writes now is no stranger. */
  settled: number;
}

/** Always one row; reads what was written in the last minute. @param authorId '' for nobody @param now epoch ms */
export function selectSurge(host: string, authorId: string, now: number): CompiledQuery<SurgeRow> {
  const isSettled = (author: ReturnType<typeof sql>) => sql`EXISTS (
    SELECT 1 FROM (
      SELECT e.status FROM comments e INDEXED BY comments_author
      WHERE e.author_id = ${author} AND e.id < ${timePrefix(now - SETTLED_MS)} AND e.site_id = ${siteOf(host)}
      ORDER BY e.id LIMIT ${FIRST_ROWS})
    WHERE status = 'approved')`;
  return sql<SurgeRow>`
    SELECT ${isSettled(sql`${authorId}`)} AS settled, (
      SELECT COUNT(*) FROM (
        SELECT 1 FROM comments c
        WHERE c.site_id = ${siteOf(host)} AND c.id >= ${timePrefix(now - WINDOW_MS)}
          AND c.ip_hash IS NOT NULL AND c.author_badge IS NULL AND NOT ${isSettled(sql`c.author_id`)}
        ORDER BY c.id DESC LIMIT ${COUNTED_ROWS})) AS surge`.compile(query);
}

/**
 * Attack mode until then. The log has one line for its beginning, however many comments saw it begin, and none for its going on.
 * @param until epoch ms
 * @param id of the line in the log
 * @param now epoch ms
 */
export function startAttack(siteId: string, until: number, surge: number, id: string, now: number): CompiledQuery[] {
  const draft = {
    site_id: siteId,
    id,
    batch: id,
    actor_kind: 'system' as const,
    actor_id: null,
    actor_name: 'Afterword',
    action: 'attack.on' as const,
    reason: `${surge} comments of newcomers in a minute.`,
    created_at: now,
  };
  return [
    insertDecision(
      draft,
      sql`
        SELECT json_array(json_object('id', id, 'before', json_object('attackUntil', attack_until),
          'after', json_object('attackUntil', ${until}))) AS items, 1 AS n
        FROM sites WHERE id = ${siteId} AND attack_until <= ${now}`,
    ),
    query
      .updateTable('sites')
      .set({ attack_until: until })
      .where('id', '=', siteId)
      .where('attack_until', '<', until)
      .compile(),
  ];
}
