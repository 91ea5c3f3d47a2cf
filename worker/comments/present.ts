/**
 * From rows to what the wire shows: an explicit list of fields. Stored HTML is hardened on its way out and addresses are
 * looked at again, so that even a row written by a stranger's hand renders harmless.
 */
import type { Comment, Page, Reactions, Thread } from '../contract';
import type { Settings } from '../contract-settings';
import { handleOf } from '../identity/viewer';
import type { HeadRow } from '../pages/store';
import { isClosed } from './policy';
import { hardenHtml } from './safe-html';
import type { ShownRow } from './store';

const MARKS = ['author', 'moderator', 'pingback', 'trackback'] as const;
const REMOVED: Comment['author'] = { id: null, name: '', url: null, avatar: null, badge: null, verified: null };

/** @param origin of this API, where pictures are */
export const presentComment = (row: ShownRow, origin: string): Comment =>
  present(row, origin, row.status === 'approved');

/** As its writer may see it: also while it waits for approval. */
export const presentOwn = (row: ShownRow, origin: string): Comment =>
  present(row, origin, row.status === 'approved' || row.status === 'pending');

function present(row: ShownRow, origin: string, visible: boolean): Comment {
  return {
    id: row.id,
    parent: row.parent_id,
    depth: row.depth,
    author: visible
      ? {
          id: row.author_id === null ? null : handleOf(row.author_id),
          name: row.author_name,
          url: row.author_url !== null && /^https?:\/\//i.test(row.author_url) ? row.author_url : null,
          avatar: presentAvatar(row.author_avatar, origin),
          badge: MARKS.find((mark) => mark === (row.kind ?? row.author_badge)) ?? null,
          verified: row.author_verified,
        }
      : REMOVED,
    html: visible ? hardenHtml(row.html) : '',
    status: !visible ? 'deleted' : row.status === 'pending' ? 'pending' : 'approved',
    createdAt: new Date(row.created_at).toISOString(),
    editedAt: visible && row.edited_at !== null ? new Date(row.edited_at).toISOString() : null,
    votes: visible ? row.up - row.down : 0,
    pinned: row.status === 'approved' && row.pinned === 1,
    more: null,
  };
}

/** @param id as stored */
export const presentAvatar = (id: string | null, origin: string): string | null =>
  id === null ? null : `${origin}/api/v1/avatars/${id}`;

/** What the site offers, with how many chose each. @param counts as stored in pages.reactions */
export function presentReactions(offered: Settings['reactions'], counts: string | null): Reactions {
  // A map, because every object has a `constructor`.
  const chosen = new Map<string, unknown>(Object.entries(JSON.parse(counts ?? '{}')));
  return offered.map((value) => ({ value, count: Number(chosen.get(value) ?? 0) }));
}

/** @param address canonical address to name a page by that is not born yet @param now epoch ms */
export function presentPage(head: HeadRow, address: string, settings: Settings, now: number): Page {
  // Version 0: nothing public has happened. That somebody waits for approval there is nobody's business.
  const locked = isClosed(head, settings, now);
  if (!head.page_version)
    return {
      id: null,
      url: address,
      title: null,
      count: 0,
      locked,
      reactions: presentReactions(settings.reactions, null),
    };
  return {
    id: head.page_id,
    url: head.page_url ?? address,
    title: head.page_title,
    count: head.page_count ?? 0,
    locked,
    reactions: presentReactions(settings.reactions, head.page_reactions),
  };
}

/**
 * Whole branches in depth-first order, replies oldest first; before all others what is pinned, if need be without its replies.
 * @param rows of complete branches, each branch together
 * @param limit comments that fit; a row beyond it tells that there are more, and its branch waits for the next page
 */
export function arrangeThread(
  rows: ShownRow[],
  pinned: ShownRow | undefined,
  limit: number,
  origin: string,
): { comments: Comment[]; last: ShownRow | null; more: boolean } {
  const more = rows.length > limit;
  const cut = more ? rows.at(-1)!.root_id : null;
  const branches = new Map<string, ShownRow[]>();
  for (const row of rows) {
    if (row.root_id === cut) continue;
    const branch = branches.get(row.root_id);
    if (branch) branch.push(row);
    else branches.set(row.root_id, [row]);
  }
  const inOrder = [...branches.values()].map((branch) => branch.sort((a, b) => (a.id < b.id ? -1 : 1)));
  const last = inOrder.at(-1)?.[0] ?? null;
  const comments: Comment[] = [];
  const first = pinned && (branches.get(pinned.id) ?? [pinned]);
  for (const branch of first ? [first, ...inOrder.filter((other) => other !== first)] : inOrder) {
    const root = branch[0]!;
    const start = comments.length;
    comments.push(...arrangeBranch(branch, origin));
    const shown = branch.length - 1;
    if (root.replies > shown) comments[start]!.more = { count: root.replies - shown, after: branch.at(-1)!.id };
  }
  return { comments, last, more };
}

/** Depth-first, without recursion: a branch may be of any depth. @param branch oldest first, so parents before children */
function arrangeBranch(branch: ShownRow[], origin: string): Comment[] {
  const children = new Map<string | null, ShownRow[]>();
  const known = new Set(branch.map((row) => row.id));
  for (const row of branch) {
    const parent = row.parent_id !== null && known.has(row.parent_id) ? row.parent_id : null;
    const siblings = children.get(parent);
    if (siblings) siblings.push(row);
    else children.set(parent, [row]);
  }
  const out: Comment[] = [];
  const waiting = [...(children.get(null) ?? [])].reverse();
  for (let row = waiting.pop(); row; row = waiting.pop()) {
    out.push(presentComment(row, origin));
    waiting.push(...(children.get(row.id) ?? []).reverse());
  }
  return out;
}

/** Author fields a site requires beyond the name. */
export function presentRequired(settings: { requireEmail: boolean; requireUrl: boolean }): Thread['required'] {
  return [...(settings.requireEmail ? ['email' as const] : []), ...(settings.requireUrl ? ['url' as const] : [])];
}
