/** The endpoints of feeds, as data; beside those of endpoints-notify.ts. */
import type { ErrorCode } from './contract';
import * as feeds from './contract-feeds';
import type { Endpoint } from './endpoints';

type AdminEntry = Omit<Endpoint, 'tag' | 'needs'> & { scope: NonNullable<Endpoint['scope']> };

export const feedAnswers = {
  CreatedFeedKey: feeds.CreatedFeedKey,
  FeedKey: feeds.FeedKey,
  FeedKeys: feeds.FeedKeys,
  JsonFeed: feeds.JsonFeed,
};
export const feedBodies = { NewFeedKey: feeds.NewFeedKey };

const FEED: ErrorCode[] = ['invalid_request', 'url_invalid', 'url_not_http', 'url_too_long', 'not_found'];
const WHAT = 'The newest comments of a site, a page, or below a comment';

export const FEED_ENDPOINTS: Endpoint[] = [
  {
    method: 'get',
    path: '/feed.atom',
    id: 'readAtomFeed',
    tag: 'notices',
    summary: `${WHAT}, as Atom (RFC 4287, with RFC 4685 and 5005). Conditional requests are answered with 304.`,
    query: feeds.FeedQuery,
    status: 200,
    answer: 'atom',
    errors: FEED,
  },
  {
    method: 'get',
    path: '/feed.json',
    id: 'readJsonFeed',
    tag: 'notices',
    summary: `${WHAT}, as JSON Feed 1.1. Conditional requests are answered with 304.`,
    query: feeds.FeedQuery,
    status: 200,
    answer: 'JsonFeed',
    errors: FEED,
  },
  {
    method: 'get',
    path: '/feed/queue/{key}/feed.atom',
    id: 'readAtomQueue',
    tag: 'notices',
    summary: 'What waits for a moderator, newest first, as Atom. The address is a secret of POST /admin/feed-keys.',
    status: 200,
    answer: 'atom',
    errors: ['not_found'],
  },
  {
    method: 'get',
    path: '/feed/queue/{key}/feed.json',
    id: 'readJsonQueue',
    tag: 'notices',
    summary: 'What waits for a moderator, newest first, as JSON Feed.',
    status: 200,
    answer: 'JsonFeed',
    errors: ['not_found'],
  },
];

/** Below /admin. */
export const FEED_ADMIN_ENTRIES: AdminEntry[] = [
  {
    method: 'get',
    path: '/admin/feed-keys',
    id: 'listFeedKeys',
    summary: 'Secret addresses of the moderation queue as a feed: whose and since when, not what they are.',
    scope: 'comments:read',
    status: 200,
    answer: 'FeedKeys',
    errors: [],
  },
  {
    method: 'post',
    path: '/admin/feed-keys',
    id: 'createFeedKey',
    summary: 'Makes a secret address of the queue. It is shown this once, and ends with the right of who made it.',
    scope: 'comments:read',
    body: 'NewFeedKey',
    status: 201,
    answer: 'CreatedFeedKey',
    errors: ['invalid_request', 'invalid_json', 'body_too_large', 'unsupported_media_type'],
  },
  {
    method: 'delete',
    path: '/admin/feed-keys/{id}',
    id: 'revokeFeedKey',
    summary: 'Ends such an address at once.',
    scope: 'comments:read',
    status: 200,
    answer: 'FeedKey',
    errors: ['not_found'],
  },
];
