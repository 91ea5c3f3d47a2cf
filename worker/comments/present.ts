/**
 * From rows to what the wire shows: an explicit list of fields. Stored HTML is hardened on its way out and addresses are
 * looked at again, so that even a row written by a stranger's hand renders harmless.
 */
import type { Comment, Page, Thread } from '../contract';
import type { HeadRow } from '../pages/store';
import { hardenHtml } from './safe-html';
import type { ShownRow } from './store';

const REMOVED: Comment['author'] = { name: '', url: null, avatar: null, badge: null, verified: false };

export function presentComment(row: ShownRow): Comment {
  const approved = row.status === 'approved';
  const visible = approved || row.status === 'pending';
  return {
    id: row.id,
    parent: row.parent_id,
    depth: row.depth,
    author: visible
      ? {
          name: row.author_name,
          url: row.author_url !== null && /^https?:\/\//i.test(row.author_url) ? row.author_url : null,
          avatar: null,
          badge: row.author_badge === 'author' || row.author_badge === 'moderator' ? row.author_badge : null,
          verified: false,
        }
      : REMOVED,
    html: visible ? hardenHtml(row.html) : '',
    status: approved ? 'approved' : visible ? 'pending' : 'deleted',
    createdAt: new Date(row.created_at).toISOString(),
    editedAt: visible && row.edited_at !== null ? new Date(row.edited_at).toISOString() : null,
    votes: visible ? row.votes : 0,
    more: null,
  };
}

/** @param address canonical address to name a page by that is not born yet */
export function presentPage(head: HeadRow, address: string): Page {
  // Version 0: nothing public has happened. That somebody waits for approval there is nobody's business.
  if (!head.page_version) return { id: null, url: address, title: null, count: 0, locked: head.page_locked === 1 };
  return {
    id: head.page_id,
    url: head.page_url ?? address,
    title: head.page_title,
    count: head.page_count ?? 0,
    locked: head.page_locked === 1,
  };
}

/**
 * Whole branches in depth-first order, replies oldest first.
 * @param rows of complete branches, each branch together
 * @param limit comments that fit; a row beyond it tells that there are more, and its branch waits for the next page
 */
export function arrangeThread(
  rows: ShownRow[],
  limit: number,
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
  const comments: Comment[] = [];
  let last: ShownRow | null = null;
  for (const branch of branches.values()) {
    branch.sort((a, b) => (a.id < b.id ? -1 : 1));
    const root = branch[0]!;
    last = root;
    const start = comments.length;
    comments.push(...arrangeBranch(branch));
    const shown = branch.length - 1;
    if (root.replies > shown) comments[start]!.more = { count: root.replies - shown, after: branch.at(-1)!.id };
  }
  return { comments, last, more };
}

/** Depth-first, without recursion: a branch may be of any depth. @param branch oldest first, so parents before children */
function arrangeBranch(branch: ShownRow[]): Comment[] {
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
    out.push(presentComment(row));
    waiting.push(...(children.get(row.id) ?? []).reverse());
  }
  return out;
}

/** Author fields a site requires beyond the name. */
export function presentRequired(settings: { requireEmail: boolean; requireUrl: boolean }): Thread['required'] {
  return [...(settings.requireEmail ? ['email' as const] : []), ...(settings.requireUrl ? ['url' as const] : [])];
}
