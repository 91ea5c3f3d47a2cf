/**
 * What lazy/compose.tsx loads when somebody acts in their own name: keys, logins, who writes, and what one does with a comment
 * of one's own or of others (all in identity/).
 */
import type { Comment, NewComment } from '../../worker/contract';
import { act, drawMore, restore } from '../identity/acts';
import type { Identity } from '../identity/agreement';
import { ask } from '../identity/ask';
import { explain, explainOrigin } from '../identity/explain';
import { followOwn } from '../identity/forms';
import css from '../identity/identity.css';
import { getKey } from '../identity/key';
import { comeBack } from '../identity/login';
import { enter, loginOf, SESSION_KEY } from '../identity/session';
import { siteOf } from '../identity/site';
import { loadTexts } from '../identity/texts';
import { addThread, eachThread, redrawRow } from '../identity/threads';
import { authorOf, drawWho } from '../identity/who';
import type { Thread } from '../store';
import type { Kit } from '../writing/agreement';
import { useKit } from '../writing/kit';

/** @param before style that was added before */
export function create(kit: Kit, before: string): Identity {
  useKit(kit);
  kit[8](before + css);
  // Somebody logged in or out in another tab, or in a popup that lost sight of this page.
  addEventListener('storage', ({ key }) => {
    if (key !== `afterword:${SESSION_KEY}` && key !== null) return;
    eachThread((s) => {
      if (loginOf(s) && s._row) s._row.note = undefined;
      redrawRow(s);
    });
  });
  return {
    meet,
    async ask(place, method, path, body, asking) {
      const answer = await ask(place, method, path, body, asking);
      followOwn(place, body as NewComment, answer as Comment);
      return answer as never;
    },
    drawWho,
    authorOf,
    explain,
    explainOrigin,
    drawMore,
    act,
    restore,
    follow: (s, hash) => comeBack(s, hash.replace(/^#afterword=/, '')),
  };
}

async function meet(s: Thread): Promise<void> {
  await Promise.all([
    loadTexts(s),
    // Its key tells whose a comment is; it is made when it is needed.
    getKey(false),
    // What the site offers is nothing to wait for in vain.
    siteOf(s).catch(() => {}),
  ]);
  addThread(s);
  await enter(s);
}
