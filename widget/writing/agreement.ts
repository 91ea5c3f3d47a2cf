/** What embed.js and the module that it loads when the reader acts (lazy/compose.tsx) expect of each other. Types only. */
import type { ComponentChild, h, VNode } from 'preact';
import type { NewComment } from '../../worker/contract';
import type { ApiError, request } from '../api';
import type { recall, remember } from '../device';
import type { addComments, changed, load, read, Thread } from '../store';
import type { Node } from '../tree';

/** A text being written, its field and what is known about it. */
export interface Draft {
  /** Of the comment it answers; '' for the page. */
  id: string;
  field?: HTMLTextAreaElement | null;
  /** Shows fields and buttons: somebody is writing. */
  open?: boolean;
  /** What is wrong, and with which field if with one: 'body', 'author.name' … */
  error?: ApiError | undefined;
  /** The text as the server rendered it; undefined while writing. */
  preview?: unknown;
  /** The field that received what was kept of the text. */
  _filled?: unknown;
  /** Of the last refused attempt: the same comment goes under the same key. */
  _attempt?: { key: string; body: NewComment };
  /** When the field was empty last, in ms of the page's life. */
  _began?: number;
  /** It is being sent: not twice. */
  _busy?: boolean;
}

/** What the later loaded module receives, so that it need not bring Preact and the store along. */
export type Kit = [
  element: typeof h,
  ask: typeof request,
  readAgain: typeof read,
  recallValue: typeof recall,
  rememberValue: typeof remember,
  add: typeof addComments,
  change: typeof changed,
  loadThread: typeof load,
  /** Adds style to every thread. */
  style: (css: string) => void,
];

export interface Later {
  /** Shows what this device holds of the thread: drafts, unsent and unapproved comments. */
  _restore(s: Thread): void;
  /** Does what a button with `data-a` says. */
  _act(s: Thread, button: HTMLButtonElement): void;
  /** Moves the focus to `s.target`, if it is there. */
  _focus(s: Thread, root: HTMLElement): void;
  /** Shows the comment that the address names, or the whole thread. */
  _follow(s: Thread, hash: string): void;
  /** What is wrong, for the reader or the page's owner. */
  _explain(s: Thread): ComponentChild;
  /** What is open below a comment; without one, above the conversation. */
  _drawMore(s: Thread, n?: Node): ComponentChild;
  /** The field of `view/composer.tsx`, or that of a reply, with all that belongs to it. */
  _drawComposer(s: Thread, parent?: Node): VNode;
}
