/**
 * SQL of walking to comments that fit a filter, in order, and no further than a request may go: by an index, past everything
 * that has a text, or among the few that the rest of the filter leaves.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { query } from '../../db';
import { indexed, routeOf, selectRoute, type Wanted, whereFilter, whereRoute, whereTime } from './filter-store';
import { plainText, quoteText } from './search-store';

/** How many comments, or matches of a text, a request walks past. */
const WALKED = 10_000;
/** When a filter leaves no more, text aside, they are looked at instead of everything that has the text. */
const FEW = 1_000;

/** What to list, and where to go on. */
export interface Listing {
  filter: Wanted;
  /** null: all sites. */
  siteId: string | null;
  newest: boolean;
  /** The comment to begin behind, or null. */
  after: string | null;
  /** How many are wanted. */
  rows: number;
  /** Epoch ms. */
  now: number;
}
export type Way = 'index' | 'text' | 'few';
type Part = RawBuilder<unknown>;

/** Whether a filter leaves few, text aside. */
export function selectIsFew({ filter, siteId, now }: Listing): CompiledQuery<{ few: number }> {
  return sql<{ few: number }>`
    SELECT COUNT(*) <= ${FEW} AS few FROM (${selectRoute(sql`1`, filter, siteId, now)} LIMIT ${FEW + 1})`.compile(
    query,
  );
}

/** A FROM of comments `c` in an order that SQLite need not make: it stops as soon as enough of them fit `where`. */
export function walk(listing: Listing, way: Way): { from: Part; where: Part; order: Part } {
  const { filter, siteId, now } = listing;
  const { q, ...rest } = filter;
  const where = whereFilter(rest, siteId, now);
  if (way === 'index')
    return { from: sql`(${walkIndex(listing)}) w CROSS JOIN comments c ON c.id = w.id`, where, order: sql`w.id` };
  const places = way === 'text' ? walkText(listing, q!) : walkFew(listing, q!);
  return { from: sql`(${places}) w CROSS JOIN comments c ON c.rowid = w.place`, where, order: sql`w.place` };
}

/** Where a walk has stopped that found too little; no row when it came to the end. */
export function selectStop(listing: Listing, way: Exclude<Way, 'few'>): CompiledQuery<{ id: string }> {
  const last = sql`LIMIT 1 OFFSET ${WALKED - 1}`;
  const stop =
    way === 'index'
      ? sql<{ id: string }>`SELECT id FROM (${walkIndex(listing)}) ${last}`
      : sql<{ id: string }>`
          SELECT id FROM comments WHERE rowid = (SELECT place FROM (${walkText(listing, listing.filter.q!)}) ${last})`;
  return stop.compile(query);
}

export const turn = (newest: boolean): Part => (newest ? sql`DESC` : sql`ASC`);
const behind = (newest: boolean): Part => (newest ? sql`<` : sql`>`);

/** Ids, of all sites merged: as a join, json_each asks each site's range of the index for its first ones alone. */
function walkIndex({ filter, siteId, newest, after, rows, now }: Listing): Part {
  const route = routeOf(filter, siteId);
  const cursor = after === null ? sql`` : sql`AND c.id ${behind(newest)} ${after}`;
  const most = route.exact ? rows : WALKED;
  const range = sql`
    SELECT c.id FROM ${indexed(route)} WHERE ${whereRoute(route, siteId, whereTime(filter, now))} ${cursor}
    ORDER BY c.id ${turn(newest)} LIMIT ${most}`;
  if (!route.ofSite || siteId !== null) return range;
  return sql`
    SELECT j.value AS id FROM sites s CROSS JOIN json_each((SELECT json_group_array(id) FROM (${range}))) j
    ORDER BY j.value ${turn(newest)} LIMIT ${most}`;
}

/** Rowids of all that has a text. */
function walkText({ newest, after }: Listing, q: string): Part {
  const cursor = after === null ? sql`` : sql`AND rowid ${behind(newest)} ${placeOf(after)}`;
  return sql`
    SELECT rowid AS place FROM search WHERE search MATCH ${quoteText(q)} ${cursor}
    ORDER BY rowid ${turn(newest)} LIMIT ${WALKED}`;
}

/**
 * Rowids of those that the rest of the filter leaves and that have a text. They are read, unless that would take knowing the
 * case of more letters than SQLite's own functions do; then the index is asked for all that has the text and arrived among them.
 */
function walkFew({ filter, siteId, newest, after, now }: Listing, q: string): Part {
  const cursor = after === null ? sql`` : sql`AND n.place ${behind(newest)} ${placeOf(after)}`;
  const text = sql`lower(${plainText(q)})`;
  const has = hasForeignCase(q)
    ? sql`n.place IN (
        SELECT rowid FROM search WHERE search MATCH ${quoteText(q)}
          AND rowid >= (SELECT MIN(place) FROM near) AND rowid <= (SELECT MAX(place) FROM near))`
    : sql`EXISTS (
        SELECT 1 FROM comments c WHERE c.rowid = n.place
          AND (instr(lower(c.body), ${text}) OR instr(lower(c.author_name), ${text})))`;
  return sql`
    WITH near AS MATERIALIZED (${selectRoute(sql`c.rowid AS place`, filter, siteId, now)})
    SELECT n.place FROM near n WHERE ${has} ${cursor} ORDER BY n.place ${turn(newest)}`;
}

/** Whether upper and lower case of letters beyond A to Z matter in it. */
const hasForeignCase = (text: string): boolean => /(?![\0-\x7f])\p{CWCM}/u.test(text);

const placeOf = (id: string): Part => sql`(SELECT rowid FROM comments WHERE id = ${id})`;
