/**
 * SQL about sites and pages. `headColumns` and `headFrom` are the part every public read begins with: origin, site, alias,
 * page, in four rows at most.
 */
import { type CompiledQuery, sql } from 'kysely';
import { query } from '../db';
import type { PageAddress } from './normalise';

/** How a request names a page. `key` and `exact` are what aliases and pages are looked up by. */
export interface PageRef {
  host: string;
  exact: string;
  key: string;
}

/** The start of every row of a public read. Page columns are null before the page is born. */
export interface HeadRow {
  site_id: string;
  settings: string;
  site_version: number;
  site_attack_until: number;
  /** Site of the browser's Origin, when that is another host than the page's; null when no site lists it. */
  origin_site: string | null;
  page_id: string | null;
  page_url: string | null;
  page_title: string | null;
  page_count: number | null;
  page_version: number | null;
  page_locked: number | null;
  page_created_at: number | null;
  page_reactions: string | null;
}

/** @param pageId explicit id of the page, which wins over its URL */
export function refOf(address: PageAddress, pageId: string | undefined): PageRef {
  const key = pageId === undefined ? address.key : `#${pageId}`;
  return { host: address.host, exact: pageId === undefined ? address.exact : key, key };
}

/** @param originHost host of the browser's Origin when it differs from the page's, else null */
export const headColumns = (originHost: string | null) => sql`
  s.id AS site_id, s.settings, s.version AS site_version, s.attack_until AS site_attack_until,
  (SELECT site_id FROM origins WHERE host = ${originHost}) AS origin_site,
  p.id AS page_id, p.url AS page_url, p.title AS page_title, p.count AS page_count,
  p.version AS page_version, p.locked AS page_locked, p.created_at AS page_created_at, p.reactions AS page_reactions`;

/** Every join finds one row at most, by primary key, which SQLite knows: what is joined behind keeps its index's order. */
export const headFrom = (ref: PageRef) => sql`
  origins o
  JOIN sites s ON s.id = o.site_id
  LEFT JOIN pages p ON p.site_id = s.id AND p.key = ${target(ref)}`;

/** The key a page has or would be born with: aliases win, that of the exact address first. */
const target = ({ exact, key }: PageRef) => sql`COALESCE(
  (SELECT target FROM aliases WHERE site_id = s.id AND key = ${exact}),
  (SELECT target FROM aliases WHERE site_id = s.id AND key = ${key}),
  ${key})`;

export function selectHead(ref: PageRef, originHost: string | null): CompiledQuery<HeadRow & { target: string }> {
  return sql<HeadRow & { target: string }>`
    SELECT ${headColumns(originHost)}, ${target(ref)} AS target
    FROM ${headFrom(ref)} WHERE o.host = ${ref.host}`.compile(query);
}

/**
 * Born with its first comment, or follower: does nothing when the page exists, when another took its address along meanwhile, or
 * when the idempotency key was used.
 */
export function insertPage(
  page: { id: string; siteId: string; key: string; url: string; title: string | null; createdAt: number },
  idempotencyKey: string | null,
): CompiledQuery {
  return sql`
    INSERT INTO pages (id, site_id, key, url, title, created_at)
    SELECT ${page.id}, ${page.siteId}, ${page.key}, ${page.url}, ${page.title}, ${page.createdAt}
    WHERE NOT EXISTS (SELECT 1 FROM comments WHERE site_id = ${page.siteId} AND receipt_key = ${idempotencyKey})
      AND NOT EXISTS (SELECT 1 FROM aliases WHERE site_id = ${page.siteId} AND key = ${page.key})
    ON CONFLICT (site_id, key) DO NOTHING`.compile(query);
}

/** The site of a page, its settings, and the site that an origin belongs to. No row: no site lists the page's host. */
export interface PageSiteRow {
  id: string;
  settings: string;
  attack_until: number;
  origin_site: string | null;
}

export function selectSite(host: string, originHost: string | null): CompiledQuery<PageSiteRow> {
  return sql<PageSiteRow>`
    SELECT s.id, s.settings, s.attack_until, (SELECT site_id FROM origins WHERE host = ${originHost}) AS origin_site
    FROM origins o JOIN sites s ON s.id = o.site_id WHERE o.host = ${host}`.compile(query);
}

/**
 * Approved comments of many pages at once, in the order asked; 0 for a page that is not there.
 * @param refs `host` null means: a page of the site `siteId`
 */
export function selectCounts(
  refs: (Omit<PageRef, 'host'> & { host: string | null })[],
  siteId: string | null,
): CompiledQuery<{ count: number }> {
  return sql<{ count: number }>`
    WITH asked AS (
      SELECT j.key AS n, j.value ->> 'key' AS key, j.value ->> 'exact' AS exact,
        COALESCE((SELECT site_id FROM origins WHERE host = j.value ->> 'host'), ${siteId}) AS site_id
      FROM json_each(${JSON.stringify(refs)}) j)
    SELECT COALESCE((
      SELECT count FROM pages p WHERE p.site_id = a.site_id AND p.key = COALESCE(
        (SELECT target FROM aliases WHERE site_id = a.site_id AND key IN (a.exact, a.key) ORDER BY key = a.exact DESC LIMIT 1),
        a.key)), 0) AS count
    FROM asked a ORDER BY a.n`.compile(query);
}

/** The site that lists a host. */
export function selectOrigin(host: string): CompiledQuery<{ site_id: string }> {
  return query.selectFrom('origins').where('host', '=', host).select('site_id').compile();
}
