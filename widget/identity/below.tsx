/** What is open below a comment, or above the conversation: one thing at a time each. What it is, others say. */
import type { ComponentChild } from 'preact';
import type { Thread } from '../store';
import type { Node } from '../tree';
import { changed, h, tell } from '../writing/kit';

/** A comment, or the page as a whole. */
export type Subject = Node | undefined;

const open = new WeakMap<object, () => ComponentChild>();
const keyOf = (s: Thread, n: Subject): object => n ?? s;
const idOf = (n: Subject): string => `below-${n?.c.id ?? ''}`;

export function drawBelow(s: Thread, n?: Subject) {
  const draw = open.get(keyOf(s, n));
  return (
    draw && (
      <div
        class="below"
        id={idOf(n)}
        key="below"
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented) return;
          event.preventDefault();
          closeBelow(s, n);
        }}
      >
        {draw()}
      </div>
    )
  );
}

/** @param focus selector of what in it receives the focus */
export function openBelow(s: Thread, n: Subject, draw: () => ComponentChild, focus?: string): void {
  open.set(keyOf(s, n), draw);
  if (n) n.menu = false;
  if (focus) s.target = `#${idOf(n)} ${focus}`;
  changed(s, n);
}

/** @param quiet the focus is elsewhere; otherwise it goes back to where this came from */
export function closeBelow(s: Thread, n: Subject, quiet?: boolean): void {
  open.delete(keyOf(s, n));
  if (n) n.menu = false;
  if (n && !quiet) s.target = backTo(n);
  changed(s, n);
}

/**
 * Says something where it belongs, and to screen readers.
 * @param instead of something that had the focus
 */
export function sayBelow(s: Thread, n: Subject, text: string, instead?: boolean): void {
  openBelow(s, n, () => <p class="note">{text}</p>);
  if (n && instead) s.target = backTo(n);
  tell(s, text);
}

/** The menu's button, or what stands there for a comment that waits. */
const backTo = (n: Node): string => `#comment-${n.c.id} footer button:last-of-type`;
