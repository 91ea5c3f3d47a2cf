/** `POST /admin/comments/{id}/move`: a top-level comment goes to another page of its site, and its whole branch with it. */
import { batchAs, draftDecision, needGrant, reaches } from '../../admin/grant';
import { cleanLine } from '../../clean';
import { parseId } from '../../comments/target';
import { CommentMove } from '../../contract-admin';
import { newId } from '../../ids';
import { moveBranches } from '../../pages/branch-store';
import { normalisePage } from '../../pages/normalise';
import { type HeadRow, insertPage, refOf, selectHead } from '../../pages/store';
import { Problem } from '../../problem';
import { type AppContext, openDb, ownOrigin, readBody, sendBookmark } from '../../request';
import { type AdminRow, selectAdminComment } from '../queue/list-store';
import { presentAdminComment } from '../queue/present';
import { type EditableRow, selectEditable } from './edit-store';

/** @throws Problem not_found, invalid_request for an address of another site, conflict for a reply */
export async function moveComment(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:moderate');
  const id = parseId(c);
  const { value: input } = await readBody(c, CommentMove);
  const address = normalisePage(input.url);
  const [rows, heads] = await db.batch(selectEditable(id), selectHead(refOf(address, undefined), null));
  const row = rows!.rows[0] as EditableRow | undefined;
  const head = heads!.rows[0] as (HeadRow & { target: string }) | undefined;
  if (!row || !reaches(grant, row.site_id)) throw new Problem('not_found');
  if (row.parent_id !== null)
    throw new Problem('conflict', 'This is a reply: move the top-level comment of its branch.');
  if (head?.site_id !== row.site_id)
    throw new Problem('invalid_request', 'url: is of no page of this site.', { field: 'url' });
  if (head.page_id === row.page_id) throw new Problem('conflict', 'It is on that page already.', { field: 'url' });
  const now = Date.now();
  const [decisionId, freshId] = [newId(now, random()), newId(now, random())];
  const reason = cleanLine(input.reason ?? '') || null;
  const page = { siteId: row.site_id, key: head.target, url: address.url, title: null, createdAt: now };
  const born = head.page_id === null ? [insertPage({ ...page, id: freshId }, '')] : [];
  const decision = draftDecision(grant, decisionId, row.site_id, 'move', now, reason);
  const moves = moveBranches([id], row.page_id, head.page_id ?? freshId, decision);
  const results = await batchAs(db, grant, ...born, ...moves, selectAdminComment(id));
  if (results.at(-2)!.rows.length === 0)
    throw new Problem('conflict', 'This comment or that page changed at the same moment. Look again.');
  sendBookmark(c, db);
  return c.json(presentAdminComment(results.at(-1)!.rows[0] as AdminRow, ownOrigin(c)));
}

const random = () => crypto.getRandomValues(new Uint8Array(16));
