/**
 * SQL of forgetting people in what moderation keeps: bans of them, what the log tells of those, and their own name where they
 * moderated. Their comments, and what the log tells of those, are forgotten with the comments (identity/forget-store.ts).
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { query } from '../db';

/** In the place of a name. */
const NOBODY = 'somebody';

/** Before the people themselves go: where they moderated is found by them. @param who a SELECT of identities */
export function forgetInModeration(who: RawBuilder<unknown>): CompiledQuery[] {
  const team = sql`(SELECT site_id, name FROM people WHERE id IN (${who}) AND role IS NOT NULL)`;
  return [
    sql`
      DELETE FROM bans WHERE id IN (
        SELECT b.id FROM sites s CROSS JOIN bans b ON b.site_id = s.id AND b.kind = 'author' AND b.value IN (${who}))`,
    // The plus: as in wipeLog of status-store.ts.
    sql`
      UPDATE decisions AS d
      SET items = json_array(json_object('id', items ->> '$[0].id', 'before', NULL, 'after', NULL))
      WHERE (d.action IN ('ban', 'unban') OR d.undoes IN ('ban', 'unban'))
        AND COALESCE(d.items ->> '$[0].after.value', d.items ->> '$[0].before.value') IN (SELECT +i.value FROM (${who}) i)`,
    sql`
      UPDATE bans SET created_by = ${NOBODY} WHERE id IN (
        SELECT b.id FROM ${team} t CROSS JOIN bans b ON b.site_id = t.site_id AND b.created_by = t.name)`,
    sql`
      UPDATE decisions SET actor_name = ${NOBODY} WHERE (site_id, id) IN (
        SELECT d.site_id, d.id FROM (SELECT DISTINCT site_id FROM ${team}) t
        CROSS JOIN decisions d ON d.site_id = t.site_id WHERE d.actor_kind = 'person' AND d.actor_id IN (${who}))`,
  ].map((statement) => statement.compile(query));
}
