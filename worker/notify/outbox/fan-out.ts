/** Makes deliveries of events: what each costs stands in the stores, what a run can afford here. */
import type { DeliveryRow } from '../../db';
import { claimDue } from './deliveries-store';
import { openDigests } from './digests-store';
import { type FollowedRow, type StartingRow, selectFollowed, selectStarting } from './events-store';
import { type Slots, tellFirst } from './fan-out-store';
import { tellFollowers } from './followers-store';
import type { Run } from './run';
import { KIND_QUERIES, SETTLING_QUERIES } from './send';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Events that a run begins with, and whose followers it tells. */
const STARTING = 50;
const FOLLOWED = 4;
/** What telling followers asks the database. */
const FOLLOWER_QUERIES = 7;

/** When digests go out: at the next full hour, and at six in the morning, UTC. */
export function nextSlots(now: number): Slots {
  const day = now - (now % DAY_MS) + 6 * HOUR_MS;
  return { hourly: now - (now % HOUR_MS) + HOUR_MS, daily: day > now ? day : day + DAY_MS };
}

/**
 * Takes what is due, and what has just happened.
 * @param room how many at most
 * @param until ms, when what is taken is due again unless it was sent
 */
export async function takeDeliveries(run: Run, room: number, until: number): Promise<DeliveryRow[]> {
  const { db, now } = run;
  const slots = nextSlots(now);
  const [starting] = await db.batch(selectStarting(STARTING), ...openDigests(now, room));
  const events = starting!.rows as StartingRow[];
  const first = events.length > 0 ? tellFirst(events, slots, now) : [];
  const results = await db.batch(...first, claimDue(now, until, room), selectFollowed(FOLLOWED));
  const rows = results.at(-2)!.rows as DeliveryRow[];
  let followed = (results.at(-1)!.rows as FollowedRow[]).slice(0, FOLLOWED * 2);
  // Portions may be small: of those who are told in digests, or are not told at all.
  while (followed.length > 0 && rows.length < room && run.left() >= FOLLOWER_QUERIES + queriesToSend(rows)) {
    const some = followed.slice(0, room - rows.length);
    const portion = Math.floor((room - rows.length) / some.length);
    const told = await db.batch(...tellFollowers(some, portion, slots, until), selectFollowed(FOLLOWED));
    rows.push(...(told[0]!.rows as DeliveryRow[]));
    followed = told.at(-1)!.rows as FollowedRow[];
  }
  return rows;
}

/** What must be left to write and send these, and to followers. */
const queriesToSend = (rows: DeliveryRow[]): number =>
  SETTLING_QUERIES + KIND_QUERIES * new Set(['reply', ...rows.map(({ kind }) => kind)]).size;
