/** SQL of taking decisions back: what a batch still has of them, and that they are taken back. What that does, undo-table.ts knows. */
import { type CompiledQuery, sql } from 'kysely';
import { type CommentRow, type DecisionRow, query } from '../../db';
import type { LoggedBan } from '../bans/bans-store';
import { changedBy, type DecisionDraft, insertDecision, itemsOf } from './status-store';

/** Decisions that a request looks at. */
const ROWS = 50;

/** A decision that nobody has taken back. */
export type UndoRow = Pick<DecisionRow, 'site_id' | 'id' | 'action' | 'undoes' | 'items' | 'count' | 'created_at'>;

/** The latest first: as many as have `items` items together, and one more. @param siteId null: of all sites */
export function selectStanding(batch: string, siteId: string | null, items: number): CompiledQuery<UndoRow> {
  return sql<UndoRow>`
    SELECT d.site_id, d.id, d.action, d.undoes, d.items, d.count, d.created_at
    FROM (
      SELECT site_id, id, SUM(count) OVER (ORDER BY id DESC) - count AS later FROM decisions
      WHERE batch = ${batch} AND site_id = COALESCE(${siteId}, site_id) AND undone_by IS NULL
      ORDER BY id DESC LIMIT ${ROWS}) b
    CROSS JOIN decisions d ON d.site_id = b.site_id AND d.id = b.id
    WHERE b.later <= ${items} ORDER BY d.id DESC`.compile(query);
}

/** How a batch is known: one row. */
export interface UndoneRow {
  /** 1: there is such a batch. */
  known: number;
  /** The batch of what took the first of it back, or null. */
  undone: string | null;
}
export function selectUndone(batch: string, siteId: string | null): CompiledQuery<UndoneRow> {
  const ofBatch = sql`FROM decisions d WHERE d.batch = ${batch} AND d.site_id = COALESCE(${siteId}, d.site_id)`;
  return sql<UndoneRow>`
    SELECT EXISTS (SELECT 1 ${ofBatch}) AS known, (
      SELECT u.batch FROM (SELECT d.site_id, d.undone_by ${ofBatch} AND d.undone_by IS NOT NULL) d
      CROSS JOIN decisions u ON u.site_id = d.site_id AND u.id = d.undone_by LIMIT 1) AS undone`.compile(query);
}

/** @param always also when none of what they did could be taken back */
export function markUndone(
  ids: string[],
  { site_id, id }: Pick<DecisionRow, 'site_id' | 'id'>,
  always: boolean,
): CompiledQuery {
  return sql`
    UPDATE decisions SET undone_by = ${id}
    WHERE site_id = ${site_id} AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND undone_by IS NULL
      AND (${Number(always)} OR EXISTS (SELECT 1 FROM decisions WHERE site_id = ${site_id} AND id = ${id}))`.compile(
    query,
  );
}

/** What an undo came to. */
export interface UndoneCountRow {
  changed: number;
  /** 1: the batch has more. */
  left: number;
}
export function countUndone(
  { site_id, id }: Pick<DecisionRow, 'site_id' | 'id'>,
  batch: string,
  siteId: string | null,
): CompiledQuery<UndoneCountRow> {
  return sql<UndoneCountRow>`
    SELECT COALESCE((SELECT count FROM decisions WHERE site_id = ${site_id} AND id = ${id}), 0) AS changed,
      EXISTS (
        SELECT 1 FROM decisions
        WHERE batch = ${batch} AND site_id = COALESCE(${siteId}, site_id) AND undone_by IS NULL) AS left`.compile(
    query,
  );
}

/** The comments whose status an undo changed, with what the classifier is to learn of it. */
export type UntaughtRow = Pick<CommentRow, 'body' | 'author_name' | 'author_url'> & {
  before: CommentRow['status'];
  after: CommentRow['status'];
  /** Of the decisions that made them so; null: nobody's. */
  before_decision: string | null;
  after_decision: string | null;
};
export function selectUntaught(decision: Pick<DecisionRow, 'site_id' | 'id'>): CompiledQuery<UntaughtRow> {
  return sql<UntaughtRow>`
    SELECT c.body, c.author_name, c.author_url, i.before ->> 'status' AS before, i.after ->> 'status' AS after,
      i.before ->> 'decision' AS before_decision, i.after ->> 'decision' AS after_decision
    FROM ${itemsOf(decision)} i CROSS JOIN comments c ON c.id = i.id`.compile(query);
}

/** A ban as it was, by whoever brings it back, or none. One that was changed since, or made anew, stays. */
export function restoreBan(
  { id, before, after }: { id: string; before: LoggedBan | null; after: LoggedBan | null },
  decision: DecisionDraft,
): CompiledQuery[] {
  const there = (row: LoggedBan) => sql`site_id = ${decision.site_id} AND kind = ${row.kind} AND value = ${row.value}`;
  const holds =
    before === null
      ? sql`NOT EXISTS (SELECT 1 FROM bans WHERE ${there(after!)})`
      : sql`EXISTS (SELECT 1 FROM bans WHERE ${there(before)} AND id = ${id} AND created_at = ${before.created_at})`;
  const decided = sql`EXISTS (${changedBy(decision)})`;
  const item = JSON.stringify([{ id, before, after }]);
  return [
    insertDecision(decision, sql`SELECT ${item} AS items, 1 AS n WHERE ${holds}`),
    sql`DELETE FROM bans WHERE id = ${id} AND ${decided}`.compile(query),
    ...(after === null
      ? []
      : [
          sql`
            INSERT INTO bans (id, site_id, kind, value, label, silent, reason, created_by, created_at, expires_at)
            SELECT ${id}, ${decision.site_id}, ${after.kind}, ${after.value}, ${after.label}, ${after.silent}, ${after.reason},
              ${decision.actor_name}, ${after.created_at}, ${after.expires_at} WHERE ${decided}`.compile(query),
        ]),
  ];
}
