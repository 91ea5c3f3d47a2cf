/** One comment: who, when, what, and what can be done with it. Clicks are heard by the thread. */
import { h } from 'preact';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { drawAvatar } from './avatar';

export function drawComment(s: Thread, n: Node) {
  const { m, ago } = s;
  const { id, author, createdAt, status } = n.c;
  const gone = status === 'deleted';
  const note = gone ? m.removed : n.note;
  return (
    <article id={`comment-${id}`} part="comment" tabIndex={-1}>
      {drawAvatar(author.id ?? author.name, author.avatar)}
      <header>
        <b dir="auto">
          <a part="author" href={author.url as string} rel="nofollow ugc noopener">
            {author.name}
          </a>
        </b>
        {author.badge && <span class="badge">{m[author.badge as 'author'] ?? author.badge}</span>}
        {author.verified && <small>✓ {author.verified}</small>}
        <a data-a="link" href={`${s._here}#comment-${id}`}>
          <time dateTime={createdAt}>
            {ago(Date.parse(createdAt), s.now())} {n.c.editedAt && m.edited}
          </time>
        </a>
        {n.fresh && <i role="img" aria-label={m.fresh} />}
      </header>
      {note && <p class="note">{note}</p>}
      {n.muted ? (
        <button class="go" data-a="unmute-once">
          {m.more}
        </button>
      ) : (
        !gone && <div class="body" part="body" dir="auto" dangerouslySetInnerHTML={{ __html: s._trust(n.c.html) }} />
      )}
      {status === 'approved' && (
        <footer>
          {[m.up, m.down].map(
            (label, down) =>
              (down ? s.votes === 'both' : s.votes !== 'off') && (
                <button
                  data-a="vote"
                  value={1 - 2 * down}
                  aria-pressed={s._memory.voted?.[id] === 1 - 2 * down}
                  aria-label={label + n.c.votes}
                >
                  {down ? '▼' : `▲ ${n.c.votes || ''}`}
                </button>
              ),
          )}
          {!s.page?.locked && <button data-a="reply">{m.reply}</button>}
          <button data-a="more" aria-label={m.options} aria-expanded={!!n.menu}>
            ⋯
          </button>
        </footer>
      )}
      {s._later?._drawMore(s, n)}
    </article>
  );
}
