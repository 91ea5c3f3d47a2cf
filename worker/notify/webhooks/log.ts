/** The log of deliveries over HTTP: webhooks that were told, whatever was given up, what waits; and sending it again. */
import { batchAs, needGrant, reaches, siteFor } from '../../admin/grant';
import { type Deliveries, DeliveriesQuery, type Delivery, NewResend, type Resent } from '../../contract-notify';
import type { DeliveryRow } from '../../db';
import { parseQuery } from '../../parse';
import { Problem } from '../../problem';
import { type AppContext, openDb, readBody } from '../../request';
import { drainBehind } from '../outbox/drain';
import { type LogRow, type Place, resendDead, resendDelivery, selectDelivery, selectLog } from './log-store';

const PAGE = 50;
/** Rows that a request looks at, whatever it looks for. */
const WALKED = 500;
/** Of those given up, a request. */
const RESENT = 200;

/** `GET /admin/deliveries` */
export async function listDeliveries(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'sites:write');
  const { site, status = null, webhook, after } = parseQuery(DeliveriesQuery, new URL(c.req.url).searchParams);
  const [found, cut] = await db.batch(
    ...selectLog({
      site: siteFor(grant, site)!,
      status,
      target: webhook ?? null,
      after: after === undefined ? null : parsePlace(after),
      rows: PAGE + 1,
      walked: WALKED,
    }),
  );
  const end = cut!.rows[0] as DeliveryRow | undefined;
  const rows = (found!.rows as LogRow[]).filter((row) => end === undefined || compare(row, end) <= 0);
  const shown = rows.slice(0, PAGE);
  const last = rows.length > PAGE ? shown.at(-1) : end;
  const mayReadAddresses = grant.scopes.includes('comments:read');
  return c.json({
    deliveries: shown.map((row) => presentDelivery(row, mayReadAddresses)),
    next: last ? [last.done_at ?? last.due_at, last.event_id, last.target].join('~') : null,
  } satisfies Deliveries);
}

/** `POST /admin/deliveries/resend`: also of what was sent. @throws Problem not_found, scope_missing */
export async function resendDeliveries(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'sites:write');
  const { value: input } = await readBody(c, NewResend);
  const now = Date.now();
  if ('event' in input) {
    const [row] = await db.all(selectDelivery(input.event, input.target));
    if (!row || !reaches(grant, row.site_id)) throw new Problem('not_found');
    await batchAs(db, grant, resendDelivery(row.event_id, row.target, now));
    drainBehind(c);
    return c.json({ resent: 1, left: false } satisfies Resent);
  }
  const results = await batchAs(db, grant, resendDead(siteFor(grant, input.site)!, now, RESENT));
  const resent = results.at(-1)!.changes;
  if (resent > 0) drainBehind(c);
  return c.json({ resent, left: resent === RESENT } satisfies Resent);
}

/** As log-store.ts orders them. */
function compare(a: DeliveryRow, b: DeliveryRow): number {
  const isWaiting = a.done_at === null;
  const placeOf = (row: DeliveryRow) => [row.done_at ?? row.due_at!, row.event_id, row.target] as const;
  const [one, other] = isWaiting ? [placeOf(a), placeOf(b)] : [placeOf(b), placeOf(a)];
  for (const i of [0, 1, 2] as const) if (one[i] !== other[i]) return one[i] < other[i] ? -1 : 1;
  return 0;
}

function parsePlace(text: string): Place {
  const [at, event, target] = text.split('~');
  return [Number(at), event!, target!];
}

const presentDelivery = (row: LogRow, mayReadAddresses: boolean): Delivery => ({
  event: row.event_id,
  target: row.target,
  site: row.site_id,
  kind: row.kind as Delivery['kind'],
  type: row.type,
  subject: row.subject,
  to: mayReadAddresses ? row.email : null,
  status: row.status,
  attempts: row.attempts,
  dueAt: isoOf(row.due_at),
  answer: mayReadAddresses || row.kind === 'webhook' ? row.answer : hideAddresses(row.answer),
  createdAt: new Date(row.created_at).toISOString(),
  doneAt: isoOf(row.done_at),
});
/** What a mail server says may name whom it was for. */
const hideAddresses = (answer: string | null): string | null =>
  answer === null ? null : answer.replace(/[^\s<>"'`,;:()]+@[^\s<>"'`,;:()]+/g, '…');
const isoOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
