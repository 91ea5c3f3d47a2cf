/** SQL of what is told to moderators: comments as they are at this moment, whatever they were when the notice was made. */
import { type CompiledQuery, sql } from 'kysely';
import { type CommentRow, type DecisionRow, query, type RecipientRow } from '../../db';
import { timePrefix } from '../../ids';
import { whereStatus } from '../../moderation/queue/filter-store';

/** What is told of a comment depends on this alone (news.ts). */
export type NewsRow = Pick<CommentRow, 'id' | 'status' | 'flagged'> &
  Pick<RecipientRow, 'about'> & {
    recipient_id: string;
    /** Whoever made the last decision about it, and when, ms; null: nobody has. */
    decided_by: DecisionRow['actor_kind'] | null;
    decided_at: number | null;
    /** 1: whoever is told has written it. */
    own: number;
  };
const newsColumns = sql`r.id AS recipient_id, r.about, c.id, c.status, c.flagged, d.actor_kind AS decided_by, d.created_at AS decided_at,
  EXISTS (SELECT 1 FROM people w WHERE w.id = c.author_id AND w.email = r.email COLLATE NOCASE) AS own`;
const decided = sql`LEFT JOIN decisions d ON d.site_id = c.site_id AND d.id = c.decision_id`;
const isTold = sql`r.role = 'moderator' AND r.state = 'active' AND r.site_id = c.site_id`;

/** And what it is told with. */
export type NoticeRow = NewsRow &
  Pick<RecipientRow, 'email' | 'language'> &
  Pick<CommentRow, 'site_id' | 'body' | 'author_name' | 'author_url' | 'verdict' | 'created_at'> & {
    /** Among those asked for. */
    place: number;
    site_name: string;
    page_url: string;
    page_title: string | null;
    /** JSON array of `{reason, note}`: the latest that nobody has answered. */
    reports: string;
    /** How many readers had reported it by the moment of the notice; null: nobody did at that moment, or it was answered. */
    report: number | null;
    /** How many were written on the site in the hour before it; no more than `MANY` are counted. */
    lately: number;
    /** How many comments of the site wait with reports; counted as `lately` is. */
    reported: number;
  };
const REPORTS = 5;
/** So many comments within an hour are too many for as many mails. */
export const MANY = 30;
const HOUR_MS = 3_600_000;

/** To whom, about which comment, since when (ms): of a digest, null. */
export type Asked = [recipientId: string, commentId: string, at: number | null];

/** Whoever has ended it, and what is gone, has no row. */
export function selectNotices(asked: Asked[]): CompiledQuery<NoticeRow> {
  const list = asked.map(([to, about, at]) => [
    to,
    about,
    at,
    at === null ? '~' : timePrefix(Math.max(0, at - HOUR_MS)),
  ]);
  return sql<NoticeRow>`
    SELECT ${newsColumns}, j.key AS place, r.email, r.language, c.site_id, c.body, c.author_name, c.author_url, c.verdict,
      c.created_at, s.name AS site_name, p.url AS page_url, p.title AS page_title,
      CASE WHEN c.flagged = 0 THEN '[]' ELSE (
        SELECT json_group_array(json_object('reason', reason, 'note', note)) FROM (
          SELECT reason, note FROM flags WHERE comment_id = c.id ORDER BY created_at DESC LIMIT ${REPORTS})) END AS reports,
      CASE WHEN c.flagged > 0 THEN (
        SELECT COUNT(*) FROM flags f WHERE f.comment_id = c.id AND f.created_at <= j.value ->> 2
        HAVING MAX(f.created_at) = j.value ->> 2) END AS report,
      (SELECT COUNT(*) FROM (
        SELECT 1 FROM comments o WHERE o.site_id = c.site_id AND o.id > j.value ->> 3 AND o.id < c.id LIMIT ${MANY})) AS lately,
      (SELECT COUNT(*) FROM (SELECT 1 FROM comments o WHERE o.site_id = c.site_id AND o.flagged > 0 LIMIT ${MANY})) AS reported
    FROM json_each(${JSON.stringify(list)}) j
    CROSS JOIN recipients r ON r.id = j.value ->> 0 CROSS JOIN comments c ON c.id = j.value ->> 1
    CROSS JOIN pages p ON p.id = c.page_id CROSS JOIN sites s ON s.id = c.site_id ${decided} WHERE ${isTold}`.compile(
    query,
  );
}

/** A comment in somebody's digest; what is gone has only its id. */
export type ItemRow = NewsRow & { comment_id: string };

/** What is in digests, the newest first. @param rows of each at most */
export function selectItems(recipientIds: string[], rows: number): CompiledQuery<ItemRow> {
  return sql<ItemRow>`
    SELECT ${newsColumns}, i.comment_id FROM json_each(${JSON.stringify(recipientIds)}) j
    CROSS JOIN recipients r ON r.id = j.value
    CROSS JOIN digest_items i ON i.recipient_id = r.id AND i.comment_id IN (
      SELECT comment_id FROM digest_items WHERE recipient_id = r.id ORDER BY comment_id DESC LIMIT ${rows})
    LEFT JOIN comments c ON c.id = i.comment_id AND ${isTold} ${decided} ORDER BY i.comment_id DESC`.compile(query);
}

/** Puts comments into digests, which go out then at the latest. @param dueAt ms */
export function insertItems(items: [recipientId: string, commentId: string][], dueAt: number): CompiledQuery[] {
  const list = JSON.stringify(items);
  return [
    sql`
      INSERT OR IGNORE INTO digest_items (recipient_id, comment_id)
      SELECT value ->> 0, value ->> 1 FROM json_each(${list})`.compile(query),
    sql`
      UPDATE recipients SET digest_due_at = MIN(COALESCE(digest_due_at, ${dueAt}), ${dueAt})
      WHERE id IN (SELECT value ->> 0 FROM json_each(${list}))`.compile(query),
  ];
}

/** Takes comments out of digests. */
export const deleteItems = (items: Pick<ItemRow, 'recipient_id' | 'comment_id'>[]): CompiledQuery =>
  sql`
    DELETE FROM digest_items WHERE (recipient_id, comment_id) IN (
      SELECT value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(items.map((item) => [item.recipient_id, item.comment_id]))}))`.compile(
    query,
  );

/** More are not counted. */
const COUNTED = 1_000;

/** How many comments wait on each recipient's site. */
export function countWaiting(recipientIds: string[]): CompiledQuery<{ id: string; waiting: number }> {
  return sql<{ id: string; waiting: number }>`
    SELECT r.id, (SELECT COUNT(*) FROM (
      SELECT 1 FROM comments c WHERE c.site_id = r.site_id AND ${whereStatus('pending')} LIMIT ${COUNTED})) AS waiting
    FROM json_each(${JSON.stringify(recipientIds)}) j CROSS JOIN recipients r ON r.id = j.value`.compile(query);
}
