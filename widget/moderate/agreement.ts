/** What the module for those who run a site (lazy/moderate.tsx) and the one that brings it expect of each other. Types only. */
import type { ComponentChild } from 'preact';
import type { ask } from '../identity/ask';
import type { closeBelow, openBelow, sayBelow } from '../identity/below';
import type { openEdit } from '../identity/edit';
import type { Thread } from '../store';
import type { Node } from '../tree';

/** What it gets lent: one thing is open below a comment, whoever opens it. */
export interface Tools {
  ask: typeof ask;
  openBelow: typeof openBelow;
  closeBelow: typeof closeBelow;
  sayBelow: typeof sayBelow;
  openEdit: typeof openEdit;
}

export interface Moderator {
  /** Brings the texts in the thread's language, and what waits for approval on its page. @throws when they cannot come */
  meet(s: Thread): Promise<void>;
  /** What may be done with a comment: for its menu, and for one that waits. */
  drawItems(s: Thread, n: Node): ComponentChild;
  /** Does what a button with `data-a` says. @returns whether it was meant */
  act(s: Thread, n: Node, a: string): boolean;
}
