/**
 * What a webhook is told: what happened, and the comment or import as it is when it is told. What is not true any more is not told:
 * a comment that was held meanwhile was never created for anybody outside. Which form it is sent in, shapes/ decide.
 */
import type { Status } from '../../contract';
import type { AdminComment } from '../../contract-admin';
import type { EventType, GoneComment } from '../../contract-notify';
import type { Import } from '../../contract-transfer';
import type { DeliveryRow, ImportRow } from '../../db';
import type { AdminRow } from '../../moderation/queue/list-store';
import { presentAdminComment } from '../../moderation/queue/present';
import { presentImport } from '../../transfer/imports/present';

/** What a `test` tells of. */
export interface TestData {
  webhook: string;
  site: string;
}
type OfComment = Exclude<EventType, 'comment.deleted' | 'import.finished'>;
export type Payload = { timestamp: string } & (
  | { type: OfComment; data: AdminComment }
  | { type: 'comment.deleted'; data: GoneComment }
  | { type: 'import.finished'; data: Import }
  | { type: 'test'; data: TestData }
);

/** The status in which an event is still true; a report is, until the comment is gone. */
const TRUE_IN: Record<OfComment, Status | 'any'> = {
  'comment.created': 'approved',
  'comment.approved': 'approved',
  'comment.edited': 'approved',
  'comment.held': 'pending',
  'comment.spam': 'spam',
  'comment.trashed': 'trash',
  'comment.reported': 'any',
};

/** @param origin where this Afterword answers; pictures are there. Empty: unknown, so none is named */
export function createPayload(
  { type: name, subject, site_id, created_at }: DeliveryRow,
  comment: AdminRow | undefined,
  imported: ImportRow | undefined,
  origin: string,
): Payload | null {
  const type = name as EventType;
  const timestamp = new Date(created_at).toISOString();
  if (type === 'import.finished') return imported ? { type, timestamp, data: presentImport(imported) } : null;
  const gone = comment === undefined || comment.status === 'deleted';
  if (type === 'comment.deleted')
    return gone ? { type, timestamp, data: presentGone(subject, site_id, comment) } : null;
  if (gone || (TRUE_IN[type] !== 'any' && TRUE_IN[type] !== comment.status)) return null;
  const shown = origin === '' ? { ...comment, author_avatar: null } : comment;
  return { type, timestamp, data: presentAdminComment(shown, origin) };
}

const presentGone = (id: string, site: string, comment: AdminRow | undefined): GoneComment => ({
  id,
  site,
  page: comment ? { id: comment.page_id, url: comment.page_url, title: comment.page_title } : null,
});
