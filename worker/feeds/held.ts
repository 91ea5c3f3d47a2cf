/**
 * A comment that waits for a moderator, as an entry: its Markdown, plain, so that nothing of what nobody has looked at yet is a
 * link or loads a picture. Pure.
 */
import type { AdminRow } from '../moderation/queue/list-store';
import { commentAddress, webAddress } from '../web-address';
import { type Entry, nameOfPage, urnOf } from './feed';

type HeldRow = Pick<
  AdminRow,
  'id' | 'page_id' | 'parent_id' | 'author_name' | 'body' | 'created_at' | 'edited_at' | 'page_url' | 'page_title'
>;

/** @param origin of this API and its console */
export function presentHeld(row: HeldRow, origin: string): Entry {
  const page = webAddress(row.page_url);
  // Each has an address of its own, because some readers tell entries apart by it.
  const where = new URLSearchParams({ page: row.page_id, comment: row.id });
  return {
    // Not what the comment is called once everybody may read it: that is another text.
    id: `${urnOf(row.id)}#held`,
    url: `${origin}/console#/queue?${where}`,
    title: `${row.author_name} · ${nameOfPage(row.page_title, row.page_url)}`,
    published: row.created_at,
    updated: row.edited_at ?? row.created_at,
    author: { name: row.author_name, url: null, avatar: null },
    mark: null,
    content: { text: row.body },
    answers:
      row.parent_id === null
        ? { id: page ?? urnOf(row.page_id), url: page }
        : { id: urnOf(row.parent_id), url: commentAddress(row.page_url, row.parent_id) },
    replies: null,
  };
}
