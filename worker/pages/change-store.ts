/**
 * SQL that locks, renames and moves a page, forwards and back: by an item of the log, if what the item says of before still
 * holds. The log is written first, and all else is done only if it was. A merged page is changed by merge-store.ts alone.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { query } from '../db';
import { changedBy, type DecisionDraft, insertDecision } from '../moderation/decisions/status-store';
import type { AddressItem, LockItem, PageItem, TitleItem } from './log-items';

/** @returns queries for one batch, as of all changes here; the last one's rows are the ids that were changed */
export function changeLock(item: LockItem, decision: DecisionDraft): CompiledQuery[] {
  return [
    logItem(item, decision, sql`locked = ${Number(item.before.locked)}`),
    sql`
      UPDATE pages SET locked = ${Number(item.after.locked)}, version = version + 1
      WHERE id IN (${changedBy(decision)})`.compile(query),
    changedBy(decision).compile(query),
  ];
}

export function changeTitle(item: TitleItem, decision: DecisionDraft): CompiledQuery[] {
  return [
    logItem(item, decision, sql`title IS ${item.before.title}`),
    sql`
      UPDATE pages SET title = ${item.after.title}, version = ${nextVersion}
      WHERE id IN (${changedBy(decision)})`.compile(query),
    changedBy(decision).compile(query),
  ];
}

/** Aliases follow: one that led to the page where it was leads to where it is. Not onto another page, nor onto its alias. */
export function changeAddress(item: AddressItem, decision: DecisionDraft): CompiledQuery[] {
  const { site_id } = decision;
  const { id, before, after } = item;
  const decided = sql`EXISTS (${changedBy(decision)})`;
  const isFree = sql`
    NOT EXISTS (SELECT 1 FROM pages o WHERE o.site_id = ${site_id} AND o.key = ${after.key} AND o.id <> ${id})
    AND NOT EXISTS (SELECT 1 FROM aliases WHERE site_id = ${site_id} AND key = ${after.key} AND target <> ${before.key})`;
  const statements = [
    sql`
      UPDATE pages SET key = ${after.key}, url = ${after.url}, version = ${nextVersion} WHERE id IN (${changedBy(decision)})`,
    sql`DELETE FROM aliases WHERE site_id = ${site_id} AND key IN (${before.key}, ${after.key}) AND ${decided}`,
    sql`UPDATE aliases SET target = ${after.key} WHERE site_id = ${site_id} AND target = ${before.key} AND ${decided}`,
    sql`
      INSERT INTO aliases (site_id, key, target) SELECT ${site_id}, ${after.alias}, ${after.key}
      WHERE ${after.alias} IS NOT NULL AND ${decided}`,
    changedBy(decision),
  ];
  return [
    logItem(item, decision, sql`key = ${before.key} AND url = ${before.url} AND ${isFree}`),
    ...statements.map((statement) => statement.compile(query)),
  ];
}

/** Of a page of which nothing could be seen yet, nothing public changes. */
export const nextVersion = sql`version + (version > 0)`;

/** @param holds a condition on the page's row */
function logItem(item: PageItem, decision: DecisionDraft, holds: RawBuilder<unknown>): CompiledQuery {
  return insertDecision(
    decision,
    sql`
      SELECT ${JSON.stringify([item])} AS items, 1 AS n FROM pages
      WHERE id = ${item.id} AND site_id = ${decision.site_id} AND merged_into IS NULL AND ${holds}`,
  );
}
