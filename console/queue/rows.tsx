/** The list on the left: who, when, where, the first words, and why it waits. */
import { useEffect, useRef } from 'preact/hooks';
import type { AdminComment } from '../../worker/contract-admin';
import { useApp } from '../app';
import { useCell } from '../cell';
import { KeyHint } from '../frame/key-hint';
import { formatAgo, say, t } from '../language';
import { chooseTo, toggle } from './list';
import type { QueueState } from './queue-state';

/** Of a comment in the list; CSS cuts what is too long for two lines. */
const PREVIEW_CHARS = 240;

export function Rows({ queue, onRead }: { queue: QueueState; onRead(): void }) {
  const list = useCell(queue.list);
  const loading = useCell(queue.loading);
  const problem = useCell(queue.problem);
  const { rows, next } = list;
  const now = Date.now();
  const hasArrived = useArrivals(queue);
  useEffect(() => {
    // For whoever asks how long it took: effects come after painting.
    if (rows.length > 0) performance.mark('afterword:rows');
  }, [rows.length > 0]);
  return (
    <section class="rows" tabIndex={-1} aria-label={t.comments} aria-busy={loading}>
      {hasArrived && (
        <button type="button" class="more" aria-keyshortcuts="n" onClick={queue.load}>
          {t.arrived} <KeyHint name="n" />
        </button>
      )}
      <ol>
        {rows.map((row) => (
          <Row
            key={row.id}
            row={row}
            now={now}
            isCurrent={row.id === list.current}
            isChosen={list.chosen.has(row.id)}
            queue={queue}
            onRead={onRead}
          />
        ))}
      </ol>
      {problem && (
        <p class="problem" role="alert">
          {problem}{' '}
          <button type="button" onClick={queue.load}>
            {t.retry}
          </button>
        </p>
      )}
      {rows.length === 0 && !loading && !problem && <p class="empty">{t.empty[queue.filter.tab]}</p>}
      {next !== null && <More onSeen={queue.more} loading={loading} />}
      {loading && <p class="late">{t.loading}</p>}
    </section>
  );
}

interface RowProps {
  row: AdminComment;
  now: number;
  isCurrent: boolean;
  isChosen: boolean;
  queue: QueueState;
  onRead(): void;
}

function Row({ row, now, isCurrent, isChosen, queue, onRead }: RowProps) {
  const { list } = queue;
  const pick = (event: MouseEvent) => {
    list.change((old) => (event.shiftKey ? chooseTo(old, row.id) : { ...old, current: row.id }));
    if (!event.shiftKey) onRead();
  };
  return (
    <li class={isChosen ? 'chosen' : ''}>
      <input
        type="checkbox"
        checked={isChosen}
        aria-label={say(t.choose, 0, row.author.name)}
        onClick={() => list.change((old) => toggle(old, row.id))}
      />
      <button type="button" id={`row-${row.id}`} aria-current={isCurrent} onClick={pick}>
        <span class="by">
          <b dir="auto">{row.author.name}</b>
          <time dateTime={row.createdAt}>{formatAgo(row.createdAt, now)}</time>
        </span>
        <span class="words" dir="auto">
          {row.body.slice(0, PREVIEW_CHARS)}
        </span>
        <span class="why">
          {queue.filter.tab === 'all' && <Mark kind={row.status} text={t.statuses[row.status]} />}
          {row.flags > 0 && <Mark kind="flagged" text={say(t.reports, row.flags)} />}
          {row.findings.map(({ phase }) => (
            <Mark key={phase} kind="finding" text={namePhase(phase)} />
          ))}
          <span class="where" dir="auto">
            {row.page.title ?? row.page.url}
          </span>
        </span>
      </button>
    </li>
  );
}

export const Mark = ({ kind, text }: { kind: string; text: string }) => <span class={`mark ${kind}`}>{text}</span>;

/** A phase that has no words yet is named as it is. */
export const namePhase = (phase: string): string =>
  (t.phases as Record<string, string>)[phase] ?? phase.replaceAll('_', ' ');

/** Whether something came since the list was loaded that it would show at its top. */
function useArrivals({ filter, list, seen }: QueueState): boolean {
  const { summary } = useApp();
  const now = useCell(summary);
  const { rows, next } = useCell(list);
  const newest = useCell(seen);
  if (!now?.latest || newest === undefined || filter.oldest || (newest !== null && now.latest <= newest)) return false;
  if (filter.tab === 'all') return true;
  const waiting = { held: now.pending, reported: now.flagged, spam: now.spam, trash: 0 }[filter.tab];
  return next === null && waiting > rows.length;
}

/** Loads on when it comes near; a button for those who get there otherwise. */
function More({ onSeen, loading }: { onSeen(): Promise<void>; loading: boolean }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const watch = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && void onSeen(),
      {
        rootMargin: '600px',
      },
    );
    watch.observe(button.current!);
    return () => watch.disconnect();
  }, [onSeen, loading]);
  return (
    <button ref={button} type="button" class="more" disabled={loading} onClick={onSeen}>
      {t.more}
    </button>
  );
}
