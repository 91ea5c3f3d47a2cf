/** SQL of digests that are due: each becomes a delivery, once. */
import { type CompiledQuery, sql } from 'kysely';
import { type DeliveryRow, query } from '../../db';

/** @returns two queries; the first one's rows are what is to be sent now */
export function openDigests(now: number, until: number, rows: number): CompiledQuery[] {
  const due = sql`SELECT id FROM recipients WHERE digest_due_at <= ${now} ORDER BY digest_due_at LIMIT ${rows}`;
  return [
    sql<DeliveryRow>`
      INSERT OR IGNORE INTO deliveries (event_id, target, site_id, kind, type, subject, attempts, due_at, status, created_at)
      SELECT 'digest.' || r.digest_due_at, r.id, r.site_id, CASE r.role WHEN 'reader' THEN 'digest' ELSE 'moderator_digest' END,
        CASE r.role WHEN 'reader' THEN 'digest' ELSE 'moderator_digest' END, r.id, 1, ${until}, 'waiting', ${now}
      FROM recipients r WHERE r.id IN (${due}) RETURNING *`.compile(query),
    sql`UPDATE recipients SET digest_due_at = NULL WHERE id IN (${due})`.compile(query),
  ];
}
