/**
 * SQL of the dashboard's numbers. A day's are counted from what is stored, for a site when it asks, for all by the cron, which
 * keeps them in `stats` under these names:
 *   approved, pending, spam, trash   comments of that day, by what became of them
 *   decided, waited                  held comments decided about that day, and for how long they had waited together, in s
 *   page:{id}                        approved comments of that day on one of its busiest pages
 *   hits:{phase}, good:{phase}       comments of that day that a phase said something about, and how many are approved
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type Db, query, type StatRow } from '../db';
import { timePrefix } from '../ids';
import { type AdminPageRow, adminPageColumns } from '../pages/admin-store';

const DAY_MS = 86_400_000;
/** Pages that a day keeps. */
const PAGES = 20;

/** @param ms epoch ms @returns YYYY-MM-DD, UTC */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export type NumberRow = Pick<StatRow, 'site_id' | 'name' | 'value'>;
export type KeptRow = Pick<StatRow, 'day' | 'name' | 'value'>;

/** What a day is made of: rows of `site_id, name, value`. @param siteId null: all sites */
function countDay(day: string, siteId: string | null): RawBuilder<NumberRow>[] {
  const from = Date.parse(day);
  const within = (id: RawBuilder<unknown>) =>
    sql`${id} >= ${timePrefix(from)} AND ${id} < ${timePrefix(from + DAY_MS)}`;
  const sites = siteId === null ? sql`(SELECT id FROM sites)` : sql`(SELECT ${siteId} AS id)`;
  const written = sql`${sites} s CROSS JOIN comments c INDEXED BY comments_site ON c.site_id = s.id AND ${within(sql`c.id`)}`;
  return [
    sql`
      SELECT n.site_id, j.key AS name, j.value FROM (
        SELECT s.id AS site_id, json_object('approved', SUM(c.status = 'approved'), 'pending', SUM(c.status = 'pending'),
          'spam', SUM(c.status = 'spam'), 'trash', SUM(c.status = 'trash')) AS numbers
        FROM ${written} GROUP BY s.id) n CROSS JOIN json_each(n.numbers) j`,
    // Whoever decides twice on a day has decided once; what was taken back was a mistake, and its end none of a wait.
    sql`
      SELECT n.site_id, j.key AS name, j.value FROM (
        SELECT w.site_id, json_object('decided', COUNT(*), 'waited', SUM(MAX(0, w.decided_at - w.created_at)) / 1000) AS numbers
        FROM (
          SELECT s.id AS site_id, c.created_at, MIN(d.created_at) AS decided_at
          FROM ${sites} s CROSS JOIN decisions d ON d.site_id = s.id AND ${within(sql`d.id`)} AND d.actor_kind <> 'system'
          CROSS JOIN json_each(d.items) i CROSS JOIN comments c ON c.id = i.value ->> 'id' AND d.action <> 'undo'
          WHERE i.value ->> '$.before.status' = 'pending' GROUP BY s.id, c.id) w
        GROUP BY w.site_id) n CROSS JOIN json_each(n.numbers) j`,
    sql`
      SELECT n.site_id, 'page:' || n.page_id AS name, n.value FROM (
        SELECT s.id AS site_id, c.page_id, COUNT(*) AS value,
          ROW_NUMBER() OVER (PARTITION BY s.id ORDER BY COUNT(*) DESC) AS place
        FROM ${written} WHERE c.status = 'approved' GROUP BY s.id, c.page_id) n
      WHERE n.place <= ${PAGES}`,
    sql`
      SELECT n.site_id, j.key AS name, j.value FROM (
        SELECT s.id AS site_id, f.value ->> 'phase' AS phase, COUNT(DISTINCT c.id) AS hits,
          COUNT(DISTINCT CASE WHEN c.status = 'approved' THEN c.id END) AS good
        FROM ${written}
        CROSS JOIN json_each(CASE WHEN json_valid(c.verdict) THEN c.verdict ELSE '[]' END) f
        WHERE f.type = 'object' AND f.value ->> 'phase' IS NOT NULL GROUP BY s.id, phase) n
      CROSS JOIN json_each(json_object('hits:' || n.phase, n.hits, 'good:' || n.phase, n.good)) j`,
  ] as RawBuilder<NumberRow>[];
}

/** A site's numbers of a day as they are now. */
export const selectDay = (siteId: string, day: string): CompiledQuery<NumberRow>[] =>
  countDay(day, siteId).map((rows) => rows.compile(query));

/**
 * Keeps the numbers of all sites of yesterday and of today so far: what becomes of a comment later is not counted any more.
 * @param now epoch ms
 */
export async function keepStats(db: Db, now: number): Promise<void> {
  await db.batch(...[now - DAY_MS, now].map(dayOf).flatMap(keepDay));
}

/** Only what has changed is written. */
const keepDay = (day: string): CompiledQuery[] =>
  countDay(day, null).map((rows) =>
    sql`
      INSERT INTO stats (site_id, day, name, value) SELECT r.site_id, ${day}, r.name, r.value FROM (${rows}) r WHERE 1
      ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value`.compile(query),
  );

/** What was kept of the days from `first` on and before `end`: day by day, and what has a colon in its name summed up. */
export function selectKept(siteId: string, first: string, end: string): CompiledQuery<KeptRow> {
  return sql<KeptRow>`
    SELECT CASE WHEN instr(name, ':') THEN '' ELSE day END AS day, name, SUM(value) AS value FROM stats
    WHERE site_id = ${siteId} AND day >= ${first} AND day < ${end} GROUP BY 1, name`.compile(query);
}

/** @param ids of pages */
export function selectNamedPages(ids: string[]): CompiledQuery<AdminPageRow> {
  return sql<AdminPageRow>`
    SELECT ${adminPageColumns} FROM json_each(${JSON.stringify(ids)}) j CROSS JOIN pages p ON p.id = j.value
    ORDER BY j.key`.compile(query);
}
