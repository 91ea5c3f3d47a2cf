/** Deleting a comment: asked for twice, then gone, or a place in the conversation without words when others have answered. */
import type { Comment } from '../../worker/contract';
import type { ApiError } from '../api';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { addComments, changed, h, tell } from '../writing/kit';
import { keep, keepDraft, memoryOf } from '../writing/memory';
import { ask } from './ask';
import { closeBelow, openBelow, sayBelow } from './below';
import { texts } from './texts';
import { sayWhy } from './words';

export function askToRemove(s: Thread, n: Node): void {
  let sending = false;
  const remove = async () => {
    sending = true;
    changed(s, n);
    try {
      await removeComment(s, n);
    } catch (error) {
      sayBelow(s, n, sayWhy(s, error as ApiError), true);
    }
  };
  openBelow(
    s,
    n,
    () => {
      const t = texts(s);
      return (
        <div class="menu" role="group" aria-label={t.deleteAsk}>
          <span>{t.deleteAsk}</span>
          <button class="go" disabled={sending} onClick={remove}>
            {t.delete}
          </button>
          <button data-keep onClick={() => closeBelow(s, n)}>
            {t.keep}
          </button>
        </div>
      );
    },
    '[data-keep]',
  );
}

async function removeComment(s: Thread, n: Node): Promise<void> {
  const { id, status } = n.c;
  const comment = await ask<Comment>(s, 'DELETE', `/comments/${id}`);
  const { mine } = memoryOf(s.key);
  if (mine) keep(s.key, { mine: mine.filter((own) => own.id !== id) });
  keepDraft(s.key, `edit:${id}`, '');
  if (status === 'approved' && s.page) s.page.count--;
  closeBelow(s, n);
  // Nobody can answer it any more.
  if (s._replying === n) s._replying = undefined;
  addComments(s, [comment]);
  n.note = undefined;
  s.target = `#comment-${id}`;
  // A place without words stays as long as something below it has words.
  for (let gone: Node | undefined = n; gone?.c.status === 'deleted' && !gone._kids[0] && !gone.more; gone = gone.up)
    takeOut(s, gone);
  tell(s, texts(s).deleted);
}

/** Its place goes, and the focus to what stood next to it. */
function takeOut(s: Thread, n: Node): void {
  const siblings = n.up?._kids ?? s._roots;
  const at = siblings.indexOf(n);
  siblings.splice(at, 1);
  s._byId.delete(n.c.id);
  const next = siblings[at] ?? siblings[at - 1] ?? n.up;
  s.target = next ? `#comment-${next.c.id}` : '.in>form textarea';
  if (s._alone?.at(-1) === n) {
    s._alone = undefined;
    for (const other of s._byId.values()) other.view = 0;
  }
  changed(s, n.up);
}
