/** Deciding about a comment where it stands: done at once, said below it, and taken back from there. */
import type { AdminComment, AdminCommentContext, Ban, Decided, Undone } from '../../worker/contract-admin';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { addComments, changed, h, tell } from '../writing/kit';
import type { Tools } from './agreement';
import { type ModerateMessages, texts } from './texts';
import { toComment } from './waiting';

const SAID = { approve: 'approved', spam: 'spammed', trash: 'trashed' } as const;
type Verb = keyof typeof SAID;

/** Approves a comment, or takes it off the page. */
export const decide = (s: Thread, n: Node, tools: Tools, action: Verb): Promise<void> =>
  attempt(s, n, tools, async () => {
    const before = { comment: n.c, note: n.note };
    const decided = await tools.ask<Decided>(s, 'POST', '/admin/decisions', { action, ids: [n.c.id] });
    const status = action === 'approve' ? 'approved' : 'deleted';
    count(s, n, status);
    addComments(s, [{ ...n.c, status, html: status === 'deleted' ? '' : n.c.html }]);
    n.note = undefined;
    offerUndo(s, n, tools, SAID[action], decided.batch, () => {
      count(s, n, before.comment.status);
      addComments(s, [before.comment]);
      n.note = before.note;
    });
  });

/** The number above the conversation speaks of what everybody sees. */
function count(s: Thread, { c }: Node, status: string): void {
  if (s.page) s.page.count += Number(status === 'approved') - Number(c.status === 'approved');
}

/** Pins a top-level comment or closes its branch, or the other way round. */
export const turn = (s: Thread, n: Node, tools: Tools, change: { pinned?: boolean; locked?: boolean }): Promise<void> =>
  attempt(s, n, tools, async () => {
    await tools.ask<AdminComment>(s, 'PATCH', `/admin/comments/${n.c.id}`, change);
    const { pinned, locked } = change;
    const said = pinned ? 'pinned' : pinned === false ? 'unpinned' : locked ? 'locked' : 'unlocked';
    tools.sayBelow(s, n, texts(s)[said], true);
  });

export function openEdit(s: Thread, n: Node, tools: Tools): void {
  const path = `/admin/comments/${n.c.id}`;
  tools.openEdit(s, n, false, {
    load: async () => (await tools.ask<AdminCommentContext>(s, 'GET', path)).comment.body,
    save: async (body) => toComment(await tools.ask<AdminComment>(s, 'PATCH', path, { body })),
  });
}

export function askToBan(s: Thread, n: Node, tools: Tools, site: string): void {
  const { name } = n.c.author;
  const ban = () =>
    attempt(s, n, tools, async () => {
      await tools.ask<Ban>(s, 'POST', '/admin/bans', { site, kind: 'author', comment: n.c.id });
      tools.sayBelow(s, n, s.say(texts(s).banned, 0, name), true);
    });
  tools.openBelow(
    s,
    n,
    () => {
      const t = texts(s);
      return (
        <div class="menu" role="group" aria-label={s.say(t.banAsk, 0, name)}>
          <span>{s.say(t.banAsk, 0, name)}</span>
          <button class="go" onClick={ban}>
            {s.say(t.ban, 0, name)}
          </button>
          <button data-keep onClick={() => tools.closeBelow(s, n)}>
            {t.keep}
          </button>
        </div>
      );
    },
    '[data-keep]',
  );
}

/** @param restore puts the comment back as it was on view */
function offerUndo(
  s: Thread,
  n: Node,
  tools: Tools,
  said: keyof ModerateMessages,
  batch: string | null,
  restore: () => void,
): void {
  const undo = () =>
    attempt(s, n, tools, async () => {
      const { changed: undone } = await tools.ask<Undone>(s, 'POST', `/admin/log/${batch}/undo`);
      if (!undone) throw {} as ApiError;
      restore();
      tools.sayBelow(s, n, texts(s).undone, true);
    });
  tools.openBelow(
    s,
    n,
    () => (
      <p class="note">
        {texts(s)[said]}{' '}
        {batch && (
          <button class="go" onClick={undo}>
            {texts(s).undo}
          </button>
        )}
      </p>
    ),
    'button',
  );
  tell(s, texts(s)[said]);
  changed(s, n);
}

async function attempt(s: Thread, n: Node, tools: Tools, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const { code } = error as ApiError;
    const t = texts(s);
    tools.sayBelow(s, n, code === 'scope_missing' || code === 'session_invalid' ? t.forbidden : t.failed, true);
  }
}
