/** SQL of what the phases of moderation judge by: read together with whatever else a post looks up, in the same round trip. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type BanRow, type ModelRow, query } from '../db';
import { timePrefix } from '../ids';
import type { BanName } from './bans/ban-match';
import type { Recent } from './verdict';

/** How far back duplicates and floods are looked for. */
const RECENT_ROWS = 100;
/** How many comments of an author tell what they are like. */
const HISTORY_ROWS = 50;

/** Whose site is meant: that of a page, by its host, that of a comment, or this one. */
export type Place = { host: string } | { comment: string } | { site: string };
export function siteOf(place: Place) {
  if ('site' in place) return sql`${place.site}`;
  return 'host' in place
    ? sql`(SELECT site_id FROM origins WHERE host = ${place.host})`
    : sql`(SELECT site_id FROM comments WHERE id = ${place.comment})`;
}
/** A comment that is judged again says nothing about its author. */
const without = (place: Place) => ('comment' in place ? place.comment : '');

export interface HistoryRow {
  approved: number;
  rejected: number;
}
export interface SenderRow extends HistoryRow {
  /** 1: has an approved comment of before. */
  settled: number;
}

/** An approved comment that old makes its writer settled: whoever has come just now, or with a flood, has none. */
const SETTLED_MS = 60 * 60_000;
/** Among their first comments one was approved, or they are strangers still: what somebody floods with is not read. */
const FIRST_ROWS = 5;

/** A condition. @param now epoch ms */
export const isSettled = (authorId: RawBuilder<unknown>, siteId: RawBuilder<unknown>, now: number) => sql`EXISTS (
  SELECT 1 FROM (
    SELECT e.status FROM comments e INDEXED BY comments_author
    WHERE e.author_id = ${authorId} AND e.id < ${timePrefix(now - SETTLED_MS)} AND e.site_id = ${siteId}
    ORDER BY e.id LIMIT ${FIRST_ROWS})
  WHERE status = 'approved')`;

/**
 * Always one row. The index is named because SQLite would as well go through all of the site for somebody new.
 * @param authorId null for nobody @param now epoch ms
 */
export function selectHistory(place: Place, authorId: string | null, now: number): CompiledQuery<SenderRow> {
  return sql<SenderRow>`
    SELECT COALESCE(SUM(status = 'approved'), 0) AS approved, COALESCE(SUM(status IN ('spam', 'trash')), 0) AS rejected,
      ${isSettled(sql`${authorId}`, siteOf(place), now)} AS settled
    FROM (
      SELECT status FROM comments INDEXED BY comments_author
      WHERE author_id = ${authorId} AND site_id = ${siteOf(place)} AND id <> ${without(place)}
      ORDER BY id DESC LIMIT ${HISTORY_ROWS})`.compile(query);
}

/** The site's last comments, newest first. */
export function selectRecent(place: Place): CompiledQuery<Recent> {
  return sql<Recent>`
    SELECT id, page_id, status, author_id, ip_hash, net_hash, print, created_at FROM comments
    WHERE site_id = ${siteOf(place)} ORDER BY id DESC LIMIT ${RECENT_ROWS}`.compile(query);
}

/** What is stored of who writes: address and website of their account, and those beside a comment that is judged again. */
const storedOf = (place: Place, authorId: string | null) => sql`
  SELECT email, url FROM people WHERE id = ${authorId}
  UNION ALL SELECT author_email, author_url FROM comments WHERE id = ${without(place)}`;

export type FittingBan = Pick<BanRow, 'kind' | 'value' | 'silent' | 'expires_at'>;
/**
 * Bans of the site that name one of `names`, or what is stored of who writes (as ban-match.ts would read it), and all that name
 * networks by their addresses.
 * @param authorId null for nobody @param now epoch ms
 */
export function selectBans(
  place: Place,
  names: BanName[],
  authorId: string | null,
  now: number,
): CompiledQuery<FittingBan> {
  return sql<FittingBan>`
    WITH RECURSIVE
      stored (email, url) AS (${storedOf(place, authorId)}),
      mailboxes (name) AS (
        SELECT lower(CASE WHEN instr(email, '+') BETWEEN 2 AND instr(email, '@')
          THEN substr(email, 1, instr(email, '+') - 1) || substr(email, instr(email, '@')) ELSE email END) FROM stored),
      hosts (name) AS (
        SELECT substr(name, instr(name, '@') + 1) FROM mailboxes WHERE name IS NOT NULL
        UNION
        SELECT rtrim(lower(substr(at, 1, instr(replace(at, ':', '/') || '/', '/') - 1)), '.')
        FROM (SELECT substr(url, instr(url, '://') + 3) AS at FROM stored WHERE url IS NOT NULL)
        UNION
        SELECT substr(name, instr(name, '.') + 1) FROM hosts WHERE instr(name, '.') > 0)
    SELECT kind, value, silent, expires_at FROM bans
    WHERE site_id = ${siteOf(place)} AND (expires_at IS NULL OR expires_at > ${now})
      AND (kind = 'cidr' OR (kind, value) IN (
        SELECT j.value ->> 0, j.value ->> 1 FROM json_each(${JSON.stringify(names)}) j
        UNION ALL SELECT 'email', name FROM mailboxes
        UNION ALL SELECT 'domain', name FROM hosts))`.compile(query);
}

/** Nothing when this worker has read the latest already. @param known version of what it has, 0 for none */
export function selectModel(place: Place, known: number): CompiledQuery<ModelRow> {
  return sql<ModelRow>`
    SELECT * FROM models WHERE site_id = ${siteOf(place)} AND version > ${known}`.compile(query);
}
