/** `GET /admin/me`: who asks, and what they may do. */
import type { Grant as Answer } from '../contract-admin';
import { type AppContext, openDb } from '../request';
import { needGrant } from './grant';
import { selectSiteNames } from './sites-store';

export async function readGrant(c: AppContext): Promise<Response> {
  const db = openDb(c);
  const grant = await needGrant(c, db, 'any');
  const sites = await db.all(selectSiteNames(grant.siteId));
  return c.json({
    kind: grant.kind,
    name: grant.name,
    scopes: [...grant.scopes],
    site: grant.siteId,
    expiresAt: grant.expiresAt === null ? null : new Date(grant.expiresAt).toISOString(),
    sites,
  } satisfies Answer);
}
