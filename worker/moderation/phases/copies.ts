/** Texts that were written before: by the same, who pressed twice, or by others, on any page of the site. Pure. */
import { isNearPrint, isSamePrint } from '../text/print';
import { weighLetters } from '../text/reading';
import { isStranger, type Judged, type Phase, type Recent } from '../verdict';

const MINUTE_MS = 60_000;
const DOUBLED_MS = 15 * MINUTE_MS;

/** The very same text by the same author just before. Short ones (print.ts) may be. */
export const doubled: Phase = {
  name: 'doubled',
  onEdit: false,
  judge(comment, { recent, now }) {
    const first = recent.find(
      (one) =>
        one.id !== comment.id &&
        one.status !== 'deleted' &&
        now - one.created_at < DOUBLED_MS &&
        isOwn(comment, one) &&
        isSamePrint(comment.print, one.print ?? ''),
    );
    if (!first) return null;
    const where = first.page_id === comment.pageId ? 'here' : 'on another page';
    return { says: 'hold', reason: `Its author posted the same ${where} ${tellTime(now - first.created_at)} ago.` };
  },
};

/** Shorter texts than this, in letters, two people may write. */
const COPY_WEIGHT = 60;
/** From so many copies on it is no accident. */
const MANY = 3;

/** A long text that is nearly one of the site's last comments. */
export const copies: Phase = {
  name: 'copies',
  onEdit: true,
  judge(comment, facts) {
    if (weighLetters(comment.ownText) < COPY_WEIGHT) return null;
    const all = facts.recent.filter(
      (one) => one.id !== comment.id && one.status !== 'deleted' && isNearPrint(comment.print, one.print ?? ''),
    );
    // Known people repeat themselves on another page, and mend what they wrote.
    const few = all.length < MANY && all.every((one) => isOwn(comment, one));
    if (all.length === 0 || (few && !isStranger(facts))) return null;
    const pages = new Set(all.map(({ page_id }) => page_id)).size;
    const removed = all.filter(({ status }) => status === 'spam' || status === 'trash').length;
    return {
      says: (removed > 0 || all.length >= MANY) && isStranger(facts) ? 'spam' : 'hold',
      reason: `Nearly the same text as ${all.length} of the last comments, on ${pages === 1 ? 'one page' : `${pages} pages`}${
        removed > 0 ? `; ${removed} of them removed` : ''
      }.`,
    };
  },
};

function isOwn(comment: Judged, one: Recent): boolean {
  if (comment.authorId !== null || one.author_id !== null) return comment.authorId === one.author_id;
  return comment.ipHash !== null && comment.ipHash === one.ip_hash;
}

const tellTime = (ms: number): string =>
  ms < MINUTE_MS ? `${Math.max(0, Math.round(ms / 1000))} s` : `${Math.round(ms / MINUTE_MS)} min`;
