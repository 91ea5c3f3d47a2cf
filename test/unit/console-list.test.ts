/** The console's queue as a value: where one is, what is chosen, what comes back. */
import { describe, expect, it } from 'vitest';
import { isDue, readFilter, staysIn, toFilter } from '../../console/queue/filter';
import {
  append,
  chooseTo,
  EMPTY,
  type List,
  putIn,
  step,
  subjectsOf,
  takeOut,
  toggle,
  toggleAll,
} from '../../console/queue/list';
import type { AdminComment } from '../../worker/contract-admin';

const row = (id: string) => ({ id, status: 'pending' }) as AdminComment;
/** Newest first. */
const listOf = (...ids: string[]): List => append(EMPTY, ids.map(row), null);
const idsOf = ({ rows }: List) => rows.map(({ id }) => id).join('');

describe('the list of the queue', () => {
  it('begins at its first row, and stays at its ends', () => {
    const list = listOf('d', 'c', 'b');
    expect(list.current).toBe('d');
    expect(step(list, -1).current).toBe('d');
    expect(step(list, 5).current).toBe('b');
    expect(step(EMPTY, 1)).toBe(EMPTY);
  });

  it('goes on to the row after what is gone, else to the one before', () => {
    const list = step(listOf('d', 'c', 'b', 'a'), 1);
    expect(takeOut(list, new Set(['c'])).current).toBe('b');
    expect(takeOut(list, new Set(['c', 'b', 'a'])).current).toBe('d');
    expect(takeOut(list, new Set(['d', 'c', 'b', 'a'])).current).toBeNull();
    expect(takeOut(list, new Set(['d'])).current).toBe('c');
  });

  it('decides about what is chosen, in order of the list, else about the row one is at', () => {
    const list = listOf('d', 'c', 'b');
    expect(subjectsOf(list).map(({ id }) => id)).toEqual(['d']);
    expect(subjectsOf(toggle(toggle(list, 'b'), 'c')).map(({ id }) => id)).toEqual(['c', 'b']);
    expect(subjectsOf(EMPTY)).toEqual([]);
  });

  it('chooses on the way, between two rows, all, and none', () => {
    const list = listOf('d', 'c', 'b', 'a');
    expect([...step(step(list, 1, true), 1, true).chosen]).toEqual(['d', 'c', 'b']);
    expect([...chooseTo(step(list, 2), 'd').chosen].sort()).toEqual(['b', 'c', 'd']);
    expect(toggleAll(list).chosen.size).toBe(4);
    expect(toggleAll(toggleAll(list)).chosen.size).toBe(0);
  });

  it('puts rows back where they were, once each', () => {
    const list = takeOut(listOf('d', 'c', 'b', 'a'), new Set(['c', 'a']));
    expect(idsOf(putIn(list, [row('a'), row('c')], true))).toBe('dcba');
    expect(idsOf(putIn(listOf('a', 'c'), [row('b'), row('c')], false))).toBe('abc');
    expect(idsOf(append(listOf('d', 'c'), [row('c'), row('b')], 'b'))).toBe('dcb');
  });
});

describe('the filter of the queue', () => {
  it('asks for whole days, of the tab and the site', () => {
    const filter = toFilter({ tab: 'spam', site: 'blog', oldest: false, from: '2026-03-01', to: '2026-03-01' });
    expect(filter).toMatchObject({ site: 'blog', status: 'spam' });
    expect(Date.parse(filter.to!) - Date.parse(filter.from!)).toBe(86_400_000);
    expect(toFilter({ tab: 'reported', site: '', oldest: false })).toEqual({ flagged: true });
    expect(toFilter({ tab: 'all', site: '', oldest: true, q: 'tea' })).toEqual({ q: 'tea' });
  });

  it('keeps what was decided about in sight only where everything is', () => {
    expect(staysIn('held', 'approve')).toBe(false);
    expect(staysIn('all', 'spam')).toBe(true);
    expect(staysIn('all', 'delete')).toBe(false);
  });

  it('leaves days out that are none, whoever wrote the address', () => {
    const filter = readFilter({ from: 'never', to: '2026-99-99', q: 'tea', tab: 'nowhere' }, 'blog');
    expect(filter).toEqual({ tab: 'held', site: 'blog', oldest: false, q: 'tea' });
  });

  it('knows which decisions would change nothing', () => {
    const held = { status: 'pending', flags: 0 } as AdminComment;
    expect(isDue(held, 'hold')).toBe(false);
    expect(isDue(held, 'restore')).toBe(false);
    expect(isDue(held, 'approve')).toBe(true);
    const reported = { status: 'approved', flags: 2 } as AdminComment;
    expect(isDue(reported, 'approve')).toBe(true);
    expect(isDue({ ...reported, flags: 0 }, 'approve')).toBe(false);
    expect(isDue({ ...reported, status: 'trash' }, 'restore')).toBe(true);
  });
});
