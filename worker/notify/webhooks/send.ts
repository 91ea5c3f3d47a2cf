/**
 * Deliveries of kind `webhook`: each webhook's in order, one after the other, so that what happened first is told first and one
 * that hangs keeps no other waiting; some webhooks at a time. How an attempt goes, deliver.ts knows.
 */
import type { DeliveryRow, ImportRow, WebhookRow } from '../../db';
import type { AdminRow } from '../../moderation/queue/list-store';
import type { Delivering } from '../outbox/kinds';
import type { Outcome } from '../outbox/outcome';
import type { Later } from '../outbox/settle';
import { type Answered, deliver } from './deliver';
import { createPayload, type Payload } from './payload';
import { selectToldOf, switchOff } from './webhooks-store';

/** Connections a worker may have open at once. */
const AT_ONCE = 6;
/** What is not begun by then waits for the next run: behind a request there are 30 seconds, and one attempt may take 15. */
const BEGINNING_MS = 10_000;

/** For what was not begun. */
const NEXT_RUN_MS = 60_000;

type Sent = Outcome | Later | null;

/** @returns for each row what became of it, in their order */
export async function sendWebhooks({ env, db }: Delivering, rows: DeliveryRow[]): Promise<Sent[]> {
  const [found, comments, imports] = await db.batch(...selectToldOf(rows));
  const webhooks = byId(found!.rows as WebhookRow[]);
  const payloadOf = remember(byId(comments!.rows as AdminRow[]), byId(imports!.rows as ImportRow[]), env.PUBLIC_URL);
  const begun = Date.now();
  const outcomes = new Map<DeliveryRow, Sent>();
  const gone: string[] = [];

  async function sendLane(webhook: WebhookRow, lane: DeliveryRow[]): Promise<void> {
    /** What everything else of this webhook's comes to in this run. */
    let same: Answered | undefined;
    for (const row of lane) {
      const payload = payloadOf(row);
      if (payload === null) outcomes.set(row, null);
      else if (same) outcomes.set(row, same);
      else if (Date.now() - begun > BEGINNING_MS) outcomes.set(row, { later: Date.now() + NEXT_RUN_MS });
      else {
        const answered = await deliver(env, { webhook, id: messageId(row), payload });
        outcomes.set(row, answered);
        if (!answered.sent && (answered.outage || answered.gone)) same = answered;
        if (answered.gone) gone.push(webhook.id);
      }
    }
  }

  const lanes: (() => Promise<void>)[] = [];
  for (const [target, lane] of Map.groupBy(rows, (row) => row.target)) {
    const webhook = webhooks.get(target);
    lane.sort((a, b) => a.created_at - b.created_at || (a.event_id < b.event_id ? -1 : 1));
    if (webhook?.active === 1) lanes.push(() => sendLane(webhook, lane));
    // Of one that was deleted nothing is left to tell; one that was switched off may want it later, by hand.
    else for (const row of lane) outcomes.set(row, webhook ? OFF : null);
  }
  const work = async () => {
    for (let next = lanes.shift(); next; next = lanes.shift()) await next();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (gone.length > 0) await db.batch(switchOff(gone));
  return rows.map((row) => outcomes.get(row)!);
}

const OFF: Outcome = { sent: false, final: true, answer: 'This webhook is switched off.' };

/** Each event's id may have a full stop in it, which a message's may not. */
export const messageId = ({ event_id, target }: Pick<DeliveryRow, 'event_id' | 'target'>): string =>
  `msg_${event_id.replaceAll('.', '_')}_${target}`;

/** What several webhooks are told alike is made once. */
function remember(comments: Map<string, AdminRow>, imports: Map<string, ImportRow>, origin = '') {
  const made = new Map<string, Payload | null>();
  return (row: DeliveryRow): Payload | null => {
    if (!made.has(row.event_id))
      made.set(
        row.event_id,
        createPayload(row, comments.get(row.subject), imports.get(row.subject), origin.replace(/\/$/, '')),
      );
    return made.get(row.event_id)!;
  };
}

const byId = <T extends { id: string }>(rows: T[]): Map<string, T> => new Map(rows.map((row) => [row.id, row]));
