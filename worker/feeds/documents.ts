/** Addresses of feed documents, and which rows one holds: 50 at a time, with its neighbours by cursor (RFC 5005, section 3). Pure. */
import { FEED_ENTRIES, type FeedQuery } from '../contract-feeds';
import type { Feed } from './feed';

export type Format = 'atom' | 'json';

/** What a feed is of, without where in it one is. */
type Scope = Pick<FeedQuery, 'site' | 'url' | 'page_id' | 'comment'>;
type Cursor = Pick<FeedQuery, 'after' | 'before'>;

/** @param origin of this API */
export function addressOfFeed(origin: string, format: Format, scope: Scope, cursor: Cursor = {}): string {
  const { site, url, page_id, comment } = scope;
  const given = Object.entries({ site, url, page_id, comment, ...cursor }).filter(([, value]) => value !== undefined);
  return `${origin}/api/v1/feed.${format}?${new URLSearchParams(given as [string, string][])}`;
}

/** Newest first. @param rows in any order, one more than fit at the far end when there are more that way */
export function cutPage<Row extends { id: string }>(
  rows: Row[],
  q: FeedQuery,
  addressOf: (cursor: Cursor) => string,
): { rows: Row[]; links: Feed['links'] } {
  const more = rows.length > FEED_ENTRIES;
  const isBack = q.before !== undefined;
  const ordered = rows.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const shown = isBack ? ordered.slice(-FEED_ENTRIES) : ordered.slice(0, FEED_ENTRIES);
  const [newest, oldest] = [shown[0], shown.at(-1)];
  const links: Feed['links'] = { self: addressOf({ after: q.after, before: q.before }), first: addressOf({}) };
  // Where one comes from is there, whatever else is.
  if (oldest && (isBack || more)) links.next = addressOf({ after: oldest.id });
  if (newest && (isBack ? more : q.after !== undefined)) links.previous = addressOf({ before: newest.id });
  return { rows: shown, links };
}
