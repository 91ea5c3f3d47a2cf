/**
 * Answers of feeds that everybody may read. A browser of any origin may, because a feed is read elsewhere by its nature. What
 * is in one find-feed.ts finds; how it is told, feed.ts and the formats.
 */
import { CACHE_CONTROL, cachedRead, matchesETag } from '../cache';
import { RENDERER_VERSION } from '../comments/markdown';
import { FeedQuery } from '../contract-feeds';
import { parseQuery } from '../parse';
import { Problem } from '../problem';
import { type AppContext, openDb, ownOrigin } from '../request';
import { ATOM, writeAtom } from './atom';
import { addressOfFeed, cutPage, type Format } from './documents';
import { type Feed, newestOf, presentEntry } from './feed';
import { findFeed } from './find-feed';
import { JSON_FEED, writeJsonFeed } from './json-feed';

/** +1 whenever a feed tells the same in other words. */
const SHAPE = 1;

/** `GET /feed.atom`, `GET /feed.json` @throws Problem invalid_request, not_found, origin_not_allowed, and as normalisePage */
export async function readFeed(c: AppContext, format: Format): Promise<Response> {
  const q = parseQuery(FeedQuery, new URL(c.req.url).searchParams);
  if (q.after !== undefined && q.before !== undefined)
    throw new Problem('invalid_request', 'before: may not be given beside after.', { field: 'before' });
  if (c.get('viewer').owner) return answer(c, format, q);
  return cachedRead(c.req.raw, '', c.executionCtx, () => answer(c, format, q));
}

async function answer(c: AppContext, format: Format, q: FeedQuery): Promise<Response> {
  const known = knownVersion(c.req.raw);
  const found = await findFeed(openDb(c), q, known);
  c.header('Cache-Control', CACHE_CONTROL);
  if (found.version !== null && found.version === known) {
    c.header('ETag', tagOf(found.version));
    return c.body(null, 304);
  }
  const origin = ownOrigin(c);
  const { rows, links } = cutPage(found.rows, q, (cursor) => addressOfFeed(origin, format, q, cursor));
  const entries = rows.map((row) => presentEntry(row, origin));
  const { title, home } = found;
  const feed: Feed = {
    id: found.id ?? links.first!,
    title,
    home,
    links,
    entries,
    updated: newestOf(entries, found.since),
  };
  const text = writeFeed(feed, format, origin);
  const etag = tagOf(found.version ?? (await hashOf(text)));
  c.header('ETag', etag);
  c.header('Last-Modified', new Date(feed.updated).toUTCString());
  if (matchesETag(c.req.raw, etag)) return c.body(null, 304);
  return sendFeed(c, text, format);
}

export function writeFeed(feed: Feed, format: Format, origin: string): string {
  const repliesTo = (comment: string) => addressOfFeed(origin, format, { comment });
  return format === 'atom' ? writeAtom(feed, repliesTo) : writeJsonFeed(feed, repliesTo);
}

export function sendFeed(c: AppContext, text: string, format: Format): Response {
  c.header('Content-Type', `${format === 'atom' ? ATOM : JSON_FEED}; charset=utf-8`);
  return c.body(text);
}

const tagOf = (version: string): string => `W/"${SHAPE}.${RENDERER_VERSION}.${version}"`;

/** The version part of an ETag of ours, by which what is unchanged is answered without reading a comment. */
function knownVersion(request: Request): string | null {
  const tag = /^(?:W\/)?"(\d+)\.(\d+)\.(\d+\.\w+\.\d+)"$/.exec(request.headers.get('If-None-Match') ?? '');
  return tag && Number(tag[1]) === SHAPE && Number(tag[2]) === RENDERER_VERSION ? tag[3]! : null;
}

/** Of a site nothing counts what changes in it: what has changed is told by the feed itself. */
async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest, 0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
