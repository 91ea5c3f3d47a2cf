/** The list of comments as a value: which rows, which one is looked at, which are chosen. Pure; what is asked of the server is queue-state.ts. */
import type { Status } from '../../worker/contract';
import type { AdminComment, Verb } from '../../worker/contract-admin';

export interface List {
  rows: readonly AdminComment[];
  /** The comment that is looked at; null when there is none. */
  current: string | null;
  chosen: ReadonlySet<string>;
  /** All that match were chosen, beyond what is loaded. */
  everything: boolean;
  /** Cursor for more rows. */
  next: string | null;
}

export const EMPTY: List = { rows: [], current: null, chosen: new Set(), everything: false, next: null };

export const BECOMES: Record<Exclude<Verb, 'restore'>, Status> = {
  approve: 'approved',
  hold: 'pending',
  spam: 'spam',
  trash: 'trash',
  delete: 'deleted',
};

export const currentOf = ({ rows, current }: List): AdminComment | undefined => rows.find(({ id }) => id === current);

/** What a decision is about: what was chosen, else the one that is looked at. */
export function subjectsOf(list: List): AdminComment[] {
  const subjects = list.rows.filter(({ id }) => list.chosen.has(id));
  const current = currentOf(list);
  return subjects.length > 0 ? subjects : current ? [current] : [];
}

/** @param by rows down, negative: up @param extend chooses where one comes from and goes to */
export function step(list: List, by: number, extend = false): List {
  const { rows, current } = list;
  if (rows.length === 0) return list;
  const from = rows.findIndex(({ id }) => id === current);
  const to = rows[Math.min(rows.length - 1, Math.max(0, from + by))]!.id;
  const chosen = extend ? new Set([...list.chosen, ...(current ? [current] : []), to]) : list.chosen;
  return { ...list, current: to, chosen };
}

export function toggle(list: List, id: string): List {
  const chosen = new Set(list.chosen);
  if (!chosen.delete(id)) chosen.add(id);
  return { ...list, chosen, everything: false };
}

/** Chooses all between two rows, both included. */
export function chooseTo(list: List, id: string): List {
  const [a, b] = [list.current, id].map((each) => list.rows.findIndex((row) => row.id === each)).sort((x, y) => x - y);
  const between = list.rows.slice(Math.max(0, a!), b! + 1).map((row) => row.id);
  return { ...list, chosen: new Set([...list.chosen, ...between]), current: id };
}

/** All that are loaded; none when all were. */
export function toggleAll(list: List): List {
  const all = list.rows.length > 0 && list.chosen.size === list.rows.length;
  return { ...list, chosen: new Set(all ? [] : list.rows.map(({ id }) => id)), everything: false };
}

/** The one looked at goes on to what came after what is gone, else before. */
export function takeOut(list: List, ids: ReadonlySet<string>): List {
  const rows = list.rows.filter(({ id }) => !ids.has(id));
  const chosen = new Set([...list.chosen].filter((id) => !ids.has(id)));
  let { current } = list;
  if (current !== null && ids.has(current)) {
    const at = list.rows.findIndex(({ id }) => id === current);
    const after = list.rows.slice(at).find(({ id }) => !ids.has(id));
    current = (after ?? rows.at(-1))?.id ?? null;
  }
  return { ...list, rows, chosen, current, everything: false };
}

/** In order of their ids, which is that of time. A row that is there is replaced. @param newestFirst as the list is sorted */
export function putIn(list: List, back: readonly AdminComment[], newestFirst: boolean): List {
  const byId = new Map([...list.rows, ...back].map((row) => [row.id, row]));
  const rows = [...byId.values()].sort((a, b) => (a.id < b.id === newestFirst ? 1 : -1));
  return { ...list, rows, current: list.current ?? rows[0]?.id ?? null };
}

/** More rows at the end, from the server. */
export function append(list: List, more: readonly AdminComment[], next: string | null): List {
  const known = new Set(list.rows.map(({ id }) => id));
  const rows = [...list.rows, ...more.filter(({ id }) => !known.has(id))];
  return { ...list, rows, next, current: list.current ?? rows[0]?.id ?? null };
}
