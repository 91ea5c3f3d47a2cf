/**
 * What a link in a moderator's mail leads to: a page with the comment as it is now, and a button for each decision. Opening it, as
 * programs that look into mails do, changes nothing; only its form does, and only what the page has shown. Decisions are made as
 * everywhere else (decisions/status-store.ts): they are in the log, can be taken back, and teach the classifier.
 */
import type { Db } from '../../db';
import { newId } from '../../ids';
import { teach } from '../../moderation/classifier/teach';
import { changeStatus } from '../../moderation/decisions/status-store';
import { parseForm } from '../../parse';
import { type AppContext, openDb, sendBookmark } from '../../request';
import { drainBehind } from '../outbox/drain';
import { type DecideVerb, type Permit, readPermit, VERBS } from './addresses';
import { answerDeadEnd, answerDecide } from './decide-page';
import { BECOMES, type DeadEnd, hasDecided, isDue, stateOf } from './decide-policy';
import { type PermittedRow, selectPermitted } from './decide-store';

type Found = DeadEnd | { end?: never; row: PermittedRow; permit: Permit };

/** `GET /mail/decide/{token}` */
export async function showDecide(c: AppContext): Promise<Response> {
  const found = await find(c, openDb(c, 'first-primary'));
  if (found.end) return answerDeadEnd(c, found);
  return answerDecide(c, found.row, { asked: toVerb(c.req.query('verb')) });
}

/** `POST /mail/decide/{token}` with the form of that page. @throws Problem body_too_large, invalid_json */
export async function decideByMail(c: AppContext): Promise<Response> {
  const form = await parseForm(c.req.raw);
  const db = openDb(c, 'first-primary');
  const found = await find(c, db);
  if (found.end) return answerDeadEnd(c, found);
  const { row, permit } = found;
  const verb = toVerb(form.get('verb'));
  if (!verb) return answerDecide(c, row, { said: 'unsaid' });
  if (form.get('seen') === stateOf(row) && isDue(row, verb)) await decide(c, db, row, verb);
  const [now] = await db.all(selectPermitted(permit.recipientId, permit.commentId));
  if (!now?.id) return answerDeadEnd(c, { end: 'gone', row });
  sendBookmark(c, db);
  return answerDecide(c, now, { said: hasDecided(now, verb) ? { done: verb } : 'meanwhile' });
}

async function find(c: AppContext, db: Db): Promise<Found> {
  const permit = await readPermit(c.env, c.req.param('token') ?? '');
  if (!permit) return { end: 'broken' };
  const [row] = await db.all(selectPermitted(permit.recipientId, permit.commentId));
  if (row?.state !== 'active') return { end: 'ended' };
  if (!(permit.until > Date.now())) return { end: 'old', row };
  return row.id === null ? { end: 'gone', row } : { row, permit };
}

/** If it still is as it was looked at. */
async function decide(c: AppContext, db: Db, row: PermittedRow, verb: DecideVerb): Promise<void> {
  const now = Date.now();
  const id = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  const to = BECOMES[verb];
  const change = { id: row.id!, from: row.status, to, decision: { from: row.decision_id, to: id } };
  const results = await db.batch(
    ...changeStatus([change], {
      site_id: row.site_id,
      id,
      batch: id,
      actor_kind: 'person',
      actor_id: row.recipient_id,
      actor_name: row.email,
      action: verb,
      reason: null,
      created_at: now,
    }),
  );
  if (results.at(-1)!.rows.length === 0) return;
  // What was decided by nobody was no lesson.
  const was = row.decision_id === null || row.decided_kind === 'system' ? null : row.status;
  c.executionCtx.waitUntil(teach(db, row.site_id, [{ row, was, now: to }]));
  drainBehind(c);
}

const toVerb = (text: string | null | undefined): DecideVerb | undefined => VERBS.find((verb) => verb === text);
