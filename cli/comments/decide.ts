/** Decides about comments, by ids or by a filter, in as many requests as it takes; all of them are one decision to undo. */
import { LIMITS } from '../../worker/contract.ts';
import type { CommentFilter, Decided, Undone, Verb } from '../../worker/contract-admin.ts';
import type { Client } from '../remote/client.ts';

export interface Order {
  action: Verb;
  reason?: string | undefined;
}

export interface Outcome {
  batch: string | null;
  changed: Decided['changed'];
  /** Not there, or so already. */
  skipped: number;
}

/** @param onChange told how many were changed so far */
export async function decideAboutIds(
  client: Client,
  order: Order,
  ids: string[],
  onChange: (n: number) => void,
): Promise<Outcome> {
  const outcome: Outcome = { batch: null, changed: [], skipped: 0 };
  const named = [...new Set(ids)];
  for (let at = 0; at < named.length; at += LIMITS.decisionsPerRequest) {
    let due = named.slice(at, at + LIMITS.decisionsPerRequest);
    // Comments of many sites take several requests.
    for (let left = due.length; left > 0; ) {
      const answer = await send(client, order, { ids: due }, outcome);
      const changed = new Set(answer.changed.map(({ id }) => id));
      due = due.filter((id) => !changed.has(id));
      left = changed.size === 0 ? 0 : Math.min(answer.left, due.length);
      onChange(outcome.changed.length);
    }
  }
  return { ...outcome, skipped: named.length - outcome.changed.length };
}

export async function decideByFilter(
  client: Client,
  order: Order,
  filter: CommentFilter,
  onChange: (n: number) => void,
): Promise<Outcome> {
  const outcome: Outcome = { batch: null, changed: [], skipped: 0 };
  for (let left = 1; left > 0; ) {
    const answer = await send(client, order, { filter }, outcome);
    outcome.skipped += answer.skipped;
    left = answer.changed.length === 0 ? 0 : answer.left;
    onChange(outcome.changed.length);
  }
  return outcome;
}

/** @returns how many are as before again, and how many were decided about since */
export async function undoBatch(
  client: Client,
  batch: string,
  onChange: (n: number) => void,
): Promise<Omit<Undone, 'left'>> {
  const sum = { changed: 0, skipped: 0 };
  for (let left = true; left; ) {
    const answer = await client.ask<Undone>('POST', `/admin/log/${encodeURIComponent(batch)}/undo`, {});
    sum.changed += answer.changed;
    sum.skipped += answer.skipped;
    left = answer.left;
    onChange(sum.changed);
  }
  return sum;
}

async function send(
  client: Client,
  { action, reason }: Order,
  which: { ids: string[] } | { filter: CommentFilter },
  outcome: Outcome,
): Promise<Decided> {
  const answer = await client.ask<Decided>('POST', '/admin/decisions', {
    action,
    ...which,
    ...(reason !== undefined && { reason }),
    ...(outcome.batch !== null && { batch: outcome.batch }),
  });
  outcome.batch ??= answer.batch;
  outcome.changed.push(...answer.changed);
  return answer;
}
