/** The queue at work: loads rows, decides at once and sends behind, takes back. Views show its cells and call its acts. */
import type { AdminComment, AdminComments, Log, Verb } from '../../worker/contract-admin';
import type { App } from '../app';
import { type Cell, createCell } from '../cell';
import { explain, say, t } from '../language';
import { decideEverything, type Progress } from './everything';
import { decided, isDue, type QueueFilter, staysIn, toFilter } from './filter';
import { append, EMPTY, type List, putIn, subjectsOf, takeOut } from './list';
import { createOutbox, type Press, undoBatch } from './outbox';

const PAGE_SIZE = 50;

export interface Running extends Progress {
  what: string;
  stop(): void;
}

export interface QueueState {
  list: Cell<List>;
  loading: Cell<boolean>;
  /** The newest comment there was when the list was loaded; undefined until it is known. */
  seen: Cell<string | null | undefined>;
  /** What could not be loaded, in words. */
  problem: Cell<string>;
  /** A decision about all that match, under way. */
  running: Cell<Running | null>;
  filter: QueueFilter;
  load(): Promise<void>;
  more(): Promise<void>;
  decide(verb: Verb): void;
  /** All that matched when the list was loaded; later ones nobody has seen. */
  decideAll(verb: Verb): Promise<void>;
  undo(): void;
  /** A comment as the server has it now, after a change that is no decision; undone by its log. */
  changed(comment: AdminComment, said: string): void;
  leave(): void;
}

/** What `u` takes back, the latest last. */
interface Taken {
  undo(): Promise<number>;
  rows: readonly AdminComment[];
  press?: Press;
}

export function createQueue(app: App, filter: QueueFilter): QueueState {
  const { api } = app;
  const list = createCell<List>(EMPTY);
  const loading = createCell(false);
  const problem = createCell('');
  const seen = createCell<string | null | undefined>(undefined);
  // The first numbers that come, if they came after the list.
  const unfollow = app.summary.follow(() => {
    if (seen.get() === undefined) seen.set(app.summary.get()?.latest);
  });
  const running = createCell<Running | null>(null);
  const left = new AbortController();
  const history: Taken[] = [];
  const newestFirst = !filter.oldest;
  const query = { ...toFilter(filter), sort: filter.oldest ? 'oldest' : 'newest', limit: PAGE_SIZE };

  const ask = async (after: string | null): Promise<void> => {
    if (loading.get()) return;
    loading.set(true);
    problem.set('');
    try {
      const answer = await api.get<AdminComments>('/admin/comments', { ...query, after }, left.signal);
      if (after === null) seen.set(app.summary.get()?.latest);
      list.change((old) => append(after === null ? EMPTY : old, answer.comments, answer.next));
    } catch (error) {
      if (!left.signal.aborted) problem.set(explain(error));
    }
    loading.set(false);
  };
  const more = async (): Promise<void> => {
    const { next } = list.get();
    if (next !== null) await ask(next);
  };

  const outbox = createOutbox(api, {
    onFailed(press, rows, error) {
      list.change((old) => putIn(old, rows, newestFirst));
      app.tell({ bad: true, text: say(t.cameBack, rows.length, explain(error)) });
      if (press.over) forget(press);
    },
    onSent(_, others) {
      app.refresh();
      if (others.length > 0) app.tell({ text: say(t.decidedByOthers, others.length), undo: undoLast });
    },
  });
  const forget = (press: Press) => {
    const at = history.findIndex((taken) => taken.press === press);
    if (at >= 0) history.splice(at, 1);
  };
  const remember = (taken: Taken, text: string) => {
    history.push(taken);
    app.tell({ text, undo: undoLast });
  };

  const undoLast = () => {
    const taken = history.pop();
    if (!taken) {
      app.tell(t.nothingToUndo);
      return;
    }
    list.change((old) => ({ ...putIn(old, taken.rows, newestFirst), current: taken.rows[0]?.id ?? old.current }));
    app.tell(say(t.undone, taken.rows.length));
    taken
      .undo()
      .then((stayed) => {
        app.refresh();
        if (stayed > 0) {
          app.tell({ bad: true, text: say(t.stayed, stayed) });
          void ask(null);
        } else if (taken.rows.length === 0) void ask(null);
      })
      .catch((error) => {
        app.tell({ bad: true, text: `${t.notUndone} ${explain(error)}` });
        void ask(null);
      });
  };

  return {
    list,
    loading,
    seen,
    problem,
    running,
    filter,
    load: () => ask(null),
    more,
    decide(verb) {
      const rows = subjectsOf(list.get()).filter((row) => isDue(row, verb));
      if (rows.length === 0) return;
      const ids = new Set(rows.map(({ id }) => id));
      list.change((old) =>
        staysIn(filter.tab, verb)
          ? {
              ...putIn(
                old,
                rows.map((row) => decided(row, verb)),
                newestFirst,
              ),
              chosen: new Set(),
            }
          : takeOut(old, ids),
      );
      const press = outbox.press(verb, rows);
      const text = say(t.done[verb], rows.length);
      if (verb === 'delete') app.tell(text);
      else remember({ press, rows, undo: () => outbox.undo(press) }, text);
      if (list.get().rows.length < PAGE_SIZE / 2) void more();
    },
    async decideAll(verb) {
      const newest = list.get().rows.reduce((latest, row) => (row.createdAt > latest ? row.createdAt : latest), '');
      const until = new Date(Date.parse(newest) + 1).toISOString();
      const asked = toFilter(filter);
      const to = asked.to !== undefined && asked.to < until ? asked.to : until;
      const stop = new AbortController();
      const show = (progress: Progress) => running.set({ ...progress, what: t.verbs[verb], stop: () => stop.abort() });
      show({ done: 0, of: 0 });
      let batch: string | null = null;
      let done = 0;
      try {
        await decideEverything(api, verb, { ...asked, to }, stop.signal, (progress, made) => {
          batch = made;
          done = progress.done;
          show(progress);
        });
      } catch (error) {
        app.tell({ bad: true, text: say(t.stoppedAt, done, explain(error)) });
      }
      running.set(null);
      if (batch !== null) {
        const made: string = batch;
        const undo = () =>
          undoBatch(api, made, (back) => running.set({ done: back, of: done, what: t.undo, stop: () => {} })).finally(
            () => running.set(null),
          );
        remember({ rows: [], undo }, `${say(t.done[verb], done)}`);
      }
      app.refresh();
      await ask(null);
    },
    undo: undoLast,
    changed(comment, said) {
      const before = list.get().rows.filter(({ id }) => id === comment.id);
      list.change((old) => putIn(old, [comment], newestFirst));
      const undo = async () => {
        const { decisions } = await api.get<Log>('/admin/log', { comment: comment.id });
        return decisions[0] ? undoBatch(api, decisions[0].batch) : 1;
      };
      remember({ rows: before, undo }, said);
    },
    leave() {
      left.abort();
      unfollow();
    },
  };
}
