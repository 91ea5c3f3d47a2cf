/** `GET /admin/comments`: the queue, and the search in it. What is looked for, and how far, walk-store.ts knows. */
import { batchAs, type Grant, needGrant, siteFor } from '../../admin/grant';
import { LIMITS } from '../../contract';
import { type AdminComments, AdminCommentsQuery } from '../../contract-admin';
import type { Db } from '../../db';
import { parseQuery } from '../../parse';
import { type AppContext, openDb, ownOrigin } from '../../request';
import { routeOf } from './filter-store';
import { type AdminRow, selectListed } from './list-store';
import { presentAdminComment } from './present';
import { FILLED_BY_SEARCH, fillSearch, selectUnsearched } from './search-store';
import { type Listing, selectIsFew, selectStop, type Way } from './walk-store';

export async function listComments(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:read');
  const { site, sort, after, limit, flagged, ...rest } = parseQuery(
    AdminCommentsQuery,
    new URL(c.req.url).searchParams,
  );
  const wanted = limit ?? LIMITS.queueSize.default;
  const listing: Listing = {
    filter: { ...rest, flagged: flagged === undefined ? undefined : flagged === 'true' },
    siteId: siteFor(grant, site),
    newest: sort !== 'oldest',
    after: after ?? null,
    // One more than is shown tells that there are more.
    rows: wanted + 1,
    now: Date.now(),
  };
  const { rows, stop, unsearched } = await readListing(db, grant, listing);
  const shown = rows.slice(0, wanted);
  return c.json({
    comments: shown.map((row) => presentAdminComment(row, ownOrigin(c))),
    next: rows.length > wanted ? shown.at(-1)!.id : stop,
    unsearched,
  } satisfies AdminComments);
}

interface Found {
  rows: AdminRow[];
  /** Where to go on when it found too little but has not seen everything. */
  stop: string | null;
  unsearched: number;
}

/** One round trip, and for a text another one to take in what is new; one more when it had to stop. */
async function readListing(db: Db, grant: Grant, listing: Listing): Promise<Found> {
  if (listing.filter.q === undefined) {
    const [listed] = await batchAs(db, grant, selectListed(listing, 'index'));
    return goOn(db, listing, 'index', listed!.rows as AdminRow[], 0);
  }
  const [, few, unsearched] = await batchAs(
    db,
    grant,
    fillSearch(FILLED_BY_SEARCH),
    selectIsFew(listing),
    selectUnsearched(),
  );
  const way = (few!.rows[0] as { few: number }).few ? 'few' : 'text';
  const rows = await db.all(selectListed(listing, way));
  return goOn(db, listing, way, rows, (unsearched!.rows[0] as { n: number }).n);
}

async function goOn(db: Db, listing: Listing, way: Way, rows: AdminRow[], unsearched: number): Promise<Found> {
  const sawAll = way === 'few' || (way === 'index' && routeOf(listing.filter, listing.siteId).exact);
  const [stop] = sawAll || rows.length === listing.rows ? [] : await db.all(selectStop(listing, way));
  return { rows, stop: stop?.id ?? null, unsearched };
}
