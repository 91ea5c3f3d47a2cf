/** What people do beyond reading and writing: where each button is heard, and what is shown again after the page was left. */
import type { Comment, OwnComments } from '../../worker/contract';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { keep, memoryOf } from '../writing/memory';
import { ask } from './ask';
import { drawBelow } from './below';
import { openEdit, wasBeingEdited } from './edit';
import { openForm } from './forms';
import { getKey, hasKeys } from './key';
import { drawMe, openMe } from './me';
import { copyLink, drawPending, toggleMenu } from './menu';
import { expectModerator, moderatorOf } from './moderator';
import { applyMuted, mute, showOnce } from './mute';
import { askToRemove } from './remove';
import { isOwn, loginOf } from './session';
import { react, vote } from './vote';

const ON_COMMENTS: Record<string, (s: Thread, n: Node, button: HTMLButtonElement) => void> = {
  more: toggleMenu,
  copy: copyLink,
  edit: (s, n) => openEdit(s, n),
  delete: askToRemove,
  report: (s, n) => openForm(s, n, 'openReport'),
  follow: (s, n) => openForm(s, n, 'openFollow'),
  mute,
  'unmute-once': showOnce,
  vote: (s, n, { value }) => vote(s, n, value === '1' ? 1 : -1),
};

/** Does what a button with `data-a` says. @returns whether it was meant */
export function act(s: Thread, button: HTMLButtonElement): boolean {
  const { a = '' } = button.dataset;
  if (a === 'me') openMe(s);
  else if (a === 'react') react(s, button.value);
  else if (a === 'follow-page') openForm(s, undefined, 'openFollow');
  else {
    const n = s._byId.get(button.closest<HTMLElement>('[data-id]')?.dataset.id ?? '');
    if (!n) return false;
    if (!ON_COMMENTS[a]) return !!moderatorOf(s)?.act(s, n, a);
    ON_COMMENTS[a](s, n, button);
  }
  return true;
}

/** What is open below a comment; without one, above the conversation. */
export function drawMore(s: Thread, n?: Node) {
  if (n) return drawBelow(s, n) ?? drawPending(s, n);
  expectModerator(s);
  return [drawBelow(s), drawMe(s)];
}

/** Threads whose reader's own comments the server was asked for. */
const asked = new WeakSet<Thread>();
/** Comments whose editing was taken up again. */
const resumed = new WeakSet<Node>();

/** Shows what is known of a thread's reader: whom they muted, what they were editing, what only they can see. */
export function restore(s: Thread): void {
  applyMuted(s);
  // The rest needs words, and the key.
  if (!s._identity) return;
  for (const n of s._byId.values()) {
    if (resumed.has(n) || !wasBeingEdited(s, n) || !isOwn(s, n)) continue;
    resumed.add(n);
    openEdit(s, n, true);
  }
  if (!asked.has(s)) {
    asked.add(s);
    findPending(s).catch(() => {});
  }
}

/** Looks for own comments that wait for approval, unless this device remembers that it wrote here. */
async function findPending(s: Thread): Promise<void> {
  const { url, site, pageId, key } = s;
  const { bookmark, mine } = memoryOf(key);
  if (!hasKeys() || (!loginOf(s) && (bookmark || !(await getKey(false))))) return;
  const query = { url, site, page_id: pageId };
  const { comments } = await ask<OwnComments>(s, 'GET', '/me/comments', undefined, { query });
  const pending = comments.map(({ comment }) => comment).filter(({ status }) => status === 'pending') as Comment[];
  if (!pending[0]) return;
  const others = mine?.filter(({ id }) => !pending.some((own) => own.id === id)) ?? [];
  keep(key, { mine: [...others, ...pending] });
  s._later?._restore(s);
}
