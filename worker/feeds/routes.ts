/** HTTP of feeds: for everybody, for moderators by a secret address, and the keys of those. */
import { Hono } from 'hono';
import type { AppEnv } from '../request';
import { createFeedKey, listFeedKeys, revokeFeedKey } from './feed-keys';
import { readFeed } from './read-feed';
import { readQueue } from './read-queue';

export const feeds = new Hono<AppEnv>()
  .get('/feed.atom', (c) => readFeed(c, 'atom'))
  .get('/feed.json', (c) => readFeed(c, 'json'))
  .get('/feed/queue/:key/feed.atom', (c) => readQueue(c, 'atom'))
  .get('/feed/queue/:key/feed.json', (c) => readQueue(c, 'json'))
  .get('/admin/feed-keys', listFeedKeys)
  .post('/admin/feed-keys', createFeedKey)
  .delete('/admin/feed-keys/:id', revokeFeedKey);
