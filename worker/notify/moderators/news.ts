/** What of a comment is news to a moderator, as it is now: what somebody has decided about since is not. Pure. */
import type { About, EventType } from '../../contract-notify';
import type { NewsRow, NoticeRow } from './notices-store';

/** Of one comment's reports these are told by a mail of their own: a reader with many keys fills no mailbox. */
const REPORTS_TOLD = new Set([1, 3, 10, 30, 100]);

/**
 * Of a comment that something happened to.
 * @param event type and time (ms) of it
 * @returns null: nothing any more
 */
export function findNews(row: NoticeRow, event: { type: string; at: number }): About | null {
  if ((event.type as EventType) === 'comment.reported')
    return isReported(row) && REPORTS_TOLD.has(row.report ?? 0) && wants(row, 'reported') ? 'reported' : null;
  if (isDecided(row) && row.decided_at! >= event.at) return null;
  return stateOf(row);
}

/** Of a comment in a digest: whatever happened to it, what it is now. */
export function findDigestNews(row: NewsRow): About | null {
  if (isReported(row) && wants(row, 'reported')) return 'reported';
  return isDecided(row) ? null : stateOf(row);
}

function stateOf(row: NewsRow): About | null {
  if (row.own === 1) return null;
  if (row.status === 'pending') return wants(row, 'held') || wants(row, 'new') ? 'held' : null;
  return row.status === 'approved' && wants(row, 'new') ? 'new' : null;
}

const isReported = ({ status, flagged }: NewsRow) => status === 'approved' && flagged > 0;
const isDecided = ({ decided_by }: NewsRow) => decided_by !== null && decided_by !== 'system';
const wants = ({ about }: NewsRow, what: About) => (JSON.parse(about) as string[]).includes(what);
