/**
 * `POST /admin/log/{id}/undo`: takes a batch of decisions back, the latest first, some hundred comments a request. What
 * somebody has decided about again since stays as it is. An undo is a decision, too, and can be taken back.
 */
import { draftDecision, needGrant } from '../../admin/grant';
import { batchUnique } from '../../admin/sites';
import { type SiteWithOrigins, selectSites } from '../../admin/sites-store';
import { parseId } from '../../comments/target';
import { LIMITS } from '../../contract';
import type { Undone } from '../../contract-admin';
import { newId } from '../../ids';
import { drainBehind } from '../../notify/outbox/drain';
import { isHeardOf } from '../../notify/outbox/events-store';
import { Problem } from '../../problem';
import { type AppContext, openDb, sendBookmark } from '../../request';
import { teach } from '../classifier/teach';
import { UNDO_MS } from './log';
import { readItems } from './logged-items';
import {
  countUndone,
  markUndone,
  selectStanding,
  selectUndone,
  selectUntaught,
  type UndoneCountRow,
  type UndoneRow,
  type UndoRow,
  type UntaughtRow,
} from './undo-store';
import { actionOf, findKind, type Item } from './undo-table';

/** @throws Problem not_found, scope_missing, conflict for what cannot be undone, is undone, or is overtaken by other decisions */
export async function undo(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:moderate');
  const batch = parseId(c);
  const [standing, heads] = await db.batch(
    selectStanding(batch, grant.siteId, LIMITS.decisionsPerRequest),
    selectUndone(batch, grant.siteId),
  );
  const { known, undone } = heads!.rows[0] as UndoneRow;
  const rows = standing!.rows as UndoRow[];
  const [first] = rows;
  if (!known) throw new Problem('not_found');
  if (!first) throw new Problem('conflict', 'It was taken back already.');
  const now = Date.now();
  if (first.created_at <= now - UNDO_MS)
    throw new Problem('conflict', `It can be taken back for ${LIMITS.undoDays} days.`);
  const kind = findKind(first);
  if (!kind) throw new Problem('conflict', WHY_NOT[first.action] ?? 'It is for good.');
  if (!grant.scopes.includes(kind.scope)) throw new Problem('scope_missing', `It must be for ${kind.scope}.`);

  const taken = kind.together ? takeAlike(rows) : [first];
  const items = taken.flatMap((row) => readItems(actionOf(row), row.items));
  if (items.length === 0) throw new Problem('conflict', 'The log does not say how it was.');
  const [site] = await db.all(selectSites(first.site_id));
  const id = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  const decision = {
    ...draftDecision(grant, id, first.site_id, 'undo', now),
    batch: undone ?? id,
    undoes: actionOf(first),
  };
  // Overtaken altogether, it stays in the log as it is: it can be taken back once the other decisions are.
  const isAll = undone === null && taken.length === rows.length;
  const results = await batchUnique(db, grant, [
    ...kind.apply(turnRound(items), decision, site as SiteWithOrigins),
    markUndone(
      taken.map((row) => row.id),
      decision,
      !isAll,
    ),
    selectUntaught(decision),
    countUndone(decision, batch, grant.siteId),
  ]);
  const { changed, left } = results.at(-1)!.rows[0] as UndoneCountRow;
  if (isAll && changed === 0) throw new Problem('conflict', 'Something else was decided about it since.');
  if (kind.together) {
    const taught = (results.at(-2)!.rows as UntaughtRow[]).map((row) => ({
      row,
      was: row.before_decision === null ? null : row.before,
      now: row.after_decision === null ? null : row.after,
    }));
    c.executionCtx.waitUntil(teach(db, first.site_id, taught));
  }
  if (isHeardOf(results)) drainBehind(c);
  sendBookmark(c, db);
  return c.json({ changed, skipped: items.length - changed, left: left === 1 } satisfies Undone);
}

/** Why what cannot be taken back here cannot. */
const WHY_NOT: { [action: string]: string } = {
  delete: 'What was deleted is gone for good.',
  import: 'An import is taken away by POST /admin/imports/{id}/undo, with the id of this batch.',
};

/** From the first on those that are of its site and action, as many as fit a request. */
function takeAlike(rows: UndoRow[]): UndoRow[] {
  const [first] = rows;
  const end = rows.findIndex((row) => row.site_id !== first!.site_id || actionOf(row) !== actionOf(first!));
  const alike = end < 0 ? rows : rows.slice(0, end);
  let items = 0;
  return alike.filter((row, n) => {
    items += row.count;
    return n === 0 || items <= LIMITS.decisionsPerRequest;
  });
}

/** Each comment once: of what a batch did to it, the last. */
function turnRound(items: Item[]): Item[] {
  const first = new Map<string, Item>();
  for (const { id, before, after } of items) if (!first.has(id)) first.set(id, { id, before: after, after: before });
  return [...first.values()];
}
