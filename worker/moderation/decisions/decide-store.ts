/** SQL of what a decision looks at before it is made. What it writes is status-store.ts's. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Verb } from '../../contract-admin';
import { type CommentRow, type DecisionRow, query } from '../../db';
import { selectFitting, type Wanted } from '../queue/filter-store';

/** A comment that is not yet what it is to become. */
export type DueRow = Pick<
  CommentRow,
  'id' | 'site_id' | 'status' | 'decision_id' | 'body' | 'author_name' | 'author_url'
> & {
  /** Who made the last decision about it; null: nobody, or nobody knows any more. */
  decided_by: DecisionRow['actor_kind'] | null;
};

/** Which comments a decision means: a SELECT of ids. */
export type Selection = RawBuilder<unknown>;

/** Those of these ids that a grant reaches and that are not so yet. @param siteId null: of all sites */
export const chooseIds = (ids: string[], siteId: string | null, verb: Verb): Selection => sql`
  SELECT c.id FROM json_each(${JSON.stringify(ids)}) j CROSS JOIN comments c ON c.id = j.value
  WHERE c.site_id = COALESCE(${siteId}, c.site_id) AND ${notYet(verb)}`;

/** The next that fit and are not so yet, in order of time. @param now epoch ms */
export const chooseFitting = (filter: Wanted, siteId: string, verb: Verb, rows: number, now: number): Selection => sql`
  ${selectFitting(sql`c.id`, filter, siteId, now)} AND ${notYet(verb)} ORDER BY c.id LIMIT ${rows}`;

/** Approving what is approved answers readers' reports; only what was removed is restored. */
function notYet(verb: Verb): RawBuilder<unknown> {
  if (verb === 'restore') return sql`c.status IN ('spam', 'trash')`;
  if (verb === 'approve') return sql`(c.status NOT IN ('approved', 'deleted') OR c.flagged > 0)`;
  const already = { hold: 'pending', spam: 'spam', trash: 'trash', delete: 'deleted' }[verb];
  return sql`c.status NOT IN (${already}, 'deleted')`;
}

export function selectDue(selection: Selection): CompiledQuery<DueRow> {
  return sql<DueRow>`
    SELECT c.id, c.site_id, c.status, c.decision_id, c.body, c.author_name, c.author_url, d.actor_kind AS decided_by
    FROM (${selection}) s CROSS JOIN comments c ON c.id = s.id
    LEFT JOIN decisions d ON d.site_id = c.site_id AND d.id = c.decision_id`.compile(query);
}

/** What comments were before the last decision about them, among others that were decided about with them. */
export interface BeforeRow {
  id: string;
  decision_id: string;
  status: CommentRow['status'] | null;
}
export function selectBefore(selection: Selection): CompiledQuery<BeforeRow> {
  return sql<BeforeRow>`
    SELECT i.value ->> 'id' AS id, d.id AS decision_id, i.value ->> '$.before.status' AS status
    FROM (SELECT DISTINCT c.site_id, c.decision_id FROM (${selection}) s CROSS JOIN comments c ON c.id = s.id) x
    CROSS JOIN decisions d ON d.site_id = x.site_id AND d.id = x.decision_id
    CROSS JOIN json_each(d.items) i`.compile(query);
}

export function countLeft(selection: Selection): CompiledQuery<{ n: number }> {
  return sql<{ n: number }>`SELECT COUNT(*) AS n FROM (${selection})`.compile(query);
}

/** Whose a batch is: its first decision. */
export type BatchRow = Pick<DecisionRow, 'action' | 'actor_kind' | 'actor_id'>;
export function selectBatchHead(batch: string): CompiledQuery<BatchRow> {
  return query
    .selectFrom('decisions')
    .where('batch', '=', batch)
    .orderBy('id')
    .limit(1)
    .select(['action', 'actor_kind', 'actor_id'])
    .compile();
}
