/**
 * Sends what is due: what failed before and is due again, then what has just happened, a limited number a run because a run may ask
 * for 50 things and compute for 10 ms on the free plan. Called behind a request that wrote an event, and every minute.
 */
import type { CompiledQuery } from 'kysely';
import type { NoticeKind } from '../../contract-notify';
import { Db, type DeliveryRow } from '../../db';
import type { Bindings } from '../../env';
import type { AppContext } from '../../request';
import { openMailer } from '../mail/mailer';
import { claimDue, deleteDeliveries, type Result, updateDeliveries } from './deliveries-store';
import { openDigests } from './digests-store';
import { type OpenEventRow, selectOpenEvents } from './events-store';
import { fanOut } from './fan-out';
import { type Composed, type Delivering, KINDS } from './kinds';
import { backOff, MAX_ATTEMPTS, type Outcome } from './outcome';

/** A run that sends must be done by then, or others try again. */
const LEASE_MS = 10 * 60_000;
/** What is not begun by then waits for the next run. */
const SENDING_MS = 20_000;
/** Events a run looks at: each is a batch of ten queries. */
const EVENTS = 2;
/** How many are sent before it is written down: what is killed in between may be sent twice. */
const GROUP = 5;
/** What waits while there is nothing to send mail by. */
const WITHOUT_MAIL_MS = 3_600_000;

/** How many notices a run sends. */
export const RUN = { behindRequest: 10, cron: 40 };

/** Behind the answer: nobody waits for it. */
export function drainBehind(c: AppContext): void {
  c.executionCtx.waitUntil(drain(c.env, Date.now(), RUN.behindRequest));
}

/** @param now epoch ms @param room how many notices at most */
export async function drain(env: Bindings, now: number, room: number): Promise<void> {
  const db = new Db(env.DB, 'first-primary');
  const until = now + LEASE_MS;
  const [due, events, digests] = await db.batch(
    claimDue(now, until, room),
    selectOpenEvents(EVENTS),
    ...openDigests(now, until, room),
  );
  const rows = [...(due!.rows as DeliveryRow[]), ...(digests!.rows as DeliveryRow[])];
  for (const event of events!.rows as OpenEventRow[]) {
    if (rows.length >= room) break;
    const { made } = await fanOut(db, event, { rows: room - rows.length, now, until });
    rows.push(...made);
  }
  await send({ env, db, now }, rows);
}

async function send(context: Delivering, rows: DeliveryRow[]): Promise<void> {
  const begun = Date.now();
  for (const [name, kind] of Object.entries(KINDS)) {
    const of = rows.filter((row) => row.kind === (name as NoticeKind));
    if (of.length === 0) continue;
    if (kind.by === 'request') {
      const outcomes = await kind.send(context, of);
      await settle(
        context,
        of.map((row, i) => ({ row, outcome: outcomes[i]! })),
      );
    } else await sendMails(context, of, await kind.compose(context, of), begun);
  }
}

interface Settled {
  row: DeliveryRow;
  /** null: it is not to be told any more. */
  outcome: Outcome | 'later' | null;
  after?: CompiledQuery[];
}

async function sendMails(
  context: Delivering,
  rows: DeliveryRow[],
  mails: (Composed | null)[],
  begun: number,
): Promise<void> {
  const mailer = openMailer(context.env);
  let outage: Outcome | undefined;
  let group: Settled[] = [];
  try {
    for (const [i, row] of rows.entries()) {
      const composed = mails[i] ?? null;
      if (composed === null) group.push({ row, outcome: null });
      else if (mailer === null) group.push({ row, outcome: 'later' });
      else if (outage || Date.now() - begun > SENDING_MS) group.push({ row, outcome: 'later' });
      else {
        const outcome = await mailer.send(composed.mail);
        if (!outcome.sent && outcome.outage) outage = outcome;
        group.push({ row, outcome, ...(outcome.sent && composed.after && { after: composed.after }) });
      }
      if (group.length >= GROUP) {
        await settle(context, group);
        group = [];
      }
    }
  } finally {
    await settle(context, group);
    await mailer?.close();
  }
}

/** Writes down what became of deliveries. */
async function settle({ db, env }: Delivering, settled: Settled[]): Promise<void> {
  const now = Date.now();
  const gone: DeliveryRow[] = [];
  const kept: Result[] = [];
  for (const { row, outcome } of settled) {
    if (outcome === null || (outcome !== 'later' && outcome.sent && row.kind !== 'webhook')) gone.push(row);
    else kept.push({ event_id: row.event_id, target: row.target, ...resultOf(row, outcome, now, env) });
  }
  const queries = [
    ...(gone.length > 0 ? [deleteDeliveries(gone)] : []),
    ...(kept.length > 0 ? [updateDeliveries(kept)] : []),
    ...settled.flatMap(({ after }) => after ?? []),
  ];
  if (queries.length > 0) await db.batch(...queries);
}

function resultOf(
  row: DeliveryRow,
  outcome: Outcome | 'later',
  now: number,
  env: Bindings,
): Omit<Result, 'event_id' | 'target'> {
  if (outcome === 'later')
    return {
      status: 'waiting',
      // Not begun, so not counted.
      attempts: row.attempts - 1,
      due_at: now + (env.MAIL_URL ? 60_000 : WITHOUT_MAIL_MS),
      answer: row.answer,
      done_at: null,
    };
  if (outcome.sent)
    return { status: 'sent', attempts: row.attempts, due_at: null, answer: outcome.answer ?? null, done_at: now };
  const { answer, final, retryAfterS } = outcome;
  if (final || row.attempts >= MAX_ATTEMPTS)
    return { status: 'dead', attempts: row.attempts, due_at: null, answer, done_at: now };
  const wait = Math.max(backOff(row.attempts, Math.random()), (retryAfterS ?? 0) * 1000);
  return { status: 'waiting', attempts: row.attempts, due_at: now + wait, answer, done_at: null };
}
