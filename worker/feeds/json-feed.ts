/** A feed as JSON Feed 1.1. Pure. */
import type { JsonFeed } from '../contract-feeds';
import type { Entry, Feed } from './feed';

export const JSON_FEED = 'application/feed+json';

/** @param repliesTo address of the feed of what is below a comment */
export const writeJsonFeed = (feed: Feed, repliesTo: (comment: string) => string): string =>
  JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.home ?? undefined,
    feed_url: feed.links.self,
    next_url: feed.links.next,
    items: feed.entries.map((entry) => describeItem(entry, repliesTo)),
  } satisfies JsonFeed);

const describeItem = (entry: Entry, repliesTo: (comment: string) => string): JsonFeed['items'][number] => ({
  id: entry.id,
  url: entry.url ?? undefined,
  title: entry.title,
  ...('html' in entry.content ? { content_html: entry.content.html } : { content_text: entry.content.text }),
  date_published: new Date(entry.published).toISOString(),
  date_modified: new Date(entry.updated).toISOString(),
  authors: [{ name: entry.author.name, url: entry.author.url ?? undefined, avatar: entry.author.avatar ?? undefined }],
  tags: entry.mark === null ? undefined : [entry.mark],
  _afterword: {
    in_reply_to: entry.answers.id,
    replies_url: entry.replies === null ? undefined : repliesTo(entry.replies.comment),
  },
});
