/** SQL of the log of deliveries: walked by an index, so many rows a request at most, and sent again. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { NoticeKind } from '../../contract-notify';
import { type DeliveryRow, query } from '../../db';

/** Where a walk is: ms and what a delivery is known by. */
export type Place = [at: number, event: string, target: string];
export interface Walk {
  site: string;
  /** null: whatever is over. */
  status: DeliveryRow['status'] | null;
  /** webhooks.id; null: of all, and mails. */
  target: string | null;
  /** Behind this. */
  after: Place | null;
  /** How many are returned at most, and how many looked at. */
  rows: number;
  walked: number;
}
export type LogRow = DeliveryRow & { email: string | null };

/** What waits by when it is tried next, the rest from the latest. */
const order = ({ status }: Walk) =>
  status === 'waiting' ? sql`due_at, event_id, target` : sql`done_at DESC, event_id DESC, target DESC`;

/** What of the walk is taken, in its order. */
function take(walk: Walk, limit: RawBuilder<unknown>): RawBuilder<unknown> {
  const { site, status, after } = walk;
  const by = order(walk);
  const place = after && sql`(${after[0]}, ${after[1]}, ${after[2]})`;
  if (status === 'waiting')
    // There is a range of each kind.
    return sql`
      SELECT d.* FROM json_each(${JSON.stringify(NoticeKind.options)}) k CROSS JOIN deliveries d
        ON (d.event_id, d.target) IN (SELECT event_id, target FROM (
          SELECT event_id, target FROM deliveries INDEXED BY deliveries_due
          WHERE kind = k.value AND due_at IS NOT NULL ${place ? sql`AND (due_at, event_id, target) > ${place}` : sql``}
          ORDER BY ${by} ${limit}))`;
  const behind = place ? sql`AND (done_at, event_id, target) < ${place}` : sql``;
  const range =
    status === 'dead'
      ? sql`INDEXED BY deliveries_dead WHERE status = 'dead' AND site_id = ${site} ${behind}`
      : sql`INDEXED BY deliveries_done WHERE site_id = ${site} AND done_at IS NOT NULL ${behind}`;
  return sql`SELECT * FROM deliveries ${range} ORDER BY ${by} ${limit}`;
}

/** @returns two queries: what fits, and the first that a walk ended at, if one did: beyond it nobody has looked */
export function selectLog(walk: Walk): [CompiledQuery<LogRow>, CompiledQuery<DeliveryRow>] {
  const { site, status, target, rows, walked } = walk;
  const by = order(walk);
  const fits = sql`d.site_id = ${site} ${status ? sql`AND d.status = ${status}` : sql``} ${
    target ? sql`AND d.target = ${target}` : sql``
  }`;
  return [
    sql<LogRow>`
      SELECT d.*, r.email FROM (${take(walk, sql`LIMIT ${walked}`)}) d
      LEFT JOIN recipients r ON r.id = d.target WHERE ${fits} ORDER BY ${by} LIMIT ${rows}`.compile(query),
    sql<DeliveryRow>`
      SELECT * FROM (${take(walk, sql`LIMIT 1 OFFSET ${walked - 1}`)}) ORDER BY ${by} LIMIT 1`.compile(query),
  ];
}

export const selectDelivery = (event: string, target: string): CompiledQuery<DeliveryRow> =>
  query.selectFrom('deliveries').where('event_id', '=', event).where('target', '=', target).selectAll().compile();

const again = (now: number) =>
  sql`UPDATE deliveries SET status = 'waiting', attempts = 0, due_at = ${now}, done_at = NULL, answer = NULL`;

/** Due at once, and with as many attempts as a new one has. @param now epoch ms */
export const resendDelivery = (event: string, target: string, now: number): CompiledQuery =>
  sql`${again(now)} WHERE event_id = ${event} AND target = ${target}`.compile(query);

/** The same of all that were given up, the oldest first, a portion at a time. */
export const resendDead = (site: string, now: number, rows: number): CompiledQuery =>
  sql`${again(now)} WHERE (event_id, target) IN (
    SELECT event_id, target FROM deliveries INDEXED BY deliveries_dead
    WHERE status = 'dead' AND site_id = ${site} ORDER BY done_at LIMIT ${rows})`.compile(query);
