/** The queue: what waits, one comment of it with all that helps to decide, and everything by keyboard. */
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import type { Verb } from '../../worker/contract-admin';
import { useApp } from '../app';
import { useCell } from '../cell';
import { goTo, route } from '../route';
import { Detail } from './detail';
import { Dialogs, type Open } from './dialogs';
import { FIELDS, readFilter } from './filter';
import { FilterBar } from './filter-bar';
import { type Keys, useKeys } from './keys';
import { currentOf, step, subjectsOf, toggle, toggleAll } from './list';
import { createQueue } from './queue-state';
import { Rows } from './rows';
import { SelectionBar } from './selection-bar';

export function QueueView() {
  const app = useApp();
  const site = useCell(app.site);
  const { query } = useCell(route);
  const asked = JSON.stringify([site, query.tab, query.sort, ...FIELDS.map((field) => query[field])]);
  // A queue is for one filter: another one, and it begins afresh.
  const queue = useMemo(() => createQueue(app, readFilter(query, site)), [app, asked]);
  // Asked for before anything is painted: what one came for is to be here first.
  useLayoutEffect(() => {
    void queue.load();
    return queue.leave;
  }, [queue]);

  const list = useCell(queue.list);
  const [open, setOpen] = useState<Open | null>(null);
  /** On narrow screens the list or the comment is to be seen. */
  const [reading, setReading] = useState(false);
  const current = currentOf(list);
  useEffect(() => setReading(false), [queue]);
  useLayoutEffect(() => {
    if (!current) setReading(false);
  }, [current]);

  const keys = useMemo<Keys>(() => {
    const { list, filter } = queue;
    const move = (by: number, extend: boolean) => () => {
      list.change((old) => step(old, by, extend));
      focusRow(list.get().current);
    };
    const decide = (verb: Exclude<Verb, 'delete'>) => () => {
      if (!app.may('comments:moderate')) return;
      if (list.get().everything) setOpen({ what: 'everything', verb });
      else if (verb === 'trash' && filter.tab === 'trash') setOpen({ what: 'delete' });
      else {
        queue.decide(verb);
        focusRow(list.get().current);
      }
    };
    const ask = (what: 'edit' | 'pin' | 'lock' | 'ban' | 'move') => () => {
      if (app.may('comments:moderate') && subjectsOf(list.get()).length > 0) setOpen({ what });
    };
    return {
      j: move(1, false),
      k: move(-1, false),
      J: move(1, true),
      K: move(-1, true),
      a: decide('approve'),
      s: decide('spam'),
      d: decide('trash'),
      h: decide('hold'),
      r: decide('restore'),
      e: ask('edit'),
      p: ask('pin'),
      l: ask('lock'),
      b: ask('ban'),
      m: ask('move'),
      u: () => {
        queue.undo();
        focusRow(list.get().current);
      },
      x: () => list.change((old) => (old.current ? toggle(old, old.current) : old)),
      '*': () => list.change(toggleAll),
      n: () => void queue.load(),
      o: () => setReading((was) => !was),
      '/': () => document.querySelector<HTMLInputElement>('#search')?.focus(),
      '?': () => setOpen({ what: 'help' }),
    };
  }, [queue, app]);
  useKeys(keys);

  return (
    <div class={reading ? 'queue reading' : 'queue'}>
      <FilterBar filter={queue.filter} onChange={(change) => goTo('queue', { ...query, ...change })} />
      <SelectionBar queue={queue} keys={keys} onHelp={() => setOpen({ what: 'help' })} />
      <div class="panes">
        <Rows queue={queue} onRead={() => setReading(true)} />
        {current && (
          <Detail key={current.id} comment={current} queue={queue} keys={keys} onBack={() => setReading(false)} />
        )}
      </div>
      <Dialogs
        // Each opening is a dialog of its own: the end of the one before, which the browser tells late, does not close it.
        key={open}
        open={open}
        queue={queue}
        onClose={() => {
          setOpen((now) => (now === open ? null : now));
          // The browser gives the focus back, unless what had it is gone.
          requestAnimationFrame(() => document.activeElement === document.body && focusRow(queue.list.get().current));
        }}
      />
    </div>
  );
}

/** Where the keyboard is follows the comment that is looked at, so that screen readers say it; it never falls off the page. */
function focusRow(id: string | null): void {
  requestAnimationFrame(() => {
    const places = [document.getElementById(`row-${id}`), ...document.querySelectorAll<HTMLElement>('.detail, .rows')];
    places.find((place) => place?.checkVisibility())?.focus();
  });
}
