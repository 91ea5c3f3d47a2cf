/**
 * What lazy/identity.tsx loads for those who run the site, and for nobody else: deciding about comments where they stand (all
 * in moderate/). The queue, and everything else, is in the console.
 */
import type { AdminCommentContext } from '../../worker/contract-admin';
import type { Moderator, Tools } from '../moderate/agreement';
import { askToBan, decide, openEdit, turn } from '../moderate/decide';
import { loadTexts, texts } from '../moderate/texts';
import { showWaiting } from '../moderate/waiting';
import type { Thread } from '../store';
import type { Node } from '../tree';
import type { Kit } from '../writing/agreement';
import { changed, h, useKit } from '../writing/kit';

/** What the server says of comments whose menu was opened. */
const known = new WeakMap<Node, AdminCommentContext['comment']>();

export function create(kit: Kit, tools: Tools): Moderator {
  useKit(kit);
  const acts: Record<string, (s: Thread, n: Node) => void> = {
    'mod-approve': (s, n) => decide(s, n, tools, 'approve'),
    'mod-spam': (s, n) => decide(s, n, tools, 'spam'),
    'mod-trash': (s, n) => decide(s, n, tools, 'trash'),
    'mod-edit': (s, n) => openEdit(s, n, tools),
    'mod-pin': (s, n) => turn(s, n, tools, { pinned: !known.get(n)?.pinned }),
    'mod-lock': (s, n) => turn(s, n, tools, { locked: !known.get(n)?.locked }),
    'mod-ban': (s, n) => askToBan(s, n, tools, known.get(n)!.site),
  };
  const look = async (s: Thread, n: Node): Promise<void> => {
    const { comment } = await tools.ask<AdminCommentContext>(s, 'GET', `/admin/comments/${n.c.id}`);
    known.set(n, comment);
    changed(s, n);
  };
  const asked = new WeakSet<Node>();
  return {
    async meet(s) {
      await loadTexts(s);
      await showWaiting(s, tools);
    },
    drawItems(s, n) {
      // Asked again when something was done; while the menu is open its items are drawn often.
      if (n.menu && !asked.has(n)) {
        asked.add(n);
        look(s, n).catch(() => {});
      }
      return drawItems(s, n);
    },
    act(s, n, a) {
      acts[a]?.(s, n);
      asked.delete(n);
      return !!acts[a];
    },
  };
}

function drawItems(s: Thread, n: Node) {
  const t = texts(s);
  const more = known.get(n);
  const item = (a: string, words: string) => (
    <button data-a={`mod-${a}`} key={a}>
      {words}
    </button>
  );
  return (
    <span class="items" role="group" aria-label={t.group}>
      {n.c.status === 'pending' && item('approve', t.approve)}
      {item('spam', t.spam)}
      {item('trash', t.trash)}
      {more && item('edit', t.edit)}
      {more?.status === 'approved' && !more.parent && item('pin', more.pinned ? t.unpin : t.pin)}
      {more && !more.parent && item('lock', more.locked ? t.unlock : t.lock)}
      {more?.author.key && item('ban', s.say(t.ban, 0, n.c.author.name))}
    </span>
  );
}
