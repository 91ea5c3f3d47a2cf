/** A comment and everything below it; drawn again only when something in it changed. */
import { h, type VNode } from 'preact';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { drawComment } from './comment';

/** @param depth steps below the top of what is on view; -1 for a comment that is only context of what follows */
export function drawBranch(s: Thread, n: Node, depth: number): VNode {
  const { m, say } = s;
  const { more, closed, c } = n;
  const kids = depth < 0 ? [] : n._kids;
  const deep = depth >= s.depth;
  // Preact passes over a VNode that it has seen.
  n.view ||= (
    <li class="b" data-id={c.id} key={n.key}>
      {drawComment(s, n)}
      {kids[0] && !deep && (
        <button class="line" data-a="toggle" aria-expanded={!closed} aria-label={say(m.repliesTo, 0, c.author.name)} />
      )}
      {s._replying === n && s._later?._drawComposer(s, n)}
      {kids[0] &&
        (deep ? (
          <a class="go" href={`${s._here}#comment-${c.id}`}>
            {m.continued}
          </a>
        ) : closed ? (
          <button class="go" data-a="toggle">
            {say(m.moreReplies, closed)}
          </button>
        ) : (
          <ol>{kids.map((kid) => drawBranch(s, kid, depth + 1))}</ol>
        ))}
      {n.failed && <p class="note">{m.failed}</p>}
      {more && !closed && (
        <button class="go" data-a="replies" disabled={n.loading}>
          {n.loading ? m.loading : n.failed ? m.retry : more.count ? say(m.moreReplies, more.count) : m.more}
        </button>
      )}
    </li>
  );
  return n.view as VNode;
}
