/** Writes down what became of deliveries. */
import type { CompiledQuery } from 'kysely';
import type { Db, DeliveryRow } from '../../db';
import { deleteDeliveries, type Result, updateDeliveries } from './deliveries-store';
import { backOff, MAX_ATTEMPTS, type Outcome } from './outcome';

/** What was not begun: due again at a time, and not counted as an attempt. */
export interface Later {
  /** Epoch ms. */
  later: number;
  answer?: string;
}

export interface Settled {
  row: DeliveryRow;
  /** null: it is not to be told any more. */
  outcome: Outcome | Later | null;
  after?: CompiledQuery[];
}

/** What would be told so long after it happened is not told by itself any more. */
const OLDEST_MS = 7 * 86_400_000;

/** Queries that settling some asks at most, beside what is written along with them. */
export const SETTLE_QUERIES = 2;

/** All or none. @param now epoch ms */
export async function settle(db: Db, settled: Settled[], now: number): Promise<void> {
  const gone: DeliveryRow[] = [];
  const kept: Result[] = [];
  for (const { row, outcome } of settled) {
    if (outcome === null || ('sent' in outcome && outcome.sent && row.kind !== 'webhook')) gone.push(row);
    else kept.push({ event_id: row.event_id, target: row.target, ...resultOf(row, outcome, now) });
  }
  const queries = [
    ...(gone.length > 0 ? [deleteDeliveries(gone)] : []),
    ...(kept.length > 0 ? [updateDeliveries(kept)] : []),
    ...settled.flatMap(({ after }) => after ?? []),
  ];
  if (queries.length > 0) await db.batch(...queries);
}

type Become = Omit<Result, 'event_id' | 'target'>;

function resultOf(row: DeliveryRow, outcome: Outcome | Later, now: number): Become {
  const { attempts } = row;
  if ('later' in outcome) {
    const answer = outcome.answer ?? null;
    return now - row.created_at < OLDEST_MS
      ? { status: 'waiting', attempts: attempts - 1, due_at: outcome.later, answer, done_at: null }
      : { status: 'dead', attempts: attempts - 1, due_at: null, answer: answer ?? 'Too old.', done_at: now };
  }
  if (outcome.sent) return { status: 'sent', attempts, due_at: null, answer: outcome.answer ?? null, done_at: now };
  const { answer, final, retryAfterS } = outcome;
  if (final || attempts >= MAX_ATTEMPTS) return { status: 'dead', attempts, due_at: null, answer, done_at: now };
  const wait = Math.max(backOff(attempts, Math.random()), (retryAfterS ?? 0) * 1000);
  return { status: 'waiting', attempts, due_at: now + wait, answer, done_at: null };
}
