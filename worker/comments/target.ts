/**
 * The comment that a change, a vote or a report is about: found, asked for from a page of its own site, by somebody who
 * still is who they say. Who may do what with it, policy.ts decides.
 */
import type { CompiledQuery } from 'kysely';
import * as v from 'valibot';
import { Id } from '../contract';
import type { Db } from '../db';
import { checkStanding } from '../identity/standing';
import { type StandingRow, selectStanding } from '../identity/store';
import { Problem } from '../problem';
import { type AppContext, checkOrigin, foreignOrigin } from '../request';
import { selectTarget, type TargetRow } from './change-store';

/** @throws Problem not_found for what is no id, so that probing teaches nothing */
export function parseId(c: AppContext): string {
  const result = v.safeParse(Id, c.req.param('id'));
  if (!result.success) throw new Problem('not_found');
  return result.output;
}

/** As findTargetWith, and nothing else. @throws Problem not_found, origin_not_allowed, proof_replayed, session_invalid */
export const findTarget = async (c: AppContext, db: Db, id: string): Promise<TargetRow> =>
  (await findTargetWith(c, db, id)).target;

/**
 * One round trip. Finds a comment of any status: what of it this viewer may know of is still to be decided.
 * @param queries what else to look up
 * @throws Problem not_found, origin_not_allowed, proof_replayed, session_invalid
 */
export async function findTargetWith(
  c: AppContext,
  db: Db,
  id: string,
  ...queries: CompiledQuery[]
): Promise<{ target: TargetRow; results: { rows: unknown[] }[] }> {
  const { identity } = c.get('viewer');
  const originHost = foreignOrigin(c, null);
  const [targets, standings, ...results] = await db.batch(
    selectTarget(id, originHost),
    selectStanding(identity, Date.now()),
    ...queries,
  );
  const target = targets!.rows[0] as TargetRow | undefined;
  checkStanding(identity, standings!.rows[0] as StandingRow, target?.site_id);
  if (!target) throw new Problem('not_found');
  checkOrigin(originHost, target.origin_site, target.site_id);
  return { target, results };
}
