/** What is chosen, and what to do with it: the keys' buttons. */
import { useApp } from '../app';
import { useCell } from '../cell';
import { Bar } from '../frame/bar';
import { KeyHint } from '../frame/key-hint';
import { formatNumber, say, t } from '../language';
import type { Keys } from './keys';
import { toggleAll } from './list';
import type { QueueState } from './queue-state';

export function SelectionBar({ queue, keys, onHelp }: { queue: QueueState; keys: Keys; onHelp(): void }) {
  const app = useApp();
  const list = useCell(queue.list);
  const running = useCell(queue.running);
  if (running) return <Bar {...running} onStop={running.stop} />;
  const all = list.rows.length > 0 && list.chosen.size === list.rows.length;
  const canAll = all && list.next !== null && (queue.filter.site !== '' || app.grant.sites.length === 1);
  return (
    <div class="choice" role="toolbar" aria-label={t.chosenTools}>
      <label class="check" hidden={list.rows.length === 0}>
        <input
          type="checkbox"
          checked={all}
          ref={(box) => {
            if (box) box.indeterminate = !all && list.chosen.size > 0;
          }}
          onClick={() => queue.list.change(toggleAll)}
        />
        {list.everything ? t.everything : list.chosen.size > 0 ? say(t.chosen, list.chosen.size) : t.chooseAll}
      </label>
      {canAll && !list.everything && (
        <button type="button" onClick={() => queue.list.change((old) => ({ ...old, everything: true }))}>
          {t.chooseEverything}
        </button>
      )}
      {list.chosen.size > 0 && app.may('comments:moderate') && (
        <span class="row">
          <KeyButton keys={keys} name="a" text={t.verbs.approve} />
          <KeyButton keys={keys} name="s" text={t.verbs.spam} />
          <KeyButton keys={keys} name="d" text={queue.filter.tab === 'trash' ? t.verbs.delete : t.verbs.trash} />
          {queue.filter.tab !== 'held' && <KeyButton keys={keys} name="h" text={t.verbs.hold} />}
        </span>
      )}
      <span class="end dim">{list.rows.length > 0 && `${formatNumber(list.rows.length)}${list.next ? '+' : ''}`}</span>
      <button type="button" onClick={onHelp} aria-label={t.help}>
        ?
      </button>
    </div>
  );
}

/** A button that does what a key does, and says which. */
export function KeyButton({ keys, name, text }: { keys: Keys; name: string; text: string }) {
  return (
    <button type="button" aria-keyshortcuts={name} onClick={() => keys[name]!()}>
      {text} <KeyHint name={name} />
    </button>
  );
}
