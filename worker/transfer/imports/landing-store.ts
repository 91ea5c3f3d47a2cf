/** SQL of where addresses land: which site lists them, which page they are or would be born as. Writes nothing. */
import { type CompiledQuery, sql } from 'kysely';
import { query } from '../../db';

/** An address, taken apart. */
export interface AskedAddress {
  site: string;
  host: string;
  key: string;
  /** The address as aliases may name it; null: no alias is looked for. */
  exact: string | null;
  /** A page's id that somebody would like to give it; '' for none. */
  id: string;
}
export interface LandingRow {
  /** The site that lists the host. */
  host_site: string | null;
  /** The key that the page has or would be born with. */
  target: string;
  /** The page that has this key, and where its comments are. */
  found: string | null;
  page: string | null;
  url: string | null;
  title: string | null;
  count: number | null;
  /** 1: another page has the wished id, or this one. */
  taken: number;
}

/** In the order asked. @param asked JSON array of AskedAddress */
export function selectLandings(asked: string): CompiledQuery<LandingRow> {
  const alias = (of: 'exact' | 'key') => sql`(
    SELECT target FROM aliases WHERE site_id = a.site AND key = ${sql.ref(`a.${of}`)} AND a.exact IS NOT NULL)`;
  return sql<LandingRow>`
    WITH asked AS (
      SELECT j.key AS n, j.value ->> 'site' AS site, j.value ->> 'host' AS host, j.value ->> 'key' AS key,
        j.value ->> 'exact' AS exact, j.value ->> 'id' AS id
      FROM json_each(${asked}) j)
    SELECT o.site_id AS host_site, COALESCE(${alias('exact')}, ${alias('key')}, a.key) AS target, p.id AS found,
      m.id AS page, m.url, m.title, m.count, EXISTS (SELECT 1 FROM pages t WHERE t.id = a.id) AS taken
    FROM asked a
    LEFT JOIN origins o ON o.host = a.host
    LEFT JOIN pages p ON p.site_id = a.site AND p.key = COALESCE(${alias('exact')}, ${alias('key')}, a.key)
    LEFT JOIN pages m ON m.id = COALESCE(p.merged_into, p.id)
    ORDER BY a.n`.compile(query);
}

export interface PlaceOfIdRow {
  id: string;
  site_id: string;
}
/** Which comments there are, and where. @param ids JSON array */
export function selectPresent(ids: string): CompiledQuery<PlaceOfIdRow> {
  return sql<PlaceOfIdRow>`
    SELECT c.id, c.site_id FROM json_each(${ids}) j CROSS JOIN comments c ON c.id = j.value ORDER BY j.key`.compile(
    query,
  );
}
