/** Who is told of an event, by which lane: webhooks and moderators with the first portion, followers a portion at a time. */
import type { CompiledQuery } from 'kysely';
import type { EventType } from '../../contract-notify';
import type { Db, DeliveryRow } from '../../db';
import type { OpenEventRow } from './events-store';
import {
  claimFollowers,
  endEvent,
  moveOn,
  noteForModerators,
  noteForReaders,
  type Slots,
  tellModerators,
  tellReaders,
  tellWebhooks,
} from './fan-out-store';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What moderators call it. What the team itself did is no news to them. */
const ABOUT: Partial<Record<EventType, string[]>> = {
  'comment.created': ['new'],
  'comment.held': ['new', 'held'],
  'comment.reported': ['reported'],
};

/** When digests go out: at the next full hour, and at six in the morning, UTC. */
export function nextSlots(now: number): Slots {
  const day = now - (now % DAY_MS) + 6 * HOUR_MS;
  return { hourly: now - (now % HOUR_MS) + HOUR_MS, daily: day > now ? day : day + DAY_MS };
}

/**
 * One portion of an event, in one batch.
 * @param rows how many followers at most
 * @param until ms, when what is made here is due again unless it was sent
 * @returns what is to be sent now, and whether there is more of it
 */
export async function fanOut(
  db: Db,
  event: OpenEventRow,
  { rows, now, until }: { rows: number; now: number; until: number },
): Promise<{ made: DeliveryRow[]; more: boolean }> {
  const first = event.cursor === '';
  const about = event.cause === 'team' ? [] : (ABOUT[event.type as EventType] ?? []);
  const isNews =
    /^comment\.(created|approved)$/.test(event.type) && event.status === 'approved' && event.imported === 0;
  const reaches = isNews && (event.told === null || event.told === event.id);
  const slots = nextSlots(now);
  const queries: CompiledQuery[] = [
    ...(first ? [tellWebhooks(event, until)] : []),
    ...(first && about.length > 0
      ? [tellModerators(event, about, until), ...noteForModerators(event, about, slots)]
      : []),
    ...(reaches && first ? [claimFollowers(event)] : []),
    ...(reaches
      ? [tellReaders(event, rows, until), ...noteForReaders(event, rows, slots), ...moveOn(event, rows)]
      : [endEvent(event)]),
  ];
  const results = await db.batch(...queries);
  const made = results.flatMap((result) => result.rows as DeliveryRow[]);
  return { made, more: reaches && results.at(-1)!.changes > 0 };
}
