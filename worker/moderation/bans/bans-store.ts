/** SQL of bans: the list, what making one needs to know, and making and ending one with its line in the log. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type BanRow, type OriginRow, query } from '../../db';
import { type DecisionDraft, insertDecision } from '../decisions/status-store';
import type { BanSource } from './ban-value';

/** The newest first. @param siteId null: of all sites */
export function selectBanList(siteId: string | null, rows: number): CompiledQuery<BanRow> {
  const bans = query.selectFrom('bans').selectAll().orderBy('id', 'desc').limit(rows);
  return (siteId === null ? bans : bans.where('site_id', '=', siteId)).compile();
}

export const selectBan = (id: string): CompiledQuery<BanRow> =>
  query.selectFrom('bans').where('id', '=', id).selectAll().compile();

export const selectHosts = (siteId: string): CompiledQuery<Pick<OriginRow, 'host'>> =>
  query.selectFrom('origins').where('site_id', '=', siteId).select('host').compile();

export const selectBanSource = (siteId: string, commentId: string): CompiledQuery<BanSource> =>
  query
    .selectFrom('comments as c')
    .leftJoin('people as p', 'p.id', 'c.author_id')
    .where('c.id', '=', commentId)
    .where('c.site_id', '=', siteId)
    .select([
      'c.author_id',
      'c.author_name',
      'c.author_badge',
      'c.author_email',
      'c.author_url',
      'c.ip_hash',
      'c.net_hash',
      'p.email as person_email',
    ])
    .compile();

/** The name that an author used last. The index is named because SQLite would as well go through all of the site. */
export const selectAuthorName = (siteId: string, authorId: string): CompiledQuery<{ author_name: string }> =>
  sql<{ author_name: string }>`
    SELECT author_name FROM comments INDEXED BY comments_author
    WHERE author_id = ${authorId} AND site_id = ${siteId} ORDER BY id DESC LIMIT 1`.compile(query);

/** As the log keeps it: who made it, the line itself tells. */
export type LoggedBan = Omit<BanRow, 'created_by'>;
const asJson = sql`json_object('id', b.id, 'site_id', b.site_id, 'kind', b.kind, 'value', b.value, 'label', b.label,
  'silent', b.silent, 'reason', b.reason, 'created_at', b.created_at, 'expires_at', b.expires_at)`;

/**
 * Makes a ban, or changes the one there is: it keeps its id.
 * @returns queries for one batch; the last one's row is the ban as it is now
 */
export function writeBan(row: BanRow, decision: DecisionDraft): CompiledQuery[] {
  const same = sql`b.site_id = ${row.site_id} AND b.kind = ${row.kind} AND b.value = ${row.value}`;
  const stored = sql`SELECT ${asJson} FROM bans b WHERE ${same}`;
  const { created_by, ...kept } = row;
  return [
    insertDecision(
      decision,
      sql`
        SELECT json_array(json_object('id', n.id, 'before', json(n.before), 'after', json_set(${JSON.stringify(kept)}, '$.id', n.id)))
          AS items, 1 AS n
        FROM (SELECT COALESCE((SELECT b.id FROM bans b WHERE ${same}), ${row.id}) AS id, (${stored}) AS before) n`,
    ),
    query
      .insertInto('bans')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['site_id', 'kind', 'value']).doUpdateSet({
          label: row.label,
          silent: row.silent,
          reason: row.reason,
          created_by,
          created_at: row.created_at,
          expires_at: row.expires_at,
        }),
      )
      .compile(),
    sql`SELECT b.* FROM bans b WHERE ${same}`.compile(query),
  ];
}

/**
 * Of an author who is somebody else from now on; whoever is banned already stays so.
 * @param from an identity, or a SELECT of identities
 */
export const followBan = (siteId: string, from: string | RawBuilder<unknown>, to: string): CompiledQuery =>
  sql`
    UPDATE OR IGNORE bans SET value = ${to} WHERE site_id = ${siteId} AND kind = 'author' AND value IN (${from})`.compile(
    query,
  );

/** @returns queries for one batch; the last changes a row, unless it has ended already */
export const endBan = (id: string, decision: DecisionDraft): CompiledQuery[] => [
  insertDecision(
    decision,
    sql`
      SELECT json_group_array(json_object('id', b.id, 'before', ${asJson}, 'after', NULL)) AS items, COUNT(*) AS n
      FROM bans b WHERE b.id = ${id}`,
  ),
  query.deleteFrom('bans').where('id', '=', id).compile(),
];
