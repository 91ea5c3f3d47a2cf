/**
 * SQL of which comments a moderator means: a filter of the contract as a condition on a comment `c`, and where to look for what
 * fits it. The queue and decisions about everything that fits share it.
 */
import { type RawBuilder, sql } from 'kysely';
import type { CommentFilter } from '../../contract-admin';
import { timePrefix } from '../../ids';
import { quoteText } from './search-store';

/** How long hashes of addresses are kept, with the days that the cron which forgets them may be late. */
const HASHES_KEPT_MS = 37 * 86_400_000;

/** What one may ask for besides the site, which the grant has a say in. */
export type Wanted = Omit<CommentFilter, 'site'>;
/** Part of a statement. */
type Part = RawBuilder<unknown>;

/**
 * Everything that must fit, as a condition on `c`.
 * @param siteId null: all sites
 * @param now epoch ms
 */
export function whereFilter(filter: Wanted, siteId: string | null, now: number): Part {
  const { status, q, author, ip, network, page, phase, flagged } = filter;
  const conditions: (Part | false)[] = [
    whereTime(filter, now),
    siteId !== null && sql`c.site_id = ${siteId}`,
    status !== undefined && whereStatus(status),
    author !== undefined && sql`c.author_id = ${author}`,
    page !== undefined && sql`c.page_id = ${page}`,
    flagged !== undefined && (flagged ? sql`c.flagged > 0` : sql`c.flagged = 0`),
    ip !== undefined && sql`c.ip_hash = ${ip}`,
    network !== undefined && sql`c.net_hash = ${network}`,
    phase !== undefined && wherePhase(phase),
    q !== undefined && sql`c.rowid IN (SELECT rowid FROM search WHERE search MATCH ${quoteText(q)})`,
  ];
  return sql.join(
    conditions.filter((condition) => condition !== false),
    sql` AND `,
  );
}

/** Ids sort by time. Who is looked for by their address wrote lately, or is not known by it any more. */
export function whereTime({ from, to, ip, network }: Wanted, now: number): Part {
  const since = Math.max(
    from === undefined ? 0 : Date.parse(from),
    ip === undefined && network === undefined ? 0 : now - HASHES_KEPT_MS,
  );
  return sql`c.id >= ${timePrefix(since)} AND c.id < ${to === undefined ? '~' : timePrefix(Date.parse(to))}`;
}

const isQueued = (status: Wanted['status']): boolean => status === 'pending' || status === 'spam' || status === 'trash';
/** SQLite takes a partial index for what repeats the index's condition, word for word. */
export const whereStatus = (status: NonNullable<Wanted['status']>): Part =>
  isQueued(status) ? sql`c.status = ${status} AND c.status IN ('pending', 'spam', 'trash')` : sql`c.status = ${status}`;

/** A row whose verdict is no JSON matches nothing. */
const wherePhase = (phase: string): Part => sql`
  CASE WHEN json_valid(c.verdict) THEN EXISTS (
    SELECT 1 FROM json_each(c.verdict) f WHERE f.type = 'object' AND f.value ->> 'phase' = ${phase}) END`;

/** An index of comments in which what fits lies close together, in order of ids (within a site, where it begins with one). */
export interface Route {
  /** null: ids alone. */
  index: 'comments_page' | 'comments_author' | 'comments_flagged' | 'comments_queue' | 'comments_site' | null;
  /** What it finds by, site and time aside, as a condition on `c`. */
  where: Part | null;
  ofSite: boolean;
  /** All that it finds fits, text aside. */
  exact: boolean;
}

/** @param siteId null: all sites */
export function routeOf(filter: Wanted, siteId: string | null): Route {
  const { page, author, flagged, status } = filter;
  const asked = Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const answers = (...names: string[]) => asked.every((name) => ['q', 'from', 'to', ...names].includes(name));
  if (page !== undefined)
    return { index: 'comments_page', where: sql`c.page_id = ${page}`, ofSite: false, exact: answers('page') };
  if (author !== undefined) {
    const exact = siteId === null && answers('author');
    return { index: 'comments_author', where: sql`c.author_id = ${author}`, ofSite: false, exact };
  }
  if (flagged) return { index: 'comments_flagged', where: sql`c.flagged > 0`, ofSite: true, exact: answers('flagged') };
  if (isQueued(status))
    return { index: 'comments_queue', where: whereStatus(status!), ofSite: true, exact: answers('status') };
  return { index: siteId === null ? null : 'comments_site', where: null, ofSite: siteId !== null, exact: answers() };
}

/** `comments c` by its route. */
export const indexed = ({ index }: Route): Part =>
  index === null ? sql`comments c` : sql`comments c INDEXED BY ${sql.raw(index)}`;

/** What a route finds. @param siteId of a table `s`, or the one */
export const whereRoute = (route: Route, siteId: string | null, time: Part): Part => sql`
  ${route.ofSite ? sql`c.site_id = ${siteId ?? sql`s.id`} AND` : sql``} ${route.where ?? sql`1`} AND ${time}`;

/** Everything that the route of a filter finds, in no order: a SELECT that may be followed by LIMIT. */
export function selectRoute(columns: Part, filter: Wanted, siteId: string | null, now: number): Part {
  const route = routeOf(filter, siteId);
  const sites = route.ofSite && siteId === null ? sql`sites s CROSS JOIN` : sql``;
  return sql`
    SELECT ${columns} FROM ${sites} ${indexed(route)} WHERE ${whereRoute(route, siteId, whereTime(filter, now))}`;
}

/**
 * Everything that fits, in no order: a SELECT that may be followed by further conditions (` AND …`), ORDER BY and LIMIT.
 * @param columns of `c`
 * @param siteId null: all sites
 * @param now epoch ms
 */
export function selectFitting(columns: Part, filter: Wanted, siteId: string | null, now: number): Part {
  const { q, ...rest } = filter;
  // A text finds fewer than a whole site has; a page, an author or the queue have fewer than have a text.
  if (q === undefined || routeOf(filter, siteId).where !== null)
    return sql`${selectRoute(columns, filter, siteId, now)} AND ${whereFilter(filter, siteId, now)}`;
  return sql`
    SELECT ${columns} FROM (SELECT rowid AS place FROM search WHERE search MATCH ${quoteText(q)}) w
    CROSS JOIN comments c ON c.rowid = w.place WHERE ${whereFilter(rest, siteId, now)}`;
}
