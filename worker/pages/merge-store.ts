/**
 * SQL that makes two pages one, and two again. The address goes first: from then on nothing new is written on the merged page,
 * and its branches follow in portions (branch-store.ts). A merge begins only when all merges into that page are complete, so
 * an alias leads to where a page's comments are in one step, always.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { query } from '../db';
import { changedBy, type DecisionDraft, insertDecision } from '../moderation/decisions/status-store';
import { moveBranches } from './branch-store';
import { nextVersion } from './change-store';
import type { MergeItem } from './log-items';

/** Whether pages that were merged into this one have comments still: a condition. @param page the id, in SQL */
const isWaiting = (siteId: string, page: RawBuilder<unknown>) => sql`EXISTS (
  SELECT 1 FROM pages m WHERE m.site_id = ${siteId} AND m.merged_into = ${page}
    AND EXISTS (SELECT 1 FROM comments c WHERE c.page_id = m.id))`;

/** Merges a page, or takes that back, as the item says. The last query's rows are the ids that were changed. */
export function changeMerge({ id, before, after }: MergeItem, decision: DecisionDraft): CompiledQuery[] {
  if (after.into !== null) return join(id, after.into, decision);
  return before.into === null ? [] : part(id, before.into, after.aliases, decision);
}

function join(id: string, into: string, decision: DecisionDraft): CompiledQuery[] {
  const { site_id } = decision;
  const decided = sql`EXISTS (${changedBy(decision)})`;
  const [key, intoKey] = [keyOf(id), keyOf(into)];
  const coming = sql`
    SELECT person_id, value, created_at FROM reactions a WHERE a.page_id = ${id} AND ${decided}
      AND NOT EXISTS (SELECT 1 FROM reactions b WHERE b.page_id = ${into} AND b.person_id = a.person_id)`;
  const statements = [
    sql`UPDATE pages SET merged_into = ${into} WHERE site_id = ${site_id} AND merged_into = ${id} AND ${decided}`,
    sql`UPDATE aliases SET target = ${intoKey} WHERE site_id = ${site_id} AND target = ${key} AND ${decided}`,
    sql`
      INSERT INTO aliases (site_id, key, target) SELECT ${site_id}, ${key}, ${intoKey} WHERE ${decided}
      ON CONFLICT (site_id, key) DO UPDATE SET target = excluded.target`,
    sql`UPDATE pages SET merged_into = ${into}, version = ${nextVersion} WHERE id IN (${changedBy(decision)})`,
    addReactions(into, coming, 1),
    // Copies, so that each page has its own again when they part.
    sql`INSERT INTO reactions (page_id, person_id, value, created_at) SELECT ${into}, n.* FROM (${coming}) n`,
    sql`
      INSERT OR IGNORE INTO subscriptions (topic, recipient_id, created_at)
      SELECT ${into}, recipient_id, created_at FROM subscriptions WHERE topic = ${id} AND ${decided}`,
    changedBy(decision),
  ];
  return [
    insertDecision(
      decision,
      sql`
        SELECT json_array(json_object('id', a.id,
          'before', json_object('into', NULL, 'aliases', (
            SELECT json_group_array(l.key) FROM aliases l WHERE l.site_id = a.site_id AND l.target = a.key)),
          'after', json_object('into', b.id, 'aliases', json_array()))) AS items, 1 AS n
        FROM pages a CROSS JOIN pages b ON b.id = ${into} AND b.site_id = a.site_id AND b.merged_into IS NULL
        WHERE a.id = ${id} AND a.id <> b.id AND a.site_id = ${site_id} AND a.merged_into IS NULL
          AND NOT ${isWaiting(site_id, sql`a.id`)}`,
    ),
    ...statements.map((statement) => statement.compile(query)),
  ];
}

/** @param aliases those that led to the page before, and do so again */
function part(id: string, from: string, aliases: string[], decision: DecisionDraft): CompiledQuery[] {
  const { site_id } = decision;
  const decided = sql`EXISTS (${changedBy(decision)})`;
  const [key, fromKey] = [keyOf(id), keyOf(from)];
  const own = sql`key IN (SELECT value FROM json_each(${JSON.stringify(aliases)}))`;
  const item: MergeItem = { id, before: { into: from, aliases: [] }, after: { into: null, aliases } };
  // As they came along; whoever changed their mind since did so on the other page.
  const going = sql`
    SELECT b.person_id, b.value FROM reactions a CROSS JOIN reactions b ON b.page_id = ${from} AND b.person_id = a.person_id
    WHERE a.page_id = ${id} AND b.value = a.value AND b.created_at = a.created_at AND ${decided}`;
  const statements = [
    sql`UPDATE aliases SET target = ${key} WHERE site_id = ${site_id} AND target = ${fromKey} AND ${own} AND ${decided}`,
    sql`UPDATE pages SET merged_into = ${id} WHERE site_id = ${site_id} AND merged_into = ${from} AND ${own} AND ${decided}`,
    sql`DELETE FROM aliases WHERE site_id = ${site_id} AND key = ${key} AND ${decided}`,
    sql`UPDATE pages SET merged_into = NULL, version = ${nextVersion} WHERE id IN (${changedBy(decision)})`,
    addReactions(from, going, -1),
    sql`DELETE FROM reactions WHERE page_id = ${from} AND person_id IN (SELECT person_id FROM (${going}))`,
    sql`
      DELETE FROM subscriptions WHERE topic = ${from} AND ${decided} AND (recipient_id, created_at) IN (
        SELECT recipient_id, created_at FROM subscriptions WHERE topic = ${id})`,
    changedBy(decision),
  ];
  return [
    insertDecision(
      decision,
      sql`
        SELECT ${JSON.stringify([item])} AS items, 1 AS n FROM pages
        WHERE id = ${id} AND site_id = ${site_id} AND merged_into = ${from}`,
    ),
    ...statements.map((statement) => statement.compile(query)),
  ];
}

/** As moveBranches, along with a page that was merged. */
export function bringBranches(roots: string[], id: string, into: string, decision: DecisionDraft): CompiledQuery[] {
  const isMerged = sql`EXISTS (SELECT 1 FROM pages f WHERE f.id = ${id} AND f.merged_into = ${into})`;
  return moveBranches(roots, id, into, decision, isMerged);
}

const keyOf = (id: string) => sql`(SELECT key FROM pages WHERE id = ${id})`;

/** Taken apart and put together again, so that no value is ever part of a JSON path. @param given a SELECT with `value` */
function addReactions(pageId: string, given: RawBuilder<unknown>, sign: 1 | -1): RawBuilder<unknown> {
  return sql`
    UPDATE pages SET version = version + 1, reactions = (
      SELECT json_group_object(name, people) FROM (
        SELECT name, SUM(people) AS people FROM (
          SELECT key AS name, value AS people FROM json_each(pages.reactions)
          UNION ALL SELECT value, ${sql.lit(sign)} FROM (${given}))
        GROUP BY name HAVING SUM(people) > 0))
    WHERE id = ${pageId} AND EXISTS (${given})`;
}

/** Two pages that shall be one, whether a merge into the first is under way, and the batch of the merge that is. */
export interface MergeRow {
  waiting: number;
  batch: string | null;
}

/** @param id of the page that is merged */
export function selectMerge(siteId: string, id: string): CompiledQuery<MergeRow> {
  return sql<MergeRow>`
    SELECT ${isWaiting(siteId, sql`${id}`)} AS waiting, (
      SELECT d.batch FROM decisions d
      WHERE d.site_id = ${siteId} AND d.action = 'page.merge' AND d.undone_by IS NULL AND d.items ->> '$[0].id' = ${id}
      ORDER BY d.id DESC LIMIT 1) AS batch`.compile(query);
}

/** Whether a page has comments, of any status. */
export function selectRest(pageId: string): CompiledQuery<{ left: number }> {
  return sql<{ left: number }>`SELECT EXISTS (SELECT 1 FROM comments WHERE page_id = ${pageId}) AS left`.compile(query);
}
