/** SQL of the keys of moderators' feeds. A revoked one has no row any more. */
import { type CompiledQuery, sql } from 'kysely';
import { type FeedKeyRow, query } from '../db';

/** By its hash, while who made it may still read the queue. @param now epoch ms */
export function selectFeedKeyByHash(hash: string, now: number): CompiledQuery<FeedKeyRow> {
  return sql<FeedKeyRow>`
    SELECT k.* FROM feed_keys k LEFT JOIN tokens t ON t.id = k.made_by LEFT JOIN people p ON p.id = k.made_by
    WHERE k.hash = ${hash} AND (k.made_by IS NULL OR p.role IS NOT NULL
      OR (t.id IS NOT NULL AND t.revoked_at IS NULL AND COALESCE(t.expires_at, ${now} + 1) > ${now}))`.compile(query);
}

export const selectFeedKey = (id: string): CompiledQuery<FeedKeyRow> =>
  query.selectFrom('feed_keys').where('id', '=', id).selectAll().compile();

/** Newest first. @param siteId the site they are for; null: all there are */
export function selectFeedKeys(siteId: string | null): CompiledQuery<FeedKeyRow> {
  const all = query.selectFrom('feed_keys').selectAll().orderBy('id', 'desc');
  return (siteId === null ? all : all.where('site_id', '=', siteId)).compile();
}

export const insertFeedKey = (row: FeedKeyRow): CompiledQuery => query.insertInto('feed_keys').values(row).compile();

export const deleteFeedKey = (id: string): CompiledQuery =>
  query.deleteFrom('feed_keys').where('id', '=', id).compile();

/** That it was used. */
export const touchFeedKey = (id: string, now: number): CompiledQuery =>
  query.updateTable('feed_keys').set({ used_at: now }).where('id', '=', id).compile();
