/**
 * Changing one's own comment: its source, a new text, its end. One round trip to look, one to write; the owner may change
 * every comment.
 */
import { parseSettings } from '../admin/settings';
import { CommentEdit, type Source } from '../contract';
import type { Db } from '../db';
import { batchProven, needIdentity } from '../identity/standing';
import type { Viewer } from '../identity/viewer';
import { Problem } from '../problem';
import { type AppContext, openDb, ownOrigin, readBody, sendBookmark } from '../request';
import { deleteComment, fillInline, selectTarget, type TargetRow, updateText } from './change-store';
import { RENDERER_VERSION, renderMarkdown } from './markdown';
import { checkDelete, checkOwn, decideEdit } from './policy';
import { presentOwn } from './present';
import { findTarget, parseId } from './target';

export async function readSource(c: AppContext): Promise<Response> {
  const identity = needIdentity(c.get('viewer').identity);
  const db = openDb(c, 'first-primary');
  const target = await findTarget(c, db, parseId(c));
  checkOwn(identity, target);
  // What is not for everybody is not to be had with a proof of before.
  await batchProven(db, identity);
  c.header('Cache-Control', 'private, no-store');
  return c.json({ body: target.body } satisfies Source);
}

export async function editComment(c: AppContext): Promise<Response> {
  const viewer = needWriter(c);
  const id = parseId(c);
  const { value: input } = await readBody(c, CommentEdit);
  const db = openDb(c, 'first-primary');
  const target = await findTarget(c, db, id);
  const settings = parseSettings(target.settings);
  const now = Date.now();
  const grounds = decideEdit(viewer, target, settings, now);
  // An edit to what is there already uses up its proof and changes nothing.
  const writes =
    input.body === target.body
      ? []
      : updateText(target, grounds, {
          body: input.body,
          html: renderMarkdown(input.body, settings),
          html_version: RENDERER_VERSION,
          edited_at: now,
        });
  const results = await batchProven(db, viewer.identity, ...writes, selectTarget(id, null));
  const after = results.at(-1)!.rows[0] as TargetRow | undefined;
  if (writes.length > 0 && !results[writes.length - 1]!.changes) {
    decideEdit(viewer, after, settings, now);
    throw tooBusy();
  }
  return respond(c, db, after);
}

export async function removeComment(c: AppContext): Promise<Response> {
  const viewer = needWriter(c);
  const id = parseId(c);
  const db = openDb(c, 'first-primary');
  const target = await findTarget(c, db, id);
  checkDelete(viewer, target);
  const writes = deleteComment(target, viewer.owner ? null : viewer.identity!.id);
  const filled = target.parent_id === null ? [] : [fillInline(target)];
  const results = await batchProven(db, viewer.identity, ...writes, ...filled, selectTarget(id, null));
  const after = results.at(-1)!.rows[0] as TargetRow | undefined;
  if (!results[writes.length - 1]!.changes) {
    checkDelete(viewer, after);
    throw tooBusy();
  }
  return respond(c, db, after);
}

/** @throws Problem proof_required */
function needWriter(c: AppContext): Viewer {
  const viewer = c.get('viewer');
  if (!viewer.owner) needIdentity(viewer.identity);
  return viewer;
}

/** @throws Problem not_found */
function respond(c: AppContext, db: Db, after: TargetRow | undefined): Response {
  if (!after) throw new Problem('not_found');
  sendBookmark(c, db);
  return c.json(presentOwn(after, ownOrigin(c)));
}

const tooBusy = () =>
  new Problem('storage_unavailable', 'This comment changed at the same moment. Try again.', { retryAfterS: 1 });
