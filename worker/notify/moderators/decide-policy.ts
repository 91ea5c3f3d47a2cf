/** What a moderator's link may still do, and whether a decision is one. Pure. */
import type { CommentStatus } from '../../db';
import type { DecideVerb } from './addresses';
import type { PermittedRow } from './decide-store';

export const BECOMES = { approve: 'approved', spam: 'spam', trash: 'trash' } as const satisfies Record<
  DecideVerb,
  CommentStatus
>;

/** A link that leads to nothing that could be decided: nobody here made it, or its time is over, or its moderator's, or the comment's. */
export interface DeadEnd {
  end: 'broken' | 'old' | 'ended' | 'gone';
  row?: PermittedRow;
}

/** What came of the form. */
export type Said = { done: DecideVerb } | 'meanwhile' | 'unsaid';

/** As much of a comment as a decision is about: what the page showed must be so still. */
export const stateOf = ({ status, decision_id }: PermittedRow): string => `${status}.${decision_id ?? ''}`;

/** Whether a decision would change anything. */
export const isDue = ({ status, flagged }: PermittedRow, verb: DecideVerb): boolean =>
  status !== BECOMES[verb] || (verb === 'approve' && flagged > 0);

/** Whether this moderator has decided so, now or just before: sent twice, a form does once what it says. */
export const hasDecided = (row: PermittedRow, verb: DecideVerb): boolean =>
  !isDue(row, verb) && row.decided_id === row.recipient_id;
