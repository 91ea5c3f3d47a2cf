/**
 * A feed as both formats tell it: which comment has which id, address, title and text. What is a stranger's comes from
 * presentComment, which looks at everything again; how it is spelt, atom.ts and json-feed.ts know.
 */

import { presentComment } from '../comments/present';
import type { Comment } from '../contract';
import { timeOf, uuidOf } from '../ids';
import { commentAddress, webAddress } from '../web-address';
import { resolveAddresses } from './addresses';
import type { EntryRow } from './feeds-store';

export interface Entry {
  id: string;
  /** null: its page has no address that one may follow. */
  url: string | null;
  title: string;
  /** Epoch ms. */
  published: number;
  updated: number;
  author: { name: string; url: string | null; avatar: string | null };
  /** What stands beside the name: author, moderator, pingback, trackback. */
  mark: Comment['author']['badge'];
  content: { html: string } | { text: string };
  /** `id` is an entry's, or at top level the page's address. */
  answers: { id: string; url: string | null };
  /** What is below it: how much and since when is known of top-level comments. null: nobody else may know. */
  replies: { comment: string; count: number | null; updated: number | null } | null;
}

export interface Feed {
  id: string;
  title: string;
  /** Epoch ms. */
  updated: number;
  /** What the feed is about, for people. */
  home: string | null;
  /** Addresses of this document and its neighbours, by relation; of another format, with its name instead. */
  links: Partial<Record<'self' | 'first' | 'next' | 'previous', string>>;
  entries: Entry[];
}

/** What a comment, a page or a feed is called wherever it and this Afterword move. */
export const urnOf = (id: string): string => `urn:uuid:${uuidOf(id)}`;

/** For people, what a feed is about; the balloon says in every language that it is what was said of it. */
export const titleFeed = (about: string): string => `💬 ${about}`;
/** Of a page without a title its address. */
export const nameOfPage = (title: string | null, url: string): string => title ?? url.replace(/^https?:\/\//, '');

/** @param row of an approved comment @param origin of this API, where pictures are */
export function presentEntry(row: EntryRow, origin: string): Entry {
  const { id, parent, author, html, createdAt, editedAt } = presentComment(row, origin);
  const url = webAddress(row.page_url);
  const published = Date.parse(createdAt);
  return {
    id: urnOf(id),
    url: commentAddress(row.page_url, id),
    title: `${author.name} · ${nameOfPage(row.page_title, row.page_url)}`,
    published,
    updated: editedAt === null ? published : Date.parse(editedAt),
    author: { name: author.name, url: webAddress(author.url), avatar: author.avatar },
    mark: author.badge,
    content: { html: url === null ? html : resolveAddresses(html, url) },
    answers:
      parent === null
        ? { id: url ?? urnOf(row.page_id), url }
        : { id: urnOf(parent), url: commentAddress(row.page_url, parent) },
    replies: {
      comment: id,
      count: row.depth === 0 ? row.replies : null,
      updated: row.answered === null ? null : timeOf(row.answered),
    },
  };
}

/** When anything in it changed last. @param otherwise epoch ms, of an empty one */
export const newestOf = (entries: Entry[], otherwise: number): number =>
  entries.reduce((newest, { updated }) => Math.max(newest, updated), entries.length > 0 ? 0 : otherwise);
