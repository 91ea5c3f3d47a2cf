/**
 * `PATCH /admin/comments/{id}`: a moderator changes text or author, pins a comment, locks a branch. One round trip to look, one
 * to write; each kind of change is a decision of its own, and all of a request are one batch.
 */
import type { CompiledQuery } from 'kysely';
import type * as v from 'valibot';
import { batchAs, draftDecision, needGrant, reaches } from '../../admin/grant';
import { parseSettings } from '../../admin/settings';
import { cleanLine, cleanWebsite } from '../../clean';
import { RENDERER_VERSION, renderMarkdown } from '../../comments/markdown';
import { parseId } from '../../comments/target';
import { type Action, AdminCommentEdit } from '../../contract-admin';
import { newId } from '../../ids';
import { drainBehind } from '../../notify/outbox/drain';
import { insertEvent, isHeardOf } from '../../notify/outbox/events-store';
import { Problem } from '../../problem';
import { type AppContext, openDb, ownOrigin, readBody, sendBookmark } from '../../request';
import { type AdminRow, selectAdminComment } from '../queue/list-store';
import { presentAdminComment } from '../queue/present';
import {
  changeBranchLock,
  changePin,
  changeWords,
  type EditableRow,
  type Rendered,
  selectEditable,
  type Words,
} from './edit-store';
import type { DecisionDraft } from './status-store';

/** @throws Problem not_found, invalid_request, conflict for what this comment cannot be, or is not any more */
export async function editComment(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:moderate');
  const id = parseId(c);
  const { value: input } = await readBody(c, AdminCommentEdit);
  const [row] = await db.all(selectEditable(id));
  if (!row || !reaches(grant, row.site_id)) throw new Problem('not_found');
  const now = Date.now();
  const reason = cleanLine(input.reason ?? '') || null;
  const plans = planEdit(row, input, now);
  const ids = plans.map(() => newId(now, crypto.getRandomValues(new Uint8Array(16)))).sort();
  const writes = plans.map(({ action, write }, n) =>
    write({ ...draftDecision(grant, ids[n]!, row.site_id, action, now, reason), batch: ids[0]! }),
  );
  const isNews = row.status === 'approved' && plans.some(({ action }) => action === 'edit');
  const event = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  const told = isNews ? [insertEvent(event, 'comment.edited', id, 'team', now)] : [];
  const results = await batchAs(db, grant, ...writes.flat(), ...told, selectAdminComment(id));
  const ends = writes.map((_, n) => writes.slice(0, n + 1).flat().length - 1);
  const after = results.at(-1)!.rows[0] as AdminRow | undefined;
  if (!after) throw new Problem('not_found');
  if (ends.some((end) => results[end]!.rows.length === 0))
    throw new Problem('conflict', 'This comment changed at the same moment. Look again.');
  if (isHeardOf(results)) drainBehind(c);
  sendBookmark(c, db);
  return c.json(presentAdminComment(after, ownOrigin(c)));
}

type Edit = v.InferOutput<typeof AdminCommentEdit>;
interface Plan {
  action: Action;
  write(decision: DecisionDraft): CompiledQuery[];
}

/** What is so already is no change. @throws Problem invalid_request, conflict */
function planEdit(row: EditableRow, input: Edit, now: number): Plan[] {
  const { id } = row;
  const { before, after } = planWords(row, input, now);
  const plans: Plan[] = [];
  if (Object.keys(after).length > 0) {
    if (row.status === 'deleted') throw refuse('It was deleted for good.');
    const rendered = renderWords(after, row.settings);
    plans.push({ action: 'edit', write: (decision) => changeWords({ id, before, after }, rendered, decision) });
  }
  const isPinned = row.page_pinned === id;
  if (input.pinned !== undefined && input.pinned !== isPinned) {
    if (input.pinned && row.parent_id !== null) throw refuse('Only a top-level comment can be pinned.', 'pinned');
    if (input.pinned && row.status !== 'approved') throw refuse('Only an approved comment can be pinned.', 'pinned');
    const item = { id, before: { pinned: row.page_pinned }, after: { pinned: input.pinned ? id : null } };
    plans.push({ action: input.pinned ? 'pin' : 'unpin', write: (decision) => changePin(item, decision) });
  }
  const isLocked = row.locked === 1;
  if (input.locked !== undefined && input.locked !== isLocked) {
    if (row.parent_id !== null) throw refuse('A branch is locked at its top-level comment.', 'locked');
    const item = { id, before: { locked: isLocked }, after: { locked: input.locked } };
    plans.push({ action: input.locked ? 'lock' : 'unlock', write: (decision) => changeBranchLock(item, decision) });
  }
  return plans;
}

/** @throws Problem invalid_request */
function planWords(row: EditableRow, input: Edit, now: number): { before: Words; after: Words } {
  const before: Words = {};
  const after: Words = {};
  if (input.body !== undefined && input.body !== row.body) {
    Object.assign(before, { body: row.body, editedAt: row.edited_at });
    Object.assign(after, { body: input.body, editedAt: now });
  }
  const name = input.name === undefined ? row.author_name : cleanLine(input.name);
  if (name === '' && input.name !== undefined)
    throw new Problem('invalid_request', 'name: must not be blank.', { field: 'name' });
  if (name !== row.author_name) [before.name, after.name] = [row.author_name, name];
  const url = input.url === undefined ? row.author_url : cleanWebsite(input.url, 'url');
  if (url !== row.author_url) [before.url, after.url] = [row.author_url, url];
  return { before, after };
}

/** @param settings as stored @returns null when the text stays */
export function renderWords({ body }: Words, settings: string): Rendered | null {
  if (body === undefined) return null;
  return { html: renderMarkdown(body, parseSettings(settings)), html_version: RENDERER_VERSION };
}

const refuse = (why: string, field?: string) => new Problem('conflict', why, field === undefined ? {} : { field });
