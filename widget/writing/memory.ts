/** What this device remembers of a page, changed field by field. */
import type { Memory } from '../device';
import { recall, remember } from './kit';

const BOOKMARK_MS = 60_000;

/** @param page a thread's `key` */
export const memoryOf = (page: string): Memory => recall<Memory>(page) ?? {};
export const keep = (page: string, change: Memory): void => remember(page, { ...memoryOf(page), ...change });

/** @param id of the comment that the text answers, '' for the page, `edit:` and an id for a comment's new text */
export function keepDraft(page: string, id: string, text: string): void {
  const { [id]: _, ...drafts } = memoryOf(page).drafts ?? {};
  if (text) drafts[id] = text;
  keep(page, { drafts: Object.keys(drafts)[0] === undefined ? null : drafts });
}

/** For a minute reads see what was written, wherever they are answered. */
export const keepBookmark = (page: string, bookmark: string | null): void =>
  keep(page, { bookmark, until: Date.now() + BOOKMARK_MS });
