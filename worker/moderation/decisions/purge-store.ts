/**
 * Throwing away what moderation keeps for a time only: spam and trash, the log, bans that are over. A run of the cron takes a
 * portion; what it leaves, the next one goes on with.
 */
import { type CompiledQuery, sql } from 'kysely';
import { parseSettings } from '../../admin/settings';
import { LIMITS } from '../../contract';
import { type Db, query } from '../../db';
import { timePrefix } from '../../ids';
import { wipe } from './status-store';

/** Comments of a run, and decisions. */
const PORTION = 500;
const DAY_MS = 86_400_000;
const KEPT_MS = LIMITS.undoDays * DAY_MS;

/** @param now epoch ms @throws Problem storage_unavailable */
export async function purgeModeration(db: Db, now: number): Promise<void> {
  const sites = await db.all(selectSettings());
  // Ids sort by time: a decision's as well as a comment's.
  const until = sites.map(({ id, settings }) => ({
    site: id,
    before: timePrefix(now - parseSettings(settings).retention * DAY_MS),
  }));
  const due = await db.all(selectDue(JSON.stringify(until)));
  const ids = JSON.stringify(due.map(({ id }) => id));
  await db.batch(
    ...(due.length > 0 ? deleteRemoved(ids) : []),
    purgeLog(timePrefix(now - KEPT_MS)),
    query
      .deleteFrom('bans')
      .where('expires_at', '<', now - KEPT_MS)
      .compile(),
  );
}

const selectSettings = (): CompiledQuery<{ id: string; settings: string }> =>
  query.selectFrom('sites').select(['id', 'settings']).compile();

/** @param until JSON, of each site the first id of the moment since which its spam and trash is kept */
function selectDue(until: string): CompiledQuery<{ id: string }> {
  return sql<{ id: string }>`
    SELECT c.id FROM json_each(${until}) u CROSS JOIN json_each('["spam","trash"]') s
    CROSS JOIN comments c INDEXED BY comments_queue
      ON c.site_id = u.value ->> 'site' AND c.status = s.value AND c.status IN ('pending', 'spam', 'trash')
      AND c.id < u.value ->> 'before'
    WHERE c.decision_id IS NULL OR c.decision_id < u.value ->> 'before'
    LIMIT ${PORTION}`.compile(query);
}

/**
 * What was replied to stays as a place without a text; the rest goes altogether. What was restored since it was looked for
 * stays as it is.
 * @param ids JSON array
 */
function deleteRemoved(ids: string): CompiledQuery[] {
  const listed = sql`SELECT value FROM json_each(${ids})`;
  const gone = sql`SELECT c.id FROM comments c WHERE c.id IN (${listed}) AND c.status = 'deleted'`;
  const isAnswered = sql`
    EXISTS (SELECT 1 FROM comments r WHERE r.parent_id = c.id AND r.shown = 1)
    OR EXISTS (SELECT 1 FROM comments r WHERE r.parent_id = c.id AND r.shown = 0)`;
  return [
    sql`UPDATE comments SET status = 'deleted' WHERE id IN (${listed}) AND status IN ('spam', 'trash')`.compile(query),
    ...wipe(gone),
    sql`
      DELETE FROM comments WHERE id IN (
        SELECT c.id FROM comments c WHERE c.id IN (${listed}) AND c.status = 'deleted' AND c.shown = 0
          AND NOT (${isAnswered}))`.compile(query),
  ];
}

/** Decisions whose time to be taken back is over. @param before first id of the moment since which they are kept */
function purgeLog(before: string): CompiledQuery {
  return sql`
    DELETE FROM decisions WHERE (site_id, id) IN (
      SELECT d.site_id, d.id FROM (SELECT id FROM sites UNION ALL SELECT '') s
      CROSS JOIN decisions d ON d.site_id = s.id AND d.id < ${before} LIMIT ${PORTION})`.compile(query);
}
