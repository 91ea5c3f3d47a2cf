/**
 * Changing one's own comment: its source, a new text, its end. One round trip to look, one to write; the owner may change
 * every comment.
 */
import { parseSettings } from '../admin/settings';
import { CommentEdit, type Source } from '../contract';
import type { Finding } from '../contract-admin';
import type { Db } from '../db';
import { batchProven, needIdentity } from '../identity/standing';
import type { Viewer } from '../identity/viewer';
import { newId } from '../ids';
import { changeStatus, type DecisionDraft, draftBySystem } from '../moderation/decisions/status-store';
import { type EditJudgement, judgeEdit, selectEditFacts } from '../moderation/judge-edit';
import { reindex } from '../moderation/queue/search-store';
import { tellWriter } from '../moderation/verdict';
import { drainBehind } from '../notify/outbox/drain';
import { insertEvent, isHeardOf } from '../notify/outbox/events-store';
import { Problem } from '../problem';
import { type AppContext, clientAddress, hashClient, openDb, ownOrigin, readBody, sendBookmark } from '../request';
import { deleteComment, fillInline, selectTarget, type TargetRow, updateText } from './change-store';
import { RENDERER_VERSION, renderMarkdown } from './markdown';
import { checkDelete, checkOwn, decideEdit } from './policy';
import { presentOwn } from './present';
import { findTarget, findTargetWith, parseId } from './target';

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
  const now = Date.now();
  const client = await hashClient(c);
  const facts = viewer.owner ? [] : selectEditFacts(id, viewer.identity!.id, input.body, client, now);
  const { target, results: found } = await findTargetWith(c, db, id, ...facts);
  const settings = parseSettings(target.settings);
  const grounds = decideEdit(viewer, target, settings, now);
  // An edit to what is there already uses up its proof and changes nothing.
  if (input.body === target.body) {
    const [same] = await batchProven(db, viewer.identity, selectTarget(id, null));
    return respond(c, db, same!.rows[0] as TargetRow | undefined);
  }
  const html = renderMarkdown(input.body, settings);
  // Those who run the site are not judged.
  const judged =
    viewer.owner || target.author_badge !== null
      ? { verdict: target.verdict, print: null, status: target.status, findings: [] as Finding[] }
      : judgeEdit({
          target,
          body: input.body,
          html,
          host: new URL(target.page_url).host,
          address: clientAddress(c),
          client,
          settings,
          results: found,
          now,
        });
  const falls = judged.status !== target.status;
  const writes = updateText(
    target,
    { ...grounds, hidden: falls },
    {
      body: input.body,
      html,
      html_version: RENDERER_VERSION,
      edited_at: now,
      verdict: judged.verdict,
      print: judged.print,
    },
  );
  const moved = falls
    ? changeStatus([{ id, from: target.status, to: judged.status }], draftFall(target, judged, now))
    : [];
  // What fell back tells of itself; what nobody could read before changed for nobody.
  const isNews = !falls && target.status === 'approved';
  const told = isNews ? [tellOf('comment.edited', id, viewer, now)] : [];
  const results = await batchProven(
    db,
    viewer.identity,
    ...writes,
    ...moved,
    reindex(id),
    ...told,
    selectTarget(id, null),
  );
  const after = results.at(-1)!.rows[0] as TargetRow | undefined;
  if (!results[writes.length - 1]!.changes) {
    decideEdit(viewer, after, settings, now);
    throw tooBusy();
  }
  if (isHeardOf(results)) drainBehind(c);
  return respond(c, db, after);
}

/** What the log tells of an edit that moderation took from the thread. */
function draftFall({ site_id }: TargetRow, { status, findings }: EditJudgement, now: number): DecisionDraft {
  const id = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  // What they found may repeat the text: that is kept with the comment, and goes with it.
  const reason = `After an edit, by ${findings.map(({ phase }) => phase).join(', ')}.`;
  return draftBySystem(id, site_id, status === 'spam' ? 'spam' : 'hold', now, reason);
}

export async function removeComment(c: AppContext): Promise<Response> {
  const viewer = needWriter(c);
  const id = parseId(c);
  const db = openDb(c, 'first-primary');
  const target = await findTarget(c, db, id);
  checkDelete(viewer, target);
  const writes = deleteComment(target, viewer.owner ? null : viewer.identity!.id);
  const filled = target.parent_id === null ? [] : [fillInline(target)];
  const told = tellOf('comment.deleted', id, viewer, Date.now());
  const results = await batchProven(db, viewer.identity, ...writes, ...filled, told, selectTarget(id, null));
  const after = results.at(-1)!.rows[0] as TargetRow | undefined;
  if (!results[writes.length - 1]!.changes) {
    checkDelete(viewer, after);
    throw tooBusy();
  }
  if (isHeardOf(results)) drainBehind(c);
  return respond(c, db, after);
}

const tellOf = (type: 'comment.edited' | 'comment.deleted', id: string, { owner }: Viewer, now: number) =>
  insertEvent(newId(now, crypto.getRandomValues(new Uint8Array(16))), type, id, owner ? 'team' : 'writer', now);

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
  return c.json(presentOwn({ ...after, status: tellWriter(after.status) }, ownOrigin(c)));
}

const tooBusy = () =>
  new Problem('storage_unavailable', 'This comment changed at the same moment. Try again.', { retryAfterS: 1 });
