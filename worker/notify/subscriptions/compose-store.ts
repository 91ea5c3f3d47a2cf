/**
 * SQL of what readers' letters say, of all letters of a run at once. Looked up when they are sent: who has stopped meanwhile, and what
 * can not be read by everybody any more, is not in the answers.
 */
import { type CompiledQuery, sql } from 'kysely';
import { type CommentRow, type DeliveryRow, query, type RecipientRow } from '../../db';

/** Of digests: more are told by a later one. */
const DIGEST_ITEMS = 500;

/** A reader, with whose mails these are. */
export type ReaderRow = Pick<RecipientRow, 'id' | 'email' | 'language'> & { site_name: string };
const reader = sql`r.id, r.email, r.language, s.name AS site_name`;

/** Who is still to be told of a comment, by the place in `rows`. */
export type ToldRow = ReaderRow & {
  n: number;
  /** 1: it replies to what they follow; else they follow the page. */
  follows_comment: number;
};
export function selectTold(rows: Pick<DeliveryRow, 'target' | 'subject'>[]): CompiledQuery<ToldRow> {
  const given = JSON.stringify(rows.map(({ target, subject }) => [target, subject]));
  return sql<ToldRow>`
    SELECT j.key AS n, ${reader}, f.topic IS NOT NULL AS follows_comment
    FROM json_each(${given}) j
    CROSS JOIN recipients r ON r.id = j.value ->> 0 AND r.role = 'reader' AND r.state = 'active'
    CROSS JOIN comments c ON c.id = j.value ->> 1 AND c.status = 'approved'
    CROSS JOIN sites s ON s.id = r.site_id
    LEFT JOIN subscriptions f ON f.topic = c.parent_id AND f.recipient_id = r.id
    LEFT JOIN subscriptions p ON p.topic = c.page_id AND p.recipient_id = r.id
    WHERE f.topic IS NOT NULL OR p.topic IS NOT NULL`.compile(query);
}

/** A comment that everybody can read, with its page; what it replies to as well, if everybody can read that. */
export type NewsRow = Pick<CommentRow, 'id' | 'page_id' | 'author_name' | 'body' | 'created_at'> & {
  page_title: string | null;
  page_url: string;
  parent_name: string | null;
  parent_body: string | null;
};
/** @param chars of a text at most: more than a letter shows */
export function selectNews(ids: string[], chars: number): CompiledQuery<NewsRow> {
  return sql<NewsRow>`
    SELECT c.id, c.page_id, c.author_name, substr(c.body, 1, ${chars}) AS body, c.created_at, p.title AS page_title, p.url AS page_url,
      a.author_name AS parent_name, substr(a.body, 1, ${chars}) AS parent_body
    FROM json_each(${JSON.stringify([...new Set(ids)])}) j
    CROSS JOIN comments c ON c.id = j.value AND c.status = 'approved'
    CROSS JOIN pages p ON p.id = c.page_id
    LEFT JOIN comments a ON a.id = c.parent_id AND a.status = 'approved'`.compile(query);
}

/** What is in readers' digests and may be told. */
export type DigestRow = ReaderRow & {
  /** JSON array of comments' ids, oldest first. */
  items: string;
};
export function selectDigests(recipients: string[]): CompiledQuery<DigestRow> {
  return sql<DigestRow>`
    SELECT ${reader}, (
      SELECT json_group_array(id) FROM (
        SELECT c.id FROM digest_items d CROSS JOIN comments c ON c.id = d.comment_id AND c.status = 'approved'
        WHERE d.recipient_id = r.id AND (
          EXISTS (SELECT 1 FROM subscriptions WHERE topic = c.page_id AND recipient_id = r.id)
          OR EXISTS (SELECT 1 FROM subscriptions WHERE topic = c.parent_id AND recipient_id = r.id))
        ORDER BY d.comment_id LIMIT ${DIGEST_ITEMS})) AS items
    FROM json_each(${JSON.stringify(recipients)}) j
    CROSS JOIN recipients r ON r.id = j.value AND r.role = 'reader' AND r.state = 'active'
    CROSS JOIN sites s ON s.id = r.site_id`.compile(query);
}

/**
 * What was told is in no digest any more, nor what has been waiting there since before a moment.
 * @param before the first id of that moment
 */
export function dropDigestItems(recipient: string, told: string[], before: string): CompiledQuery {
  return sql`
    DELETE FROM digest_items WHERE recipient_id = ${recipient}
      AND (comment_id < ${before} OR comment_id IN (SELECT value FROM json_each(${JSON.stringify(told)})))`.compile(
    query,
  );
}

/** Whom to ask to confirm, about what, by the place in `rows`. */
export type OptInRow = ReaderRow & {
  n: number;
  /** 1: a comment is to be followed, else a page. */
  is_comment: number;
  page_title: string | null;
  page_url: string;
  page_count: number;
};
export function selectOptIns(rows: Pick<DeliveryRow, 'event_id' | 'target' | 'subject'>[]): CompiledQuery<OptInRow> {
  const given = JSON.stringify(rows.map(({ event_id, target, subject }) => [target, subject, event_id]));
  return sql<OptInRow>`
    SELECT j.key AS n, ${reader}, c.id IS NOT NULL AS is_comment, p.title AS page_title, p.url AS page_url, p.count AS page_count
    FROM json_each(${given}) j
    CROSS JOIN recipients r ON r.id = j.value ->> 0 AND r.state = 'asked' AND 'opt_in.' || r.asked_at = j.value ->> 2
    CROSS JOIN sites s ON s.id = r.site_id
    LEFT JOIN comments c ON c.id = j.value ->> 1
    CROSS JOIN pages p ON p.id = COALESCE(c.page_id, j.value ->> 1)`.compile(query);
}
