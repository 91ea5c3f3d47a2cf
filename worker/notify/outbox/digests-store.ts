/** SQL of digests that are due: each becomes a delivery, once. */
import { type CompiledQuery, sql } from 'kysely';
import type { NoticeKind } from '../../contract-notify';
import { type DeliveryRow, query } from '../../db';

const OF_ROLE = { reader: 'digest', moderator: 'moderator_digest' } as const satisfies Record<string, NoticeKind>;

/** event_id of digests: a recipient has one on its way at most. What comes together meanwhile goes with it, or with the next. */
export const DIGEST: DeliveryRow['event_id'] = 'digest';

const AGAIN_MS = 10 * 60_000;

/** Makes those that are due deliveries that are. @param now epoch ms */
export function openDigests(now: number, rows: number): CompiledQuery[] {
  const due = sql`SELECT id FROM recipients WHERE digest_due_at <= ${now} ORDER BY digest_due_at LIMIT ${rows}`;
  const kind = sql`CASE r.role WHEN 'reader' THEN ${OF_ROLE.reader} ELSE ${OF_ROLE.moderator} END`;
  return [
    sql`
      INSERT INTO deliveries (event_id, target, site_id, kind, type, subject, attempts, due_at, status, created_at)
      SELECT ${DIGEST}, r.id, r.site_id, ${kind}, ${kind}, r.id, 0, ${now}, 'waiting', ${now}
      FROM recipients r WHERE r.id IN (${due})
      ON CONFLICT (event_id, target) DO UPDATE
        SET attempts = 0, due_at = excluded.due_at, status = 'waiting', answer = NULL, created_at = excluded.created_at, done_at = NULL
        WHERE status <> 'waiting'`.compile(query),
    // Whose last one is still on its way has the next one looked at again.
    sql`
      UPDATE recipients SET digest_due_at = CASE WHEN (
          SELECT created_at FROM deliveries WHERE event_id = ${DIGEST} AND target = recipients.id) = ${now}
        THEN NULL ELSE ${now + AGAIN_MS} END
      WHERE id IN (${due})`.compile(query),
  ];
}
