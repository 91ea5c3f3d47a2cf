/** The comment that is looked at, what to do about it, and what helps to decide. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { AdminComment, AdminCommentContext } from '../../worker/contract-admin';
import { useApp } from '../app';
import { parseCommentHtml } from '../comment-html';
import { WebLink } from '../frame/web-link';
import { formatAgo, formatTime, nameAction, say, t } from '../language';
import { linkTo } from '../route';
import { useContextOf } from './context';
import { isDue } from './filter';
import type { Keys } from './keys';
import type { QueueState } from './queue-state';
import { Mark, namePhase } from './rows';
import { KeyButton } from './selection-bar';

interface Props {
  comment: AdminComment;
  queue: QueueState;
  keys: Keys;
  onBack(): void;
}

export function Detail({ comment, queue, keys, onBack }: Props) {
  const app = useApp();
  const { context, problem } = useContextOf(app.api, comment.id, comment.decision);
  const { author, page } = comment;
  const now = Date.now();
  return (
    <article class="detail" tabIndex={-1} aria-label={say(t.commentBy, 0, author.name)}>
      <button type="button" class="back" onClick={onBack}>
        {t.back}
      </button>
      {app.may('comments:moderate') ? <Actions comment={comment} queue={queue} keys={keys} /> : <p>{t.readOnly}</p>}
      <header>
        {author.avatar && <img class="avatar" src={author.avatar} alt="" />}
        <h2 dir="auto">{author.name}</h2>
        {author.badge && <Mark kind="badge" text={t.badges[author.badge]} />}
        {author.verified && <Mark kind="verified" text={say(t.verified, 0, author.verified)} />}
        <Mark kind={comment.status} text={t.statuses[comment.status]} />
        {comment.pinned && <Mark kind="pinned" text={t.pinned} />}
        {comment.locked && <Mark kind="locked" text={t.locked} />}
        {comment.imported && <Mark kind="imported" text={t.imported} />}
        {comment.imported?.orphan && <Mark kind="orphan" text={t.orphan} />}
        <p class="dim">
          <time dateTime={comment.createdAt} title={formatTime(comment.createdAt)}>
            {formatAgo(comment.createdAt, now)}
          </time>
          {author.email && (
            <>
              {' · '}
              <span dir="ltr">{author.email}</span>
            </>
          )}
          {author.url && (
            <>
              {' · '}
              <WebLink url={author.url} />
            </>
          )}
        </p>
      </header>
      <p class="page">
        {t.on} <WebLink url={page.url}>{page.title ?? page.url}</WebLink>
        <span class="dim">
          {' · '}
          <a href={linkTo('queue', { tab: 'all', page: page.id })}>{t.allOfPage}</a>
        </span>
      </p>
      {comment.parent !== null && !context && !problem && <blockquote class="quoted awaited" aria-hidden="true" />}
      {context?.ancestors.map((above) => (
        <Quoted key={above.id} comment={above} />
      ))}
      <CommentText html={comment.html} />
      {comment.findings.length > 0 && (
        <section>
          <h3>{comment.status === 'pending' ? t.why : t.phaseHits}</h3>
          <ul class="findings">
            {comment.findings.map((finding) => (
              <li key={finding.phase}>
                <a href={linkTo('queue', { tab: queue.filter.tab, phase: finding.phase })}>
                  {namePhase(finding.phase)}
                </a>{' '}
                <Mark kind={finding.says} text={t.says[finding.says]} /> <span dir="auto">{finding.reason}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {problem && <p class="problem">{problem}</p>}
      {context && <Context context={context} />}
    </article>
  );
}

function Actions({ comment, queue, keys }: Pick<Props, 'comment' | 'queue' | 'keys'>) {
  const { status, parent } = comment;
  const isOfBranch = parent === null && (status === 'approved' || status === 'pending');
  return (
    <div class="actions" role="toolbar" aria-label={t.decisions}>
      <span class="row">
        {isDue(comment, 'approve') && <KeyButton keys={keys} name="a" text={t.verbs.approve} />}
        {isDue(comment, 'spam') && <KeyButton keys={keys} name="s" text={t.verbs.spam} />}
        <KeyButton keys={keys} name="d" text={queue.filter.tab === 'trash' ? t.verbs.delete : t.verbs.trash} />
        {isDue(comment, 'hold') && <KeyButton keys={keys} name="h" text={t.verbs.hold} />}
        {isDue(comment, 'restore') && <KeyButton keys={keys} name="r" text={t.verbs.restore} />}
      </span>
      <span class="row quiet">
        <KeyButton keys={keys} name="e" text={t.edit} />
        <KeyButton keys={keys} name="b" text={t.ban} />
        {isOfBranch && status === 'approved' && (
          <KeyButton keys={keys} name="p" text={comment.pinned ? t.unpin : t.pin} />
        )}
        {isOfBranch && <KeyButton keys={keys} name="l" text={comment.locked ? t.unlock : t.lock} />}
        {isOfBranch && <KeyButton keys={keys} name="m" text={t.move} />}
      </span>
    </div>
  );
}

export function CommentText({ html }: { html: string }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place.current!.replaceChildren(parseCommentHtml(html)), [html]);
  return <div class="text" dir="auto" ref={place} />;
}

/** A comment above, or another one of the same author: quieter. */
function Quoted({ comment }: { comment: AdminComment }) {
  return (
    <blockquote class="quoted">
      <p class="dim">
        <b dir="auto">{comment.author.name}</b> · {formatAgo(comment.createdAt, Date.now())}{' '}
        <Mark kind={comment.status} text={t.statuses[comment.status]} />
      </p>
      <CommentText html={comment.html} />
    </blockquote>
  );
}

function Context({ context: { comment, history, flags, log } }: { context: AdminCommentContext }) {
  const { author, ip, network } = comment;
  const counts = (['approved', 'pending', 'spam', 'trash'] as const).filter((status) => history[status] > 0);
  return (
    <>
      {flags.length > 0 && (
        <section>
          <h3>{say(t.reports, flags.length)}</h3>
          <ul>
            {flags.map((flag) => (
              <li key={flag.createdAt}>
                {t.flagReasons[flag.reason as keyof typeof t.flagReasons] ?? flag.reason}
                {flag.note && (
                  <>
                    : <q dir="auto">{flag.note}</q>
                  </>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>{t.history}</h3>
        <p class="row">
          {counts.length === 0 && t.firstComment}
          {counts.map((status) => (
            <Mark key={status} kind={status} text={`${t.statuses[status]}: ${history[status]}`} />
          ))}
          {history.since && <span class="dim">{say(t.since, 0, formatAgo(history.since, Date.now()))}</span>}
        </p>
        <p class="row">
          {author.key && <a href={linkTo('queue', { tab: 'all', author: author.key })}>{t.allOfAuthor}</a>}
          {ip && <a href={linkTo('queue', { tab: 'all', ip })}>{t.sameAddress}</a>}
          {network && <a href={linkTo('queue', { tab: 'all', network })}>{t.sameNetwork}</a>}
        </p>
        {history.recent.map((other) => (
          <Quoted key={other.id} comment={other} />
        ))}
      </section>
      {log.length > 0 && (
        <section>
          <h3>{t.views.log}</h3>
          <ul>
            {log.map((entry) => (
              <li key={entry.id}>
                {nameAction(entry.action)} · <span dir="auto">{entry.by.name}</span> ·{' '}
                {formatAgo(entry.createdAt, Date.now())} {entry.reason && <q dir="auto">{entry.reason}</q>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
