/** Who may say what where. Pure: everything it judges is an argument. */
import { cleanLine, cleanWebsite } from '../clean';
import type { NewComment } from '../contract';
import type { Settings } from '../contract-settings';
import type { CommentRow } from '../db';
import { findReserved, type TeamMember } from '../identity/names';
import type { Person } from '../identity/standing';
import type { Identity, Viewer } from '../identity/viewer';
import type { HeadRow } from '../pages/store';
import { Problem } from '../problem';
import type { EditGrounds, TargetRow } from './change-store';
import type { ParentRow } from './store';

/**
 * Decides on a new comment. What becomes of it, moderation says.
 * @throws Problem page_locked, parent_unavailable, storage_unavailable while its page is being merged into this one, or
 *   invalid_request for what this viewer may not
 */
export function decidePost(
  viewer: Viewer,
  input: NewComment,
  page: { id: string | null; locked: boolean },
  parent: ParentRow | undefined,
): void {
  if (!viewer.owner) {
    if (input.createdAt !== undefined) throw refuse('createdAt', 'needs an API token');
    if (input.author?.badge !== undefined) throw refuse('author.badge', 'needs an API token');
  }
  if (page.locked) throw new Problem('page_locked');
  // Its branch follows in a moment, and the reply may come again then.
  if (parent && page.id !== null && parent.merged_into === page.id)
    throw new Problem('storage_unavailable', 'This conversation is being moved. Try again.', { retryAfterS: MOVING_S });
  if (input.parent && (!parent || parent.page_id !== page.id || parent.status !== 'approved'))
    throw new Problem('parent_unavailable', undefined, { field: 'parent' });
  if (parent?.branch_locked) throw new Problem('page_locked', 'This part of the conversation is closed.');
}

/** About how long a merge takes. */
const MOVING_S = 3;
const DAY_MS = 86_400_000;
type PageAge = Pick<HeadRow, 'page_locked' | 'page_created_at'>;
/** Whether nobody may write on a page any more, by a moderator's hand or by its age. @param now epoch ms */
export const isClosed = ({ page_locked, page_created_at }: PageAge, { closeAfter }: Settings, now: number): boolean =>
  page_locked === 1 || (closeAfter > 0 && page_created_at !== null && now - page_created_at > closeAfter * DAY_MS);

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
    author_url: cleanWebsite(given.url, 'author.url'),
    author_badge: given.badge ?? null,
    author_verified: null,
    author_avatar: null,
  };
}

/** A comment that somebody wants to do something with; none when it went away meanwhile. */
type Target = Pick<TargetRow, 'status' | 'author_id' | 'created_at' | 'page_locked' | 'page_created_at'> | undefined;

const isOwn = (identity: Identity | null, target: NonNullable<Target>): boolean =>
  identity !== null && target.author_id === identity.id;

/**
 * Decides on a new text for a comment: by who wrote it, as long as the site allows; by the owner, always. What a moderator
 * approved stays what was approved.
 * @param now epoch ms
 * @returns what the write must still find
 * @throws Problem not_found, not_yours, page_locked, edit_closed
 */
export function decideEdit(viewer: Viewer, target: Target, settings: Settings, now: number): EditGrounds {
  if (viewer.owner) {
    if (target?.status !== 'approved' && target?.status !== 'pending') throw new Problem('not_found');
    return { status: target.status, writer: null };
  }
  const own = checkOwn(viewer.identity, target);
  const { status, author_id: authorId, created_at: createdAt } = own;
  if (isClosed(own, settings, now)) throw new Problem('page_locked');
  const createdSince = now - settings.editWindow * 60_000;
  if (settings.editWindow === 0 || createdAt < createdSince) throw new Problem('edit_closed');
  if (settings.hold && status === 'approved') throw new Problem('edit_closed');
  return { status, writer: { authorId: authorId!, createdSince } };
}

/**
 * @returns the comment, which is there and who asks wrote it
 * @throws Problem not_found, not_yours
 */
export function checkOwn<T extends Target>(identity: Identity | null, target: T): NonNullable<T> {
  const own = target && isOwn(identity, target);
  // Who wrote spam is not told: to them it waits.
  const waits = target?.status === 'pending' || target?.status === 'spam';
  if (!target || !(target.status === 'approved' || (own && waits))) throw new Problem('not_found');
  if (!own) throw new Problem('not_yours');
  return target;
}

/**
 * Who wrote something may take it back at any time, whatever became of it; the owner may delete everything.
 * @throws Problem not_found, not_yours
 */
export function checkDelete(viewer: Viewer, target: Target): void {
  const may = target && (viewer.owner || isOwn(viewer.identity, target));
  if (!target || target.status === 'deleted' || !(may || target.status === 'approved')) throw new Problem('not_found');
  if (!may) throw new Problem('not_yours');
}

/** @throws Problem not_found */
export function needApproved<T extends Target>(target: T): NonNullable<T> {
  if (target?.status !== 'approved') throw new Problem('not_found');
  return target;
}

/**
 * Decides on a vote; 0 takes one back.
 * @throws Problem not_found, switched_off, invalid_request for a vote on one's own comment
 */
export function checkVote(identity: Identity, target: Target, value: 1 | 0 | -1, settings: Settings): void {
  const comment = needApproved(target);
  const { votes } = settings;
  checkGuest(identity, settings);
  if (votes === 'off' || (votes === 'up' && value === -1))
    throw new Problem('switched_off', undefined, { field: 'value' });
  if (value !== 0 && isOwn(identity, comment)) throw refuse('value', "is for others' comments");
}

/** @throws Problem login_required for a guest's key where guests have no say */
export function checkGuest(identity: Identity, { guests }: Settings): void {
  if (!guests && !identity.token) throw new Problem('login_required');
}

const refuse = (field: string, why: string) => new Problem('invalid_request', `${field}: ${why}.`, { field });
