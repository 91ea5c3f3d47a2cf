/** Who may say what where, and what a name and a website are. Pure: everything it judges is an argument. */
import type { Settings } from '../admin/settings';
import type { NewComment } from '../contract';
import type { CommentRow, CommentStatus } from '../db';
import { findReserved, type TeamMember } from '../identity/names';
import type { Person } from '../identity/standing';
import type { Viewer } from '../identity/viewer';
import { Problem } from '../problem';
import type { ParentRow } from './store';

/**
 * Decides on a new comment.
 * @returns the status it starts with
 * @throws Problem page_locked, parent_unavailable, or invalid_request for what this viewer may not
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
    if (input.author?.badge !== undefined) throw refuse('author.badge', 'needs an API token');
  }
  if (page.locked) throw new Problem('page_locked');
  if (input.parent && (!parent || parent.page_id !== page.id || parent.status !== 'approved'))
    throw new Problem('parent_unavailable', undefined, { field: 'parent' });
  return settings.hold && !viewer.owner ? 'pending' : 'approved';
}

/** What is stored about whom a comment is by. */
export type AuthorColumns = Pick<
  CommentRow,
  'author_id' | 'author_name' | 'author_email' | 'author_url' | 'author_badge' | 'author_verified' | 'author_avatar'
>;

/**
 * Decides whom a new comment is by: whoever logged in is who they are, a guest is who they say, unless that is somebody of
 * the site's team.
 * @param person who is logged in, or null
 * @param team whose names and addresses are reserved, beside those in the settings
 * @throws Problem login_required, name_reserved, or invalid_request for what is missing or not theirs to say
 */
export function decideAuthor(
  viewer: Viewer,
  person: Person | null,
  given: NewComment['author'],
  settings: Settings,
  team: TeamMember[],
): AuthorColumns {
  if (person) {
    if (given) throw refuse('author', 'is known from the login, and must be left out');
    return {
      author_id: person.id,
      author_name: person.name,
      author_email: null,
      author_url: person.url,
      author_badge: person.role,
      author_verified: person.verified,
      author_avatar: person.avatar,
    };
  }
  if (!viewer.owner && !settings.guests) throw new Problem('login_required');
  if (!given) throw refuse('author', 'is missing');
  if (!viewer.owner) {
    if (settings.requireEmail && !given.email) throw refuse('author.email', 'is required on this site');
    if (settings.requireUrl && !given.url) throw refuse('author.url', 'is required on this site');
    const reserved = findReserved(given, [...settings.team, ...team]);
    if (reserved) throw new Problem('name_reserved', undefined, { field: `author.${reserved}` });
  }
  const name = cleanLine(given.name);
  if (name === '') throw refuse('author.name', 'must not be blank');
  return {
    author_id: viewer.identity?.id ?? null,
    author_name: name,
    author_email: given.email?.trim() || null,
    author_url: cleanWebsite(given.url),
    author_badge: given.badge ?? null,
    author_verified: null,
    author_avatar: null,
  };
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
