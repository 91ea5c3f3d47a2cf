/** Who may say what where, and what a name and a website are. Pure: everything it judges is an argument. */
import type { Settings } from '../admin/settings';
import type { NewComment } from '../contract';
import type { CommentStatus } from '../db';
import { Problem } from '../problem';
import type { ParentRow } from './store';

/** Who asks: the owner holds the root token. */
export interface Viewer {
  owner: boolean;
}

/**
 * Decides on a new comment.
 * @returns the status it starts with
 * @throws Problem page_locked, parent_unavailable, or invalid_request for what this site or this viewer may not
 */
export function decidePost(
  viewer: Viewer,
  input: NewComment,
  settings: Settings,
  page: { id: string | null; locked: boolean },
  parent: ParentRow | undefined,
): Extract<CommentStatus, 'approved' | 'pending'> {
  if (!viewer.owner) {
    if (input.createdAt !== undefined) throw refuse('createdAt', 'needs an API token');
    if (input.author.badge !== undefined) throw refuse('author.badge', 'needs an API token');
    if (settings.requireEmail && !input.author.email) throw refuse('author.email', 'is required on this site');
    if (settings.requireUrl && !input.author.url) throw refuse('author.url', 'is required on this site');
  }
  if (page.locked) throw new Problem('page_locked');
  if (input.parent && (!parent || parent.page_id !== page.id || parent.status !== 'approved'))
    throw new Problem('parent_unavailable', undefined, { field: 'parent' });
  return settings.hold && !viewer.owner ? 'pending' : 'approved';
}

const refuse = (field: string, why: string) => new Problem('invalid_request', `${field}: ${why}.`, { field });

/** Invisible marks that turn the text around them or hide in it (Unicode bidi controls, C0, C1, tags, BOM). */
const HIDDEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/** One line of plain text without hidden marks, in Unicode form NFC. */
export function cleanLine(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').replace(HIDDEN, '').trim();
}

/**
 * A writer's website, as people type it: `example.com` is https.
 * @returns an http(s) address in WHATWG form, or null for none
 * @throws Problem invalid_request
 */
export function cleanWebsite(text: string | null | undefined): string | null {
  const typed = text?.trim();
  if (!typed) return null;
  const withScheme = /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+([/?#:]|$)/u.test(typed) ? `https://${typed}` : typed;
  const url = URL.parse(withScheme);
  if (!url || !/^https?:$/.test(url.protocol) || !url.hostname.includes('.') || url.username || url.password)
    throw refuse('author.url', 'must be a web address (http or https)');
  return url.href;
}
