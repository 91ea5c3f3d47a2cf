/**
 * `POST /admin/imports/{id}/undo`: takes an import's comments away, some hundred a request, and in the end its pages and authors.
 * Each request leaves everything right, so that it may end with any of them and go on later.
 */
import { batchAs, draftDecision, type Grant, needGrant } from '../../admin/grant';
import type { ImportUndone } from '../../contract-transfer';
import { newId } from '../../ids';
import { Problem } from '../../problem';
import { type AppContext, openDb, sendBookmark } from '../../request';
import { findImport, needImport } from './imports';
import { type ImportWithSettings, selectImport } from './imports-store';
import { presentImport } from './present';
import {
  beginUndo,
  choosePortion,
  endUndo,
  isSwept,
  removeComments,
  selectWalk,
  sweep,
  type WalkRow,
} from './undo-store';

/** @throws Problem not_found, conflict for a restore, and for what is undone already */
export async function undoImport(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'transfer');
  const row = await findImport(c, db, grant);
  if (row.site_id === null) throw new Problem('conflict', 'What was restored as a whole is not taken away again.');
  if (row.status === 'undone') throw new Problem('conflict', 'This import was undone already.');
  // While it is open records may be on their way: it is walked when none can come any more.
  if (row.status === 'open') {
    const begun = await batchAs(db, grant, beginUndo(row.id), selectImport(row.id));
    return answer(c, readRow(begun, grant), true);
  }
  const walked = (await db.all(selectWalk(row.id, row.site_id, row.undone_to))) as WalkRow[];
  const { ids, to, end } = choosePortion(walked);
  const removal = [beginUndo(row.id), ...removeComments(row.id, ids, to)];
  const swept = end ? sweep(row.id, row.site_id) : [];
  const results = await batchAs(db, grant, ...removal, ...swept, selectImport(row.id));
  const left = !end || !isSwept(results.slice(removal.length, -1).map(({ changes }) => changes));
  const after = readRow(results, grant);
  if (left) return answer(c, after, true);
  const now = Date.now();
  const id = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  const decision = { ...draftDecision(grant, id, row.site_id, 'import.undo', now), batch: row.id };
  // The proof of who asks was used up above.
  const ended = await db.batch(...endUndo(row.id, row.site_id, decision), selectImport(row.id));
  sendBookmark(c, db);
  return answer(c, readRow(ended, grant), false);
}

/** Behind everything else, as it is then; one that was ended meanwhile and had added nothing is gone. @throws Problem not_found */
const readRow = (results: { rows: unknown[] }[], grant: Grant): ImportWithSettings =>
  needImport(results.at(-1)!.rows[0] as ImportWithSettings | undefined, grant);

const answer = (c: AppContext, row: ImportWithSettings, left: boolean): Response =>
  c.json({ ...presentImport(row), left } satisfies ImportUndone);
