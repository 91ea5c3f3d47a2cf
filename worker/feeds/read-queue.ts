/**
 * What waits for a moderator, as a feed at a secret address. The document does not name its own address, because feeds are
 * passed on. How a comment is told in it: held.ts.
 */
import { FEED_ENTRIES } from '../contract-feeds';
import type { FeedKeyRow } from '../db';
import { hashText } from '../identity/proof';
import { selectListed } from '../moderation/queue/list-store';
import { Problem } from '../problem';
import { type AppContext, openDb, ownOrigin } from '../request';
import type { Format } from './documents';
import { newestOf, titleFeed, urnOf } from './feed';
import { selectFeedKeyByHash, touchFeedKey } from './feed-keys-store';
import { presentHeld } from './held';
import { sendFeed, writeFeed } from './read-feed';

const HOUR_MS = 3_600_000;

/** `GET /feed/queue/{key}/feed.atom` and `.json`: the key alone says who asks. @throws Problem not_found */
export async function readQueue(c: AppContext, format: Format): Promise<Response> {
  c.header('Cache-Control', 'private, no-store');
  const key = c.req.param('key') ?? '';
  if (!/^[0-9a-f]{64}$/.test(key)) throw new Problem('not_found');
  const now = Date.now();
  const db = openDb(c, 'first-primary');
  const [row] = await db.all<FeedKeyRow>(selectFeedKeyByHash(await hashText(key), now));
  if (!row) throw new Problem('not_found');
  const { site_id: siteId } = row;
  const rows = await db.all(
    selectListed(
      { filter: { status: 'pending' }, siteId, newest: true, after: null, rows: FEED_ENTRIES, now },
      'index',
    ),
  );
  if ((row.used_at ?? 0) < now - HOUR_MS) c.executionCtx.waitUntil(db.batch(touchFeedKey(row.id, now)));
  const origin = ownOrigin(c);
  const entries = rows.map((each) => presentHeld(each, origin));
  const feed = {
    id: urnOf(row.id),
    title: titleFeed(`⏳ ${row.name}`),
    updated: newestOf(entries, row.created_at),
    home: `${origin}/console#/queue`,
    links: {},
    entries,
  };
  return sendFeed(c, writeFeed(feed, format, origin), format);
}
