/**
 * SQL of the copy that people may have of what is stored about them. Each query answers one page of a list, by the
 * order of its cursor; an empty cursor is the start.
 */
import { type CompiledQuery, sql } from 'kysely';
import { type CommentRow, type FlagRow, query, type RecipientRow, type VoteRow } from '../db';

/** Rows of an answer. */
const PAGE_ROWS = 1000;
/** Text of an answer's comments, so that a page of long ones fits the memory of a worker. */
const PAGE_CHARS = 2_000_000;

export type MyCommentRow = CommentRow & { page_url: string; page_title: string | null };

/** As many comments as fit, at least one. */
export function selectMyComments(identity: string, after: string): CompiledQuery<MyCommentRow> {
  return sql<MyCommentRow>`
    WITH sized AS (
      SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n,
        SUM(length(body) + length(html)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS chars
      FROM (
        SELECT id, body, html FROM comments WHERE author_id = ${identity} AND id > ${after}
        ORDER BY id LIMIT ${PAGE_ROWS}))
    SELECT c.*, p.url AS page_url, p.title AS page_title
    FROM sized s CROSS JOIN comments c ON c.id = s.id CROSS JOIN pages p ON p.id = c.page_id
    WHERE s.n = 1 OR s.chars <= ${PAGE_CHARS} ORDER BY c.id`.compile(query);
}

export function selectMyVotes(identity: string, after: string): CompiledQuery<VoteRow> {
  return query
    .selectFrom('votes')
    .where('voter_id', '=', identity)
    .where('comment_id', '>', after)
    .orderBy('comment_id')
    .limit(PAGE_ROWS)
    .selectAll()
    .compile();
}

export interface MyReactionRow {
  page_id: string;
  page_url: string;
  value: string;
  created_at: number;
}
export function selectMyReactions(identity: string, after: string): CompiledQuery<MyReactionRow> {
  return query
    .selectFrom('reactions as r')
    .innerJoin('pages as p', 'p.id', 'r.page_id')
    .where('r.person_id', '=', identity)
    .where('r.page_id', '>', after)
    .orderBy('r.page_id')
    .limit(PAGE_ROWS)
    .select(['r.page_id', 'p.url as page_url', 'r.value', 'r.created_at'])
    .compile();
}

export function selectMyFlags(identity: string, after: string): CompiledQuery<FlagRow> {
  return query
    .selectFrom('flags')
    .where('reporter_id', '=', identity)
    .where('comment_id', '>', after)
    .orderBy('comment_id')
    .limit(PAGE_ROWS)
    .selectAll()
    .compile();
}

export type MySubscriptionRow = Pick<RecipientRow, 'email' | 'state' | 'frequency'> & {
  cursor: string;
  page_url: string;
  comment_id: string | null;
  created_at: number;
};
/** What they asked for and agreed to, and what is mailed to the address of their account. */
export function selectMySubscriptions(identity: string, after: string): CompiledQuery<MySubscriptionRow> {
  return sql<MySubscriptionRow>`
    SELECT r.id || '.' || f.topic AS cursor, r.email, r.state, r.frequency, p.url AS page_url, c.id AS comment_id, f.created_at
    FROM (
      SELECT id FROM recipients WHERE author_id = ${identity} AND role = 'reader' AND state = 'active'
      UNION
      SELECT o.id FROM people a CROSS JOIN recipients o ON o.site_id = a.site_id AND o.role = 'reader' AND o.email = a.email
      WHERE a.id = ${identity}) mine
    CROSS JOIN recipients r ON r.id = mine.id
    CROSS JOIN subscriptions f ON f.recipient_id = r.id
    LEFT JOIN comments c ON c.id = f.topic
    CROSS JOIN pages p ON p.id = COALESCE(c.page_id, f.topic)
    WHERE r.id || '.' || f.topic > ${after} ORDER BY cursor LIMIT ${PAGE_ROWS}`.compile(query);
}
