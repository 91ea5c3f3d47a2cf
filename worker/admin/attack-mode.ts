/** `PUT /admin/sites/{site}/attack`: attack mode by hand. How it turns itself on, moderation/attack/attack.ts decides. */
import { AttackMode } from '../contract-admin';
import { newId } from '../ids';
import { setAttack } from '../moderation/attack/attack-store';
import { presentSummary } from '../moderation/queue/summary';
import { type SummaryRow, selectSummary } from '../moderation/queue/summary-store';
import { Problem } from '../problem';
import { type AppContext, openDb, readBody } from '../request';
import { batchAs, draftDecision, needGrant } from './grant';
import { siteParam } from './sites';

const MINUTE_MS = 60_000;

/** @throws Problem not_found, invalid_request */
export async function setAttackMode(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:moderate');
  const { value: input } = await readBody(c, AttackMode);
  const site = siteParam(c, grant);
  const now = Date.now();
  const until = input.minutes === 0 ? 0 : now + input.minutes * MINUTE_MS;
  const id = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  const decision = draftDecision(grant, id, site, until === 0 ? 'attack.off' : 'attack.on', now);
  const results = await batchAs(db, grant, ...setAttack(until, now, decision), selectSummary(site));
  const summary = results.at(-1)!.rows[0] as SummaryRow;
  if (summary.attack_until === null) throw new Problem('not_found');
  return c.json(presentSummary(summary, now));
}
