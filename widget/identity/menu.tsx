/** The menu of a comment: its link, and what its writer or its readers may do with it. */
import type { Thread } from '../store';
import type { Node } from '../tree';
import { changed, h, tell, texts as writingTexts } from '../writing/kit';
import { closeBelow, openBelow } from './below';
import { hasKeys } from './key';
import { moderatorOf } from './moderator';
import { serverNow } from './send';
import { isOwn } from './session';
import { knownSite } from './site';
import { texts } from './texts';

/** Closes the menu that was opened last: there is one at a time. */
let closeLast = () => {};
/** How the copying of the link went. */
const copied = new WeakMap<Node, boolean>();

export function toggleMenu(s: Thread, n: Node): void {
  if (n.menu) {
    closeBelow(s, n);
    return;
  }
  closeLast();
  closeLast = () => n.menu && closeBelow(s, n, true);
  copied.delete(n);
  openBelow(s, n, () => drawMenu(s, n), 'button');
  n.menu = true;
}

function drawMenu(s: Thread, n: Node) {
  const t = texts(s);
  const { id, name } = n.c.author;
  return (
    <div class="menu">
      {copied.get(n) === false ? (
        // Where the clipboard is out of reach, the link is there to be copied by hand.
        <input
          readOnly
          aria-label={t.copy}
          value={linkOf(s, n)}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
      ) : (
        drawItem('copy', copied.get(n) ? writingTexts(s).copied : t.copy)
      )}
      {isOwn(s, n)
        ? drawOwnItems(s, n)
        : [hasKeys() && drawItem('report', t.report), id && drawItem('mute', s.say(t.mute, 0, name))]}
      {knownSite(s)?.mail && drawItem('follow', t.follow)}
      {moderatorOf(s)?.drawItems(s, n)}
      {!hasKeys() && <p>{t.insecure}</p>}
    </div>
  );
}

/** A comment that waits for approval has no menu: there is nothing but to change one's mind. Unsent ones have a `-` in their id. */
export const drawPending = (s: Thread, n: Node) =>
  n.c.status === 'pending' &&
  !n.c.id.includes('-') && (
    <footer>
      {isOwn(s, n) && drawOwnItems(s, n)}
      {moderatorOf(s)?.drawItems(s, n)}
    </footer>
  );

const drawOwnItems = (s: Thread, n: Node) => [
  mayEdit(s, n) && drawItem('edit', writingTexts(s).edit),
  drawItem('delete', texts(s).delete),
];

const drawItem = (a: string, words: string) => (
  <button data-a={a} key={a}>
    {words}
  </button>
);

export async function copyLink(s: Thread, n: Node): Promise<void> {
  try {
    await navigator.clipboard.writeText(linkOf(s, n));
    copied.set(n, true);
    tell(s, writingTexts(s).copied);
  } catch {
    copied.set(n, false);
    s.target = `#below-${n.c.id} input`;
  }
  changed(s, n);
}

const linkOf = (s: Thread, n: Node): string => new URL(`${s._here}#comment-${n.c.id}`, location.href).href;

/** Whether the server would take another text still; it has the last word. */
function mayEdit(s: Thread, n: Node): boolean {
  const windowMs = (knownSite(s)?.editWindowS ?? 0) * 1000;
  return !s.page?.locked && Date.parse(n.c.createdAt) + windowMs > serverNow();
}
