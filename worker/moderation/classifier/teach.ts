/** What moderators' decisions tell the classifier, whichever way they come about. */
import type { CommentRow, CommentStatus, Db } from '../../db';
import { joinText } from './features';
import { type Lesson, learn } from './learn';

/** A comment that was decided about. */
export interface Taught {
  row: Pick<CommentRow, 'body' | 'author_name' | 'author_url'>;
  /** What moderators had made of it, and what they make of it now; null: nobody has decided. */
  was: CommentStatus | null;
  now: CommentStatus | null;
}

/** What phases made of a comment teaches nothing: they have said it themselves. Never throws. */
export const teach = (db: Db, siteId: string, taught: Taught[]): Promise<void> =>
  learn(
    db,
    siteId,
    taught.map(({ row, was, now }) => ({
      text: joinText(row.body, row.author_name, row.author_url),
      was: kindOf(was),
      now: kindOf(now),
    })),
  );

const kindOf = (status: CommentStatus | null): Lesson['now'] =>
  status === 'approved' ? 'good' : status === 'spam' ? 'spam' : null;
