/** All that is on view: heading, order, composer, conversation, foot. One listener serves every button in it. */
import { h } from 'preact';
import { load, prepare, type Thread } from '../store';
import { drawBranch } from './branch';
import { drawComposer } from './composer';

const SORTS = ['oldest', 'newest', 'best'] as const;

/** @param most top-level comments to draw at most */
export function drawThread(s: Thread, most: number) {
  const { m, say, page, _alone: alone, error, _roots: roots, loading } = s;
  const count = page?.count ?? 0;
  return (
    <div
      class="in"
      onClick={(event) => act(s, event)}
      // Whoever points at a time sees all of it; formatting every one would hold up the first view.
      onMouseOver={({ target }) => {
        const { dateTime } = target as HTMLTimeElement;
        if (dateTime) (target as HTMLTimeElement).title = s.date(dateTime);
      }}
    >
      <header>
        <h2>{say(count ? m.heading : m.headingNone, count, page?.title ?? s.title)}</h2>
        {(count > 1 || !page) && (
          <div class="sort" role="group" aria-label={m.sort}>
            {SORTS.map((sort) => (
              <button data-a="sort" value={sort} aria-pressed={s.sort === sort}>
                {m[sort]}
              </button>
            ))}
          </div>
        )}
      </header>
      {page?.reactions[0] && (
        <div class="sort">
          {page.reactions.map(({ value, count }) => (
            <button data-a="react" value={value} aria-pressed={s._memory.reacted === value}>
              {`${value} ${count || ''}`}
            </button>
          ))}
        </div>
      )}
      {s._later?._drawMore(s)}
      {alone ? (
        <a class="go" href={`${s._here}#responses`}>
          {s.compose?.all}
        </a>
      ) : page?.locked ? (
        <p class="note">{m.closed}</p>
      ) : (
        drawComposer(s)
      )}
      <ol aria-busy={loading}>
        {(alone ?? roots.slice(0, most)).map((n) => drawBranch(s, n, alone && n !== alone.at(-1) ? -1 : 0))}
      </ol>
      {error && <p class="note">{s._later?._explain(s) ?? m.failed}</p>}
      {(error || (s.next && !alone)) && (
        <button class="go" data-a="load">
          {loading ? m.loading : error ? m.retry : m.more}
        </button>
      )}
      {page && !page.locked && !loading && !roots[0] && <p>{m.empty}</p>}
      <footer>
        <a href={`${s.api}/../../`}>Afterword</a>
      </footer>
      <div class="sr" role="status">
        {s._said}
      </div>
    </div>
  );
}

async function act(s: Thread, event: MouseEvent): Promise<void> {
  const button = (event.target as Element).closest<HTMLButtonElement>('[data-a]');
  if (!button) return;
  const later = await prepare(s);
  if (later) later._act(s, button);
  else if (s.error) load(s, !!s.next);
}
