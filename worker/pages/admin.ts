/** Pages for those who run the site: listed, closed, renamed, moved; which may be one. Making them one is merge.ts. */
import { batchAs, draftDecision, type Grant, needGrant, reaches, siteFor } from '../admin/grant';
import { cleanLine, cleanText } from '../clean';
import { parseId } from '../comments/target';
import {
  type Action,
  type AdminPages,
  AdminPagesQuery,
  type PageChanged,
  type PageDuplicates,
  PageDuplicatesQuery,
  PageEdit,
  PageMove,
} from '../contract-admin';
import type { Db } from '../db';
import { newId } from '../ids';
import type { DecisionDraft } from '../moderation/decisions/status-store';
import { parseQuery } from '../parse';
import { Problem } from '../problem';
import { type AppContext, openDb, readBody, sendBookmark } from '../request';
import { presentAdminPage } from './admin-present';
import { type AdminPageRow, type PlaceRow, selectPage, selectPages, selectPlace } from './admin-store';
import { changeAddress, changeLock, changeTitle } from './change-store';
import { findDuplicates } from './duplicates';
import { normalisePage } from './normalise';
import { refOf } from './store';

const PAGES_LISTED = 50;
/** Pages that are compared with each other, and groups of them that an answer has. */
const PAGES_COMPARED = 5_000;
const GROUPS = 100;

/** `GET /admin/pages`: in order of their keys, the last of which is the cursor. */
export async function listPages(c: AppContext): Promise<Response> {
  const db = openDb(c);
  const grant = await needGrant(c, db, 'comments:read');
  const q = parseQuery(AdminPagesQuery, new URL(c.req.url).searchParams);
  const site = siteFor(grant, q.site)!;
  const rows = await db.all(selectPages(site, q.q?.trim() ?? '', q.after ?? '', PAGES_LISTED + 1));
  const fitting = rows.slice(0, PAGES_LISTED);
  return c.json({
    pages: fitting.map(presentAdminPage),
    next: rows.length > PAGES_LISTED ? fitting.at(-1)!.key : null,
  } satisfies AdminPages);
}

/** `GET /admin/pages/duplicates` */
export async function listDuplicates(c: AppContext): Promise<Response> {
  const db = openDb(c);
  const grant = await needGrant(c, db, 'comments:read');
  const q = parseQuery(PageDuplicatesQuery, new URL(c.req.url).searchParams);
  const pages = await db.all(selectPages(siteFor(grant, q.site)!, '', '', PAGES_COMPARED));
  const groups = findDuplicates(pages).slice(0, GROUPS);
  return c.json({
    groups: groups.map(({ reason, pages: found }) => ({ reason, pages: found.map(presentAdminPage) })),
  } satisfies PageDuplicates);
}

/** `PATCH /admin/pages/{id}`: what is left out stays. @throws Problem not_found, invalid_request */
export async function changePage(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'pages:write');
  const id = parseId(c);
  const { value: input } = await readBody(c, PageEdit);
  if (input.locked === undefined && input.title === undefined)
    throw new Problem('invalid_request', 'locked: is missing, and so is title.', { field: 'locked' });
  const page = needPage((await db.all(selectPage(id)))[0], grant);
  const locked = page.locked === 1;
  const title = input.title === undefined ? page.title : readTitle(input.title);
  const changes: ((draft: Draft) => Queries)[] = [];
  if (input.locked !== undefined && input.locked !== locked) {
    const item = { id, before: { locked }, after: { locked: input.locked } };
    changes.push((draft) => changeLock(item, draft(input.locked ? 'page.lock' : 'page.unlock')));
  }
  if (title !== page.title) {
    const item = { id, before: { title: page.title }, after: { title } };
    changes.push((draft) => changeTitle(item, draft('page.rename')));
  }
  return apply(c, db, grant, page, input.reason, changes);
}

/**
 * `POST /admin/pages/{id}/move`
 * @throws Problem not_found, conflict, url_invalid, url_not_http, url_too_long, invalid_request
 */
export async function movePage(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'pages:write');
  const id = parseId(c);
  const { value: input } = await readBody(c, PageMove);
  const address = normalisePage(input.url);
  const [pages, places] = await db.batch(selectPage(id), selectPlace(refOf(address, undefined)));
  const page = needPage(pages!.rows[0] as AdminPageRow | undefined, grant);
  const place = places!.rows[0] as PlaceRow | undefined;
  if (place?.site_id !== page.site_id)
    throw new Problem('invalid_request', 'url: its host must be one of the page’s own site.', { field: 'url' });
  checkFree(page, place);
  const { key, url } = address;
  const isSame = key === page.key;
  const item = {
    id,
    before: { key: page.key, url: page.url, alias: !isSame && place.alias_target !== null ? key : null },
    after: { key, url, alias: isSame ? null : page.key },
  };
  const changes = isSame && url === page.url ? [] : [(draft: Draft) => changeAddress(item, draft('page.move'))];
  return apply(c, db, grant, page, input.reason, changes);
}

/** @throws Problem conflict */
function checkFree(page: AdminPageRow, place: PlaceRow): void {
  const refuse = (detail: string) => new Problem('conflict', `url: ${detail}`, { field: 'url' });
  const isTaken = place.page_id !== null && place.page_id !== page.id;
  if (isTaken && place.merged_into === page.id)
    throw refuse('a page that was merged into this one has that address. Undo that, and merge the other way round.');
  if (isTaken) throw refuse('there is a page already. Merge the two.');
  const leadsAway = (target: string | null) => target !== null && target !== page.key;
  if (leadsAway(place.exact_target) || leadsAway(place.alias_target))
    throw refuse('that address leads to another page.');
}

/** Whoever runs a site knows its pages; what was merged is another page. @throws Problem not_found */
function needPage(page: AdminPageRow | undefined, grant: Grant): AdminPageRow {
  if (!page || !reaches(grant, page.site_id) || page.merged_into !== null) throw new Problem('not_found');
  return page;
}

/** Makes a line of the log. */
type Draft = (action: Action) => DecisionDraft;
type Queries = Parameters<Db['batch']>;

/**
 * Makes changes of one batch in one transaction.
 * @param changes none: it is so already
 * @throws Problem conflict when something else happened since the page was looked at
 */
async function apply(
  c: AppContext,
  db: Db,
  grant: Grant,
  page: AdminPageRow,
  reason: string | undefined,
  changes: ((draft: Draft) => Queries)[],
): Promise<Response> {
  const now = Date.now();
  const batch = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  const queries = changes.flatMap((change, i) => {
    const id = i === 0 ? batch : newId(now, crypto.getRandomValues(new Uint8Array(16)), batch);
    return change((action) => ({
      ...draftDecision(grant, id, page.site_id, action, now, cleanText(reason ?? '') || null),
      batch,
    }));
  });
  const results = await batchAs(db, grant, ...queries, selectPage(page.id));
  if (changes.length > 0 && !results.some((result) => result.changes > 0))
    throw new Problem('conflict', 'Somebody else changed this page meanwhile.');
  sendBookmark(c, db);
  return c.json({
    page: presentAdminPage(results.at(-1)!.rows[0] as AdminPageRow),
    batch: changes.length > 0 ? batch : null,
    left: false,
  } satisfies PageChanged);
}

function readTitle(title: string | null): string | null {
  if (title === null) return null;
  const line = cleanLine(title);
  if (line !== '') return line;
  throw new Problem('invalid_request', 'title: must not be blank.', { field: 'title' });
}
