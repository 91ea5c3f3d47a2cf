/**
 * The wire of notices: what happens that somebody may be told, who follows what, webhooks, and what became of what was sent.
 */
import * as v from 'valibot';

/** What webhooks are told. */
export const EVENTS = {
  'comment.created': 'A comment was written, and everybody can read it',
  'comment.held': 'A comment waits for a moderator: it was written, or fell back',
  'comment.approved': 'A comment that was not can be read by everybody now',
  'comment.edited': 'The text of a comment that everybody can read was changed',
  'comment.spam': 'A comment was taken for spam by a decision',
  'comment.trashed': 'A comment was put into the trash',
  'comment.deleted': 'A comment was deleted for good, or by whom it is by',
  'comment.reported': 'A reader reported a comment to the moderators',
  'import.finished': 'An import has brought all it had to bring',
} as const;
export const EventType = v.picklist(
  Object.keys(EVENTS) as [keyof typeof EVENTS, ...(keyof typeof EVENTS)[]],
  `must be one of ${Object.keys(EVENTS).join(', ')}`,
);
export type EventType = v.InferOutput<typeof EventType>;

/** What a delivery carries: mails, and what goes to webhooks. */
export const NoticeKind = v.picklist(['reply', 'digest', 'moderator', 'moderator_digest', 'opt_in', 'code', 'webhook']);
export type NoticeKind = v.InferOutput<typeof NoticeKind>;

export const Frequency = v.picklist(['instant', 'hourly', 'daily'], 'must be instant, hourly or daily');
export type Frequency = v.InferOutput<typeof Frequency>;
