/** SQL of the keys of moderators' feeds. A revoked one has no row any more. */
import { type CompiledQuery, sql } from 'kysely';
import { type FeedKeyRow, query } from '../db';

/** That who made a key `k` may still read the queue. @param now epoch ms */
const isGood = (now: number) => sql`(k.made_by IS NULL
  OR EXISTS (SELECT 1 FROM people p WHERE p.id = k.made_by AND p.role IS NOT NULL)
  OR EXISTS (
    SELECT 1 FROM tokens t
    WHERE t.id = k.made_by AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ${now})))`;

export const selectFeedKeyByHash = (hash: string, now: number): CompiledQuery<FeedKeyRow> =>
  sql<FeedKeyRow>`SELECT k.* FROM feed_keys k WHERE k.hash = ${hash} AND ${isGood(now)}`.compile(query);

/** Those that open nothing any more: nobody is named by them longer than they must be. */
export const purgeFeedKeys = (now: number): CompiledQuery =>
  sql`DELETE FROM feed_keys AS k WHERE NOT ${isGood(now)}`.compile(query);

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
