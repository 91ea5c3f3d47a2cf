/** SQL of what a link in a moderator's mail is about: who got it, the comment as it is now, and who has decided last. */
import { type CompiledQuery, sql } from 'kysely';
import { type CommentRow, type DecisionRow, query, type RecipientRow } from '../../db';

/** Of a comment that is gone, and of a decision there was none of, all is null. */
export type PermittedRow = Pick<RecipientRow, 'email' | 'language' | 'state' | 'site_id'> & {
  recipient_id: string;
  site_name: string;
  /** The comment's. */
  id: CommentRow['id'] | null;
  status: CommentRow['status'];
  flagged: number;
  decision_id: string | null;
  body: string;
  author_name: string;
  author_url: string | null;
  created_at: number;
  page_url: string;
  page_title: string | null;
  decided_kind: DecisionRow['actor_kind'] | null;
  decided_id: string | null;
  decided_name: string | null;
  decided_at: number | null;
};

/** No row: the recipient is no moderator any more. */
export function selectPermitted(recipientId: string, commentId: string): CompiledQuery<PermittedRow> {
  return sql<PermittedRow>`
    SELECT r.id AS recipient_id, r.email, r.language, r.state, r.site_id, s.name AS site_name,
      c.id, c.status, c.flagged, c.decision_id, c.body, c.author_name, c.author_url, c.created_at,
      p.url AS page_url, p.title AS page_title, d.actor_kind AS decided_kind,
      d.actor_id AS decided_id, d.actor_name AS decided_name, d.created_at AS decided_at
    FROM recipients r CROSS JOIN sites s ON s.id = r.site_id
    LEFT JOIN comments c ON c.id = ${commentId} AND c.site_id = r.site_id AND c.status <> 'deleted'
    LEFT JOIN pages p ON p.id = c.page_id
    LEFT JOIN decisions d ON d.site_id = c.site_id AND d.id = c.decision_id
    WHERE r.id = ${recipientId} AND r.role = 'moderator'`.compile(query);
}
