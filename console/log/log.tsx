/** The log: who decided what, when and why, what it was before, and taking it back. */
import { useState } from 'preact/hooks';
import type { Decision, Log } from '../../worker/contract-admin';
import { useApp } from '../app';
import { useCell } from '../cell';
import { Bar } from '../frame/bar';
import { usePaged } from '../frame/paged';
import { Rest } from '../frame/rest';
import { explain, formatAgo, formatTime, nameAction, say, t } from '../language';
import { undoBatch } from '../queue/outbox';
import { linkTo, route } from '../route';

const ITEMS_SHOWN = 20;

export function LogView() {
  const app = useApp();
  const site = useCell(app.site);
  const { query } = useCell(route);
  const list = usePaged<Log, Decision>(
    '/admin/log',
    { site, batch: query.batch, comment: query.comment },
    ({ decisions, next }) => ({ rows: decisions, next }),
  );
  const [undoing, setUndoing] = useState<{ done: number; of: number } | null>(null);
  const undo = async ({ batch, count }: Decision) => {
    setUndoing({ done: 0, of: count });
    try {
      const stayed = await undoBatch(app.api, batch, (done) => setUndoing({ done, of: count }));
      app.tell(stayed > 0 ? { bad: true, text: say(t.stayed, stayed) } : say(t.undone, count));
    } catch (error) {
      app.tell({ bad: true, text: explain(error) });
    }
    setUndoing(null);
    app.refresh();
    await list.reload();
  };
  return (
    <section class="page-view">
      <h1>{t.views.log}</h1>
      {undoing && <Bar what={t.undo} {...undoing} />}
      {(query.batch || query.comment) && <a href={linkTo('log')}>{t.clear}</a>}
      <ol class="log">
        {groupByBatch(list.rows).map((entry) => (
          <li key={entry.id} class={entry.undone ? 'undone' : ''}>
            <p>
              <b>{nameAction(entry.action)}</b>
              {entry.count > 1 && ` × ${entry.count}`} · <span dir="auto">{entry.by.name}</span> ·{' '}
              <time dateTime={entry.createdAt} title={formatTime(entry.createdAt)}>
                {formatAgo(entry.createdAt, Date.now())}
              </time>
              {entry.site && ` · ${entry.site}`}
              {entry.reason && (
                <>
                  {' · '}
                  <q dir="auto">{entry.reason}</q>
                </>
              )}
              {entry.undone && <span class="mark">{t.wasUndone}</span>}
            </p>
            <Items entry={entry} />
            {entry.undoable && !entry.undone && app.may('comments:moderate') && (
              <button type="button" disabled={undoing !== null} onClick={() => undo(entry)}>
                {t.undo}
              </button>
            )}
          </li>
        ))}
      </ol>
      <Rest list={list} empty={t.noLog} />
    </section>
  );
}

/** What was decided at once is one entry, however many requests it took: it is taken back as one. */
function groupByBatch(decisions: Decision[]): Decision[] {
  return [...Map.groupBy(decisions, ({ batch }) => batch).values()].map((ofBatch) => ({
    ...ofBatch[0]!,
    count: ofBatch.reduce((sum, { count }) => sum + count, 0),
    items: ofBatch.flatMap(({ items }) => items).slice(0, ITEMS_SHOWN),
    undone: ofBatch.every(({ undone }) => undone),
    undoable: ofBatch.some(({ undoable, undone }) => undoable && !undone),
  }));
}

function Items({ entry }: { entry: Decision }) {
  if (entry.items.length === 0) return null;
  return (
    <details>
      <summary>{say(t.whatChanged, entry.count)}</summary>
      <table>
        <thead>
          <tr>
            <th>{t.what}</th>
            <th>{t.before}</th>
            <th>{t.after}</th>
          </tr>
        </thead>
        <tbody>
          {entry.items.map((item) => (
            <tr key={item.id}>
              <td>
                <code>{item.id}</code>
              </td>
              <td>{describe(item.before)}</td>
              <td>{describe(item.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** A status is a word the moderator knows; of anything else, what it consists of. */
function describe(state: unknown) {
  if (state === null || typeof state !== 'object') return state === null ? '–' : <Value value={state} />;
  const known = (t.statuses as Record<string, string>)[(state as { status?: string }).status ?? ''];
  if (known !== undefined) return known;
  return (
    <ul>
      {Object.entries(state).map(([name, value]) => (
        <li key={name}>
          <span class="dim">{name}</span> <Value value={value} />
        </li>
      ))}
    </ul>
  );
}

/** @param value whatever was logged: texts of strangers among them */
const Value = ({ value }: { value: unknown }) => (
  <span dir="auto">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
);
