/**
 * `POST /admin/pages/{id}/merge`: all of a page's comments go to another one, some hundred branches a request. The first
 * request sends the page's address there, so that whatever is written meanwhile arrives where it will stay; each takes the next
 * branches along. Left half done, the page stays listed, and asking again goes on.
 */
import { batchAs, draftDecision, type Grant, needGrant, reaches } from '../admin/grant';
import { cleanText } from '../clean';
import { parseId } from '../comments/target';
import { type PageChanged, PageMerge } from '../contract-admin';
import { newId } from '../ids';
import type { DecisionDraft } from '../moderation/decisions/status-store';
import { Problem } from '../problem';
import { type AppContext, openDb, readBody, sendBookmark } from '../request';
import { presentAdminPage } from './admin-present';
import { type AdminPageRow, selectPage } from './admin-store';
import { selectBranches } from './branch-store';
import { bringBranches, changeMerge, type MergeRow, selectMerge, selectRest } from './merge-store';

/** What one request takes along. A branch is never split, so a long one may be more. */
const PORTION = { branches: 300, comments: 3_000 };

/** @throws Problem not_found, invalid_request, conflict */
export async function mergePage(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'pages:write');
  const id = parseId(c);
  const { value: input } = await readBody(c, PageMerge);
  const [pages, targets, branches] = await db.batch(
    selectPage(id),
    selectPage(input.into),
    selectBranches(id, PORTION),
  );
  const page = pages!.rows[0] as AdminPageRow | undefined;
  if (!page || !reaches(grant, page.site_id)) throw new Problem('not_found');
  const into = targets!.rows[0] as AdminPageRow | undefined;
  const [merges] = await db.batch(selectMerge(page.site_id, id));
  const { waiting, batch: begun } = merges!.rows[0] as MergeRow;
  checkMerge(page, into, grant);
  const begins = page.merged_into === null;
  if (begins && waiting) throw conflict('Another page is on its way into this one: complete that first.');
  if (input.batch !== undefined && (begins || input.batch !== begun))
    throw new Problem('invalid_request', 'batch: is not of this merge.', { field: 'batch' });

  const now = Date.now();
  const fresh = (after?: string) => newId(now, crypto.getRandomValues(new Uint8Array(16)), after);
  const first = fresh();
  const batch = (begins ? null : begun) ?? first;
  const draft = (decision: string): DecisionDraft => ({
    ...draftDecision(grant, decision, page.site_id, 'page.merge', now, cleanText(input.reason ?? '') || null),
    batch,
  });
  const item = { id, before: { into: null, aliases: [] }, after: { into: input.into, aliases: [] } };
  const roots = (branches!.rows as { id: string }[]).map((row) => row.id);
  const results = await batchAs(
    db,
    grant,
    ...(begins ? changeMerge(item, draft(first)) : []),
    ...bringBranches(roots, id, input.into, draft(begins ? fresh(first) : first)),
    selectPage(input.into),
    selectRest(id),
  );
  if (begins && !results[0]!.changes) throw conflict('Somebody else changed one of these pages meanwhile.');
  sendBookmark(c, db);
  const [target, rest] = results.slice(-2);
  return c.json({
    page: presentAdminPage(target!.rows[0] as AdminPageRow),
    batch,
    left: (rest!.rows[0] as { left: number }).left === 1,
  } satisfies PageChanged);
}

/** @throws Problem invalid_request, conflict */
function checkMerge(page: AdminPageRow, into: AdminPageRow | undefined, grant: Grant): asserts into is AdminPageRow {
  const refuse = (why: string) => new Problem('invalid_request', `into: ${why}.`, { field: 'into' });
  if (!into || !reaches(grant, into.site_id)) throw refuse('there is no such page');
  if (into.id === page.id) throw refuse('must be another page');
  if (into.site_id !== page.site_id) throw refuse('must be a page of the same site');
  if (into.merged_into !== null) throw conflict(`That page was itself merged, into ${into.merged_into}.`);
  if (page.merged_into !== null && page.merged_into !== into.id)
    throw conflict(`This page was merged already, into ${page.merged_into}.`);
}

const conflict = (detail: string) => new Problem('conflict', detail);
