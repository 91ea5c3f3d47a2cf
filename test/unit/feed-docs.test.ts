/** The documents name feeds as they are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { FEED_ENTRIES, FeedQuery } from '../../worker/contract-feeds';
import { ENDPOINTS } from '../../worker/endpoints';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

it.each(['docs/embedding.md', 'docs/feeds.md', 'docs/demo/index.html'])(
  '%s names addresses that are understood',
  (path) => {
    const found = [...read(path).matchAll(/(\/feed\.(?:atom|json))\?([^\s"`]+)/g)];
    expect(found.length).toBeGreaterThan(0);
    for (const [, endpoint, search] of found) {
      expect(ENDPOINTS.map((each) => each.path)).toContain(endpoint);
      const asked = Object.fromEntries(new URLSearchParams(search!.replace('…', '0'.repeat(23))));
      expect(v.safeParse(FeedQuery, asked).issues).toBeUndefined();
    }
  },
);

it('say how much is in a feed, and how far it looks', () => {
  const text = read('docs/feeds.md');
  expect(text).toContain(`newest ${FEED_ENTRIES} comments`);
  const walked = Number(/const WALKED = (\d+);/.exec(read('worker/feeds/feeds-store.ts'))![1]);
  expect(text).toContain(`${walked.toLocaleString('en')} comments of any state`);
});
