/** SQL of what a site's classifier has learnt, and of what it may begin with. */
import { type CompiledQuery, sql } from 'kysely';
import { type CommentRow, type ModelRow, query } from '../../db';

/** How far back comments that stood are looked for, and how many are enough. */
const LOOKED_AT = 300;
const ENOUGH = 60;
const DAY_MS = 86_400_000;

export const selectSiteModel = (siteId: string): CompiledQuery<ModelRow> =>
  query.selectFrom('models').selectAll().where('site_id', '=', siteId).compile();

export type StoodRow = Pick<CommentRow, 'body' | 'author_name' | 'author_url'>;
/**
 * Comments that nobody objected to for a day at least, by the clock of the site's last comment. None where the classifier
 * knows good ones already.
 */
export function selectStood(siteId: string): CompiledQuery<StoodRow> {
  return sql<StoodRow>`
    SELECT body, author_name, author_url FROM (
      SELECT * FROM comments WHERE site_id = ${siteId} ORDER BY id DESC LIMIT ${LOOKED_AT})
    WHERE status = 'approved' AND flagged = 0
      AND created_at < (SELECT created_at FROM comments WHERE site_id = ${siteId} ORDER BY id DESC LIMIT 1) - ${DAY_MS}
      AND NOT EXISTS (SELECT 1 FROM models WHERE site_id = ${siteId} AND good > 0)
    LIMIT ${ENOUGH}`.compile(query);
}

/** Changes nothing when somebody else has taught it since `version` was read. @param row.version 0: there was none */
export function putModel(row: ModelRow): CompiledQuery {
  const taught = { ...row, version: row.version + 1 };
  return query
    .insertInto('models')
    .values(taught)
    .onConflict((conflict) => conflict.column('site_id').doUpdateSet(taught).where('models.version', '=', row.version))
    .compile();
}
