/** Reporting a comment to the moderators. Nothing that others see changes by it. */

import { cleanText } from '../clean';
import { type Done, NewFlag } from '../contract';
import { batchProven, needIdentity } from '../identity/standing';
import { newId } from '../ids';
import { drainBehind } from '../notify/outbox/drain';
import { insertEvent, isHeardOf } from '../notify/outbox/events-store';
import { Problem } from '../problem';
import { type AppContext, openDb, readBody, sendBookmark } from '../request';
import { needApproved } from './policy';
import { findTarget, parseId } from './target';
import { countFlags, upsertFlag } from './vote-store';

export async function flagComment(c: AppContext): Promise<Response> {
  const identity = needIdentity(c.get('viewer').identity);
  const id = parseId(c);
  const { value: input } = await readBody(c, NewFlag);
  const db = openDb(c, 'first-primary');
  needApproved(await findTarget(c, db, id));
  const note = cleanText(input.note ?? '') || null;
  const now = Date.now();
  const flag = { comment_id: id, reporter_id: identity.id, reason: input.reason, note, created_at: now };
  const event = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  const results = await batchProven(
    db,
    identity,
    upsertFlag(flag),
    countFlags(id),
    insertEvent(event, 'comment.reported', id, 'writer', now),
  );
  if (!results[0]!.changes) throw new Problem('not_found');
  if (isHeardOf(results)) drainBehind(c);
  sendBookmark(c, db);
  return c.json({ ok: true } satisfies Done, 201);
}
