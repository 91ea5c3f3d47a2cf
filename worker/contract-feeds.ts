/** The wire of feeds: what may be asked for, JSON Feed as it leaves here, and the keys of moderators' feeds. Atom is a schema of its own. */
import * as v from 'valibot';
import { bytes, chars, Id, IsoTime, notBlank, SiteId, ThreadQuery } from './contract.ts';

/** Entries of a feed document. */
export const FEED_ENTRIES = 50;
const NAME_CHARS = 80;

export const FeedQuery = v.strictObject({
  site: v.pipe(v.optional(SiteId), v.description('The whole site; with `url`, the site it must be of')),
  url: v.pipe(v.optional(ThreadQuery.entries.url), v.description('One page')),
  page_id: ThreadQuery.entries.page_id,
  comment: v.pipe(v.optional(Id), v.description('Everything below one comment, instead of site and page')),
  after: v.pipe(v.optional(Id), v.description('What is older than this comment')),
  before: v.pipe(v.optional(Id), v.description('What is newer, instead')),
});
export type FeedQuery = v.InferOutput<typeof FeedQuery>;

const Address = v.string();
/** Version 1.1, https://www.jsonfeed.org/version/1.1/; what is of Afterword's own begins with an underscore, as it asks. */
export const JsonFeed = v.object({
  version: v.literal('https://jsonfeed.org/version/1.1'),
  title: v.string(),
  home_page_url: v.optional(Address),
  feed_url: v.optional(Address),
  next_url: v.optional(v.pipe(Address, v.description('What is older'))),
  items: v.array(
    v.object({
      id: v.pipe(v.string(), v.description('The same wherever the comment and this Afterword move')),
      url: v.optional(Address),
      title: v.string(),
      content_html: v.optional(v.pipe(v.string(), v.description('Rendered and sanitized'))),
      content_text: v.optional(
        v.pipe(v.string(), v.description('Of what waits for a moderator: Markdown, as written')),
      ),
      date_published: IsoTime,
      date_modified: v.optional(IsoTime),
      authors: v.array(v.object({ name: v.string(), url: v.optional(Address), avatar: v.optional(Address) })),
      tags: v.optional(v.array(v.string())),
      _afterword: v.object({
        in_reply_to: v.pipe(v.string(), v.description('`id` of what it answers; at top level, the page’s address')),
        replies_url: v.optional(v.pipe(Address, v.description('A feed of what is below it'))),
      }),
    }),
  ),
});
export type JsonFeed = v.InferOutput<typeof JsonFeed>;

export const NewFeedKey = v.strictObject({
  name: v.pipe(v.string(), notBlank, bytes(NAME_CHARS), chars(NAME_CHARS)),
  site: v.optional(v.nullable(SiteId)),
});
export const FeedKey = v.object({
  id: Id,
  name: v.string(),
  site: v.pipe(v.nullable(SiteId), v.description('The one site whose queue it shows; null: all')),
  createdAt: IsoTime,
  usedAt: v.pipe(v.nullable(IsoTime), v.description('To the hour')),
});
export type FeedKey = v.InferOutput<typeof FeedKey>;
export const FeedKeys = v.object({ keys: v.array(FeedKey) });
export type FeedKeys = v.InferOutput<typeof FeedKeys>;
export const CreatedFeedKey = v.object({
  ...FeedKey.entries,
  atom: v.pipe(Address, v.description('Shown this once: whoever has it reads the queue')),
  json: v.pipe(Address, v.description('The same as JSON Feed')),
});
export type CreatedFeedKey = v.InferOutput<typeof CreatedFeedKey>;
