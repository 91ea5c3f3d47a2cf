/** `GET /admin/summary`: what waits for moderators, in numbers. */
import { needGrant, siteFor } from '../../admin/grant';
import { OfSiteQuery, type Summary } from '../../contract-admin';
import { parseQuery } from '../../parse';
import { type AppContext, openDb } from '../../request';
import { type SummaryRow, selectSummary } from './summary-store';

/** One round trip besides the one that asks who is there. */
export async function readSummary(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:read');
  const { site } = parseQuery(OfSiteQuery, new URL(c.req.url).searchParams);
  const [row] = await db.all(selectSummary(siteFor(grant, site)));
  return c.json(presentSummary(row!, Date.now()));
}

/** @param now epoch ms */
export const presentSummary = ({ attack_until: until, ...numbers }: SummaryRow, now: number): Summary => ({
  ...numbers,
  attackUntil: until !== null && until > now ? new Date(until).toISOString() : null,
});
