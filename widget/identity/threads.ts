/** The threads on view whose reader acts in their own name: all are drawn again when somebody logs in or out. */
import type { Thread } from '../store';
import { changed } from '../writing/kit';
import type { Row } from './agreement';

const threads = new Set<Thread>();

export function addThread(s: Thread): void {
  if (threads.has(s)) return;
  threads.add(s);
  s.signal.addEventListener('abort', () => threads.delete(s));
}

export function rowOf(s: Thread): Row {
  s._row ||= {};
  return s._row;
}

/** Draws the composers of a thread again. */
export function redrawRow(s: Thread): void {
  changed(s, s._replying);
}

/** For when what had the focus is gone. @param field selector of one in the composer */
export function focusWriting(s: Thread, field = 'textarea'): void {
  s.target = `dialog h2,${s._replying ? `[data-id="${s._replying.c.id}"]` : '.in'}>form ${field}`;
}

export function eachThread(act: (s: Thread) => void): void {
  threads.forEach(act);
}
