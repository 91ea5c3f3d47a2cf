/**
 * Sends what is to be told, a limited number a run because a run may ask for 50 things and compute for 10 ms on the free plan.
 * Called behind a request that wrote an event, and every minute. Two at once share the work.
 */
import type { Bindings } from '../../env';
import type { AppContext } from '../../request';
import { takeDeliveries } from './fan-out';
import { Run } from './run';
import { describe, send } from './send';

/** A run that sends must be done by then, or others try again. */
const LEASE_MS = 10 * 60_000;
/** With fewer than these left, a run could take what it cannot send. */
const QUERIES = 24;

const BEHIND_MS = 20;

/** How many notices a run sends: writing them and speaking SMTP takes most of 10 ms (`npm run bench -- --only notify`). */
export const RUN = { behindRequest: 10, cron: 25 };

/** Behind the answer: nobody waits for it. */
export function drainBehind(c: AppContext): void {
  const { env } = c;
  const spent = c.get('db')?.bill.queries ?? 0;
  const run = async () => {
    // The answer goes first.
    await new Promise((done) => setTimeout(done, BEHIND_MS));
    await drain(env, Date.now(), RUN.behindRequest, spent);
  };
  c.executionCtx.waitUntil(run().catch((error: unknown) => void describe('drain', error)));
}

/**
 * @param now epoch ms @param room how many notices at most
 * @param spent queries that the request before it has asked
 */
export async function drain(env: Bindings, now: number, room: number, spent = 0): Promise<void> {
  const run = new Run(env, now, spent);
  if (run.left() < QUERIES) return;
  await send(run, await takeDeliveries(run, room, now + LEASE_MS));
}
