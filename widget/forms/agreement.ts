/** What lazy/identity.tsx and the module with the forms that few readers open (lazy/forms.tsx) expect of each other. Types only. */
import type { ComponentChild } from 'preact';
import type { Comment, NewComment } from '../../worker/contract';
import type { Place } from '../identity/agreement';
import type { ask } from '../identity/ask';
import type { closeBelow, openBelow, Subject, sayBelow } from '../identity/below';
import type { logIn, startLogin } from '../identity/login';
import type { drawPending } from '../identity/menu';
import type { loginOf } from '../identity/session';
import type { eachThread, redrawRow, rowOf } from '../identity/threads';
import type { sayWhy } from '../identity/words';
import type { Thread } from '../store';
import type { Node } from '../tree';

/** What it gets lent. */
export type Tools = [
  request: typeof ask,
  why: typeof sayWhy,
  each: typeof eachThread,
  open: typeof openBelow,
  close: typeof closeBelow,
  pending: typeof drawPending,
  row: typeof rowOf,
  redraw: typeof redrawRow,
  login: typeof loginOf,
  enter: typeof logIn,
  start: typeof startLogin,
  say: typeof sayBelow,
];

export interface Forms {
  /** Brings the texts in the thread's language. @throws when they cannot come */
  meet(s: Thread): Promise<void>;
  /** A way to log in that asks something first. @param way `email`, or a provider that is many @returns what draws it */
  openWay(s: Thread, way: string): () => ComponentChild;
  /** Asks where and how often mail about a comment's replies, or about the page, is to go. */
  openFollow(s: Thread, n: Subject): void;
  openReport(s: Thread, n: Node): void;
  /** For who wants to hear of replies to what they have just posted. Never throws. */
  followOwn(place: Place, sent: NewComment, comment: Comment): Promise<void>;
}
