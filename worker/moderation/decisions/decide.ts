/**
 * `POST /admin/decisions`: what becomes of comments, by their ids or by a filter. One round trip to look, one to write for
 * everything that is decided; the classifier learns from it behind the answer.
 */
import type { CompiledQuery } from 'kysely';
import { actorOf, batchAs, draftDecision, type Grant, needGrant, siteFor } from '../../admin/grant';
import { cleanLine } from '../../clean';
import { LIMITS } from '../../contract';
import { type Decided, NewDecision, type Verb } from '../../contract-admin';
import type { CommentStatus } from '../../db';
import { newId } from '../../ids';
import { drainBehind } from '../../notify/outbox/drain';
import { isHeardOf } from '../../notify/outbox/events-store';
import { Problem } from '../../problem';
import { type AppContext, openDb, readBody, sendBookmark } from '../../request';
import { type Taught, teach } from '../classifier/teach';
import { FILLED_BY_SEARCH, fillSearch } from '../queue/search-store';
import {
  type BatchRow,
  type BeforeRow,
  chooseFitting,
  chooseIds,
  countLeft,
  type DueRow,
  type Selection,
  selectBatchHead,
  selectBefore,
  selectDue,
} from './decide-store';
import { changeStatus } from './status-store';

/** Comments of more sites wait for the next request: each takes some of the queries that D1 allows an invocation. */
const SITES_PER_REQUEST = 2;
/** How many that fit a filter still are counted at most. */
const COUNTED_ROWS = 10_000;

const BECOMES: Record<Exclude<Verb, 'restore'>, CommentStatus> = {
  approve: 'approved',
  hold: 'pending',
  spam: 'spam',
  trash: 'trash',
  delete: 'deleted',
};

export async function decide(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:moderate');
  const { value: input } = await readBody(c, NewDecision);
  const now = Date.now();
  const asked = readAsked(grant, input, now);
  const looks: CompiledQuery[] = [selectDue(asked.next), selectBatchHead(input.batch ?? '')];
  if (input.action === 'restore') looks.push(selectBefore(asked.next));
  const [due, heads, befores] = (await db.batch(...asked.first, ...looks)).slice(asked.first.length);
  checkBatch(grant, input, heads!.rows[0] as BatchRow | undefined);
  const planned = plan(input.action, due!.rows as DueRow[], (befores?.rows ?? []) as BeforeRow[]);
  const sites = [...Map.groupBy(planned, ({ row }) => row.site_id)].slice(0, SITES_PER_REQUEST);
  const ids = sites.map(() => newId(now, crypto.getRandomValues(new Uint8Array(16))));
  const batch = input.batch ?? ids[0] ?? '';
  const reason = cleanLine(input.reason ?? '') || null;
  const writes = sites.map(([siteId, ofSite], n) =>
    changeStatus(
      ofSite.map(({ row, to }) => ({ id: row.id, from: row.status, to })),
      { ...draftDecision(grant, ids[n]!, siteId, input.action, now, reason), batch },
    ),
  );
  const results = await batchAs(db, grant, ...writes.flat(), countLeft(asked.left));
  const { n: left } = results.at(-1)!.rows[0] as { n: number };
  // The last query of each site's tells what was changed.
  const ends = writes.map((_, n) => writes.slice(0, n + 1).flat().length - 1);
  const changed = new Set(ends.flatMap((end) => (results[end]!.rows as { id: string }[]).map(({ id }) => id)));
  const done = sites.map(([siteId, ofSite]) => ({ siteId, ofSite: ofSite.filter(({ row }) => changed.has(row.id)) }));
  for (const { siteId, ofSite } of done) c.executionCtx.waitUntil(teach(db, siteId, ofSite.map(toLesson)));
  if (isHeardOf(results)) drainBehind(c);
  sendBookmark(c, db);
  return c.json({
    batch: input.batch ?? (changed.size > 0 ? batch : null),
    changed: done.flatMap(({ ofSite }) => ofSite.map(({ row, to }) => ({ id: row.id, from: row.status, to }))),
    skipped: (asked.named === null ? planned.length : asked.named - left) - changed.size,
    left,
  } satisfies Decided);
}

/** What a request means. */
interface Asked {
  /** What must be done before it can be looked for. */
  first: CompiledQuery[];
  /** The comments to decide about now, and what is counted as left when that is done. */
  next: Selection;
  left: Selection;
  /** How many ids it names; null for a filter. */
  named: number | null;
}

/** @throws Problem invalid_request for neither or both of ids and filter, and for a filter of a whole site; scope_missing */
function readAsked(grant: Grant, { action, ids, filter }: NewDecision, now: number): Asked {
  if ((ids === undefined) === (filter === undefined)) throw refuse('ids', 'either ids or filter must be given');
  if (ids !== undefined) {
    const named = [...new Set(ids)];
    const chosen = chooseIds(named, grant.siteId, action);
    return { first: [], next: chosen, left: chosen, named: named.length };
  }
  const { site, ...wanted } = filter!;
  const siteId = siteFor(grant, site);
  if (siteId === null) throw refuse('filter.site', 'must be given');
  if (Object.values(wanted).every((value) => value === undefined))
    throw refuse('filter', 'must say more than the site; a status will do');
  const fitting = (rows: number) => chooseFitting(wanted, siteId, action, rows, now);
  return {
    first: wanted.q === undefined ? [] : [fillSearch(FILLED_BY_SEARCH)],
    next: fitting(LIMITS.decisionsPerRequest),
    left: fitting(COUNTED_ROWS),
    named: null,
  };
}

/** A batch is one decision of one person. @throws Problem conflict */
function checkBatch(grant: Grant, { batch, action }: NewDecision, head: BatchRow | undefined): void {
  const { actor_kind, actor_id } = actorOf(grant);
  if (batch === undefined) return;
  if (head?.action !== action || head.actor_kind !== actor_kind || head.actor_id !== actor_id)
    throw new Problem('conflict', 'batch: is of no such decision of yours.', { field: 'batch' });
}

interface Planned {
  row: DueRow;
  to: CommentStatus;
}

/** What was removed is restored to what it was before, unless that was removed as well: then it waits. */
function plan(verb: Verb, rows: DueRow[], befores: BeforeRow[]): Planned[] {
  if (verb !== 'restore') return rows.map((row) => ({ row, to: BECOMES[verb] }));
  const before = new Map(befores.map(({ id, decision_id, status }) => [`${id} ${decision_id}`, status]));
  return rows.map((row) => {
    const approved = before.get(`${row.id} ${row.decision_id}`) === 'approved';
    return { row, to: approved ? 'approved' : 'pending' };
  });
}

/** What was decided by nobody was no lesson. */
const toLesson = ({ row, to }: Planned): Taught => ({
  row,
  was: row.decision_id === null || row.decided_by === 'system' ? null : row.status,
  now: to,
});

const refuse = (field: string, why: string) => new Problem('invalid_request', `${field}: ${why}.`, { field });
