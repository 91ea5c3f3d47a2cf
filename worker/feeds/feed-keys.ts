/** Keys of moderators' feeds: made by whoever may read the queue, shown once, listed, revoked. What one opens: read-queue.ts. */
import { batchAs, needGrant, reaches, siteFor } from '../admin/grant';
import { selectSiteNames } from '../admin/sites-store';
import { cleanLine } from '../clean';
import { parseId } from '../comments/target';
import { type CreatedFeedKey, type FeedKey, type FeedKeys, NewFeedKey } from '../contract-feeds';
import type { FeedKeyRow } from '../db';
import { hashText } from '../identity/proof';
import { newId } from '../ids';
import { Problem } from '../problem';
import { type AppContext, openDb, ownOrigin, readBody } from '../request';
import { deleteFeedKey, insertFeedKey, selectFeedKey, selectFeedKeys } from './feed-keys-store';

/** `GET /admin/feed-keys`: those for the site that the grant is for. */
export async function listFeedKeys(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:read');
  const rows = await db.all(selectFeedKeys(grant.siteId));
  return c.json({ keys: rows.map(presentFeedKey) } satisfies FeedKeys);
}

/** `POST /admin/feed-keys` @throws Problem scope_missing for another site, invalid_request */
export async function createFeedKey(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:read');
  const { value: input } = await readBody(c, NewFeedKey);
  const site = siteFor(grant, input.site);
  if (site !== null && (await db.all(selectSiteNames(site))).length === 0)
    throw new Problem('invalid_request', 'site: there is no such site.', { field: 'site' });
  const now = Date.now();
  // In hexadecimal: so long a run of it is what Cloudflare takes for a secret and leaves out of its logs of addresses.
  const key = [...crypto.getRandomValues(new Uint8Array(32))].map((b) => b.toString(16).padStart(2, '0')).join('');
  const row: FeedKeyRow = {
    id: newId(now, crypto.getRandomValues(new Uint8Array(16))),
    hash: await hashText(key),
    site_id: site,
    name: cleanLine(input.name),
    made_by: grant.id,
    created_at: now,
    used_at: null,
  };
  await batchAs(db, grant, insertFeedKey(row));
  const at = (format: string) => `${ownOrigin(c)}/api/v1/feed/queue/${key}/feed.${format}`;
  return c.json({ ...presentFeedKey(row), atom: at('atom'), json: at('json') } satisfies CreatedFeedKey, 201);
}

/** `DELETE /admin/feed-keys/{id}` @throws Problem not_found */
export async function revokeFeedKey(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'comments:read');
  const [row] = await db.all(selectFeedKey(parseId(c)));
  if (!row || !reaches(grant, row.site_id)) throw new Problem('not_found');
  await batchAs(db, grant, deleteFeedKey(row.id));
  return c.json(presentFeedKey(row));
}

const presentFeedKey = (row: FeedKeyRow): FeedKey => ({
  id: row.id,
  name: row.name,
  site: row.site_id,
  createdAt: new Date(row.created_at).toISOString(),
  usedAt: row.used_at === null ? null : new Date(row.used_at).toISOString(),
});
