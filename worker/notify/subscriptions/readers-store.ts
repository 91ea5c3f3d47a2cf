/** SQL of what recipients of mail do by the links in it: agree, choose, stop, start again. */
import { type CompiledQuery, sql } from 'kysely';
import { query, type RecipientRow } from '../../db';

/** What a page shows of what somebody follows; more are still stopped all at once. */
const TOPICS = 200;
/** A run. */
const PURGED = 1_000;

export type SiteRecipientRow = RecipientRow & { site_name: string };
export function selectRecipient(id: string): CompiledQuery<SiteRecipientRow> {
  return query
    .selectFrom('recipients as r')
    .innerJoin('sites as s', 's.id', 'r.site_id')
    .where('r.id', '=', id)
    .selectAll('r')
    .select('s.name as site_name')
    .compile();
}

/** What somebody follows, the newest first. Of a comment that not everybody can read there is no text, and a page has its title when there is one. */
export interface TopicRow {
  topic: string;
  is_comment: number;
  excerpt: string | null;
  page_title: string | null;
  page_url: string;
}
export function selectTopics(recipientId: string): CompiledQuery<TopicRow> {
  return sql<TopicRow>`
    SELECT f.topic, c.id IS NOT NULL AS is_comment, CASE c.status WHEN 'approved' THEN substr(c.body, 1, 400) END AS excerpt,
      CASE WHEN p.count > 0 THEN p.title END AS page_title, p.url AS page_url
    FROM subscriptions f LEFT JOIN comments c ON c.id = f.topic CROSS JOIN pages p ON p.id = COALESCE(c.page_id, f.topic)
    WHERE f.recipient_id = ${recipientId} AND p.merged_into IS NULL ORDER BY f.created_at DESC LIMIT ${TOPICS}`.compile(
    query,
  );
}

/** Whoever reads mail there agrees. What they have agreed since `now` is not undone by what came back before. */
export function confirm(id: string, now: number): CompiledQuery {
  return sql`UPDATE recipients SET state = 'active', asks = 0, network = NULL, asked_at = ${now} WHERE id = ${id} AND state = 'asked'`.compile(
    query,
  );
}

/** The same for those who had stopped, or whose mail had come back; not for those who called it spam. */
export function startAgain(id: string, now: number): CompiledQuery {
  return sql`
    UPDATE recipients SET state = 'active', asks = 0, network = NULL, asked_at = ${now}
    WHERE id = ${id} AND state IN ('asked', 'unsubscribed', 'bounced')`.compile(query);
}

/** Ends all mail of the site to the address. What it follows stays, so that it can start again. */
export function stopAll(id: string): CompiledQuery[] {
  return [
    sql`
      UPDATE recipients SET state = 'unsubscribed', digest_due_at = NULL
      WHERE id = ${id} AND state IN ('asked', 'active', 'bounced')`,
    sql`DELETE FROM digest_items WHERE recipient_id = ${id}`,
  ].map((statement) => statement.compile(query));
}

/** There is no such address any more. */
export function bounce(id: string): CompiledQuery {
  return sql`UPDATE recipients SET state = 'bounced', author_id = NULL, network = NULL, digest_due_at = NULL WHERE id = ${id} AND state IN ('asked', 'active')`.compile(
    query,
  );
}

/** A page's topic with those of pages that were merged into it. */
export function stopTopic(id: string, topic: string): CompiledQuery {
  return sql`
    DELETE FROM subscriptions WHERE recipient_id = ${id} AND (topic = ${topic} OR topic IN (
      SELECT f.topic FROM subscriptions f CROSS JOIN pages p ON p.id = f.topic
      WHERE f.recipient_id = ${id} AND p.merged_into = ${topic}))`.compile(query);
}

export const updatePreferences = (id: string, change: Pick<RecipientRow, 'frequency' | 'language'>): CompiledQuery =>
  query.updateTable('recipients').set(change).where('id', '=', id).compile();

/** Addresses that were asked before a moment and never agreed, with what they would have followed. @param before epoch ms */
export function purgeAsked(before: number): CompiledQuery[] {
  const gone = sql`SELECT id FROM recipients WHERE state = 'asked' AND asked_at < ${before} LIMIT ${PURGED}`;
  return [
    sql`DELETE FROM subscriptions WHERE recipient_id IN (${gone})`,
    sql`DELETE FROM recipients WHERE id IN (${gone})`,
  ].map((statement) => statement.compile(query));
}
