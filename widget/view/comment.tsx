/** One comment: who, when, what, and what can be done with it. Clicks are heard by the thread. */
import { h } from 'preact';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { drawAvatar } from './avatar';

export function drawComment(s: Thread, n: Node) {
  const { m, ago } = s;
  const { id, author, createdAt, status } = n.c;
  const { name, url, badge } = author;
  const gone = status === 'deleted';
  const note = gone ? m.removed : n.note;
  return (
    <article id={`comment-${id}`} part="comment" tabIndex={-1} key={n.key}>
      {drawAvatar(name, author.avatar)}
      <header>
        <b dir="auto">
          <a part="author" href={url ?? undefined} rel="nofollow ugc noopener">
            {name}
          </a>
        </b>
        {badge && <span class="badge">{m[badge]}</span>}
        <time dateTime={createdAt}>{ago(Date.parse(createdAt), s.now())}</time>
        {n.fresh && <i role="img" aria-label={m.fresh} />}
      </header>
      {note && <p class="note">{note}</p>}
      {!gone && <div class="body" part="body" dir="auto" dangerouslySetInnerHTML={{ __html: s._trust(n.c.html) }} />}
      {status === 'approved' && (
        <footer>
          {!s.page?.locked && <button data-a="reply">{m.reply}</button>}
          <a data-a="link" href={`${s._here}#comment-${id}`}>
            {m.link}
          </a>
        </footer>
      )}
    </article>
  );
}
