/** SQL about reactions: what people think of a page as a whole. */
import { type CompiledQuery, sql } from 'kysely';
import { type PageRow, query } from '../db';

/** A reaction of `personId`; a null value takes theirs back. */
export interface ReactionDraft {
  personId: string;
  value: string | null;
  /** ms */
  createdAt: number;
}

type PageKey = Pick<PageRow, 'site_id' | 'key'>;

/**
 * Counts a reaction in place of the one there was. Nothing happens when it is there already.
 * @param page born by a first reaction as by a first comment; taking one back bears none
 */
export function react(
  page: Pick<PageRow, 'id' | 'site_id' | 'key' | 'url' | 'title' | 'created_at'>,
  { personId, value, createdAt }: ReactionDraft,
): CompiledQuery[] {
  const before = sql`(SELECT r.value FROM reactions r WHERE r.page_id = pages.id AND r.person_id = ${personId})`;
  // Taken apart and put together again, so that no value is ever part of a JSON path.
  const counts = sql`(
    SELECT json_group_object(name, people) FROM (
      SELECT name, SUM(people) AS people FROM (
        SELECT key AS name, value AS people FROM json_each(pages.reactions)
        UNION ALL SELECT ${before}, -1
        UNION ALL SELECT ${value}, 1)
      WHERE name IS NOT NULL GROUP BY name HAVING SUM(people) > 0))`;
  const count = sql`reactions = ${counts}, version = pages.version + 1`;
  const { id, site_id, url, title, created_at } = page;
  if (value === null)
    return [
      sql`UPDATE pages SET ${count} WHERE site_id = ${site_id} AND key = ${keyOf(page)} AND ${before} IS NOT NULL`,
      sql`DELETE FROM reactions WHERE page_id = ${idOf(page)} AND person_id = ${personId}`,
    ].map((statement) => statement.compile(query));
  return [
    sql`
      INSERT INTO pages (id, site_id, key, url, title, created_at, version, reactions)
      VALUES (${id}, ${site_id}, ${keyOf(page)}, ${url}, ${title}, ${created_at}, 1, json_object(${value}, 1))
      ON CONFLICT (site_id, key) DO UPDATE SET ${count} WHERE ${before} IS NOT ${value}`,
    sql`
      INSERT INTO reactions (page_id, person_id, value, created_at)
      VALUES (${idOf(page)}, ${personId}, ${value}, ${createdAt})
      ON CONFLICT (page_id, person_id) DO UPDATE SET value = excluded.value, created_at = excluded.created_at
        WHERE value <> excluded.value`,
  ].map((statement) => statement.compile(query));
}

/** What people think of a page, and this reader. No row before the page is born. */
export interface OpinionRow {
  reactions: string;
  value: string | null;
}

export function selectOpinion(page: PageKey, personId: string): CompiledQuery<OpinionRow> {
  return sql<OpinionRow>`
    SELECT p.reactions, (SELECT value FROM reactions WHERE page_id = p.id AND person_id = ${personId}) AS value
    FROM pages p WHERE p.site_id = ${page.site_id} AND p.key = ${keyOf(page)}`.compile(query);
}

/** The page's key may have become an alias since it was looked at. */
const keyOf = ({ site_id, key }: PageKey) =>
  sql`COALESCE((SELECT target FROM aliases WHERE site_id = ${site_id} AND key = ${key}), ${key})`;

const idOf = (page: PageKey) => sql`(SELECT id FROM pages WHERE site_id = ${page.site_id} AND key = ${keyOf(page)})`;
