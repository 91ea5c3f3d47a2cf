/** What somebody wrote here, on all pages, whatever became of it. */
import type { OwnComments } from '../../worker/contract';
import type { Thread } from '../store';
import { h, texts as writingTexts } from '../writing/kit';
import { attempt, loadOwn, type Panel } from './panel';
import { drawAction, drawSection } from './parts';
import { texts } from './texts';

type Status = OwnComments['comments'][number]['comment']['status'];

export function drawOwn(s: Thread, p: Panel) {
  const { comments, next } = p;
  return (
    comments[0] &&
    drawSection(
      'own',
      texts(s).own,
      <ul>
        {comments.map(({ comment: { id, html, status, createdAt }, page }) => (
          <li key={id}>
            <a
              href={`${page.url}#comment-${id}`}
              // The comment may be on the page behind.
              onClick={({ currentTarget }) => currentTarget.closest('dialog')?.close()}
            >
              <bdi>{page.title ?? page.url}</bdi>
            </a>{' '}
            <time dateTime={createdAt}>{s.ago(Date.parse(createdAt), s.now())}</time>
            {status !== 'approved' && <p class="note">{describe(s, status)}</p>}
            <div class="body" dir="auto" dangerouslySetInnerHTML={{ __html: s._trust(html) }} />
          </li>
        ))}
      </ul>,
      next && drawAction(s.m.more, () => attempt(s, p, () => loadOwn(s, p))),
    )
  );
}

function describe(s: Thread, status: Exclude<Status, 'approved'>): string {
  const t = texts(s);
  return { pending: writingTexts(s).pending, spam: t.isSpam, trash: t.isTrash, deleted: t.deleted }[status];
}
