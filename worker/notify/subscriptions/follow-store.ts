/**
 * SQL of asking to be told: the address, what it follows, and the mail that asks its owner to agree, written together. Who may ask for
 * whom, follow.ts knows; what an address is told then, outbox/.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { query, type RecipientRow } from '../../db';

const DAY_MS = 86_400_000;
/** Mails that ask one address to confirm, a day apart; then none for a month. */
const ASKS = 3;
const PATIENCE_MS = 30 * DAY_MS;
/** What one address may follow on a site: confirmed, and before, when anybody may have asked for it. */
const MOST = { active: 1_000, asked: 50 };

/** Addresses one network may have asked in `ASKED_MS`. */
const ASKED_BY_NETWORK = 20;
export const ASKED_MS = 15 * 60_000;

export interface Asked extends Pick<RecipientRow, 'id' | 'site_id' | 'email' | 'author_id' | 'network'> {
  /** null: as it was, or as it is usually. */
  frequency: RecipientRow['frequency'] | null;
  language: string | null;
  /** Whether who asks has shown that the address is theirs. */
  proven: boolean;
  now: number;
}

/** A page by its key, which may have become an alias since it was looked at. */
export const pageTopic = (siteId: string, key: string): RawBuilder<unknown> => sql`(
  SELECT id FROM pages WHERE site_id = ${siteId} AND key =
    COALESCE((SELECT target FROM aliases WHERE site_id = ${siteId} AND key = ${key}), ${key}))`;
export const commentTopic = (id: string): RawBuilder<unknown> => sql`${id}`;

/** Follows `topic`. The last query changes a row when the address is to be asked by mail. */
export function follow(asked: Asked, topic: RawBuilder<unknown>): CompiledQuery[] {
  const { site_id, email, now } = asked;
  const recipient = sql`site_id = ${site_id} AND role = 'reader' AND email = ${email}`;
  return [
    asked.proven ? upsertProven(asked) : upsertAsked(asked),
    sql`
      INSERT OR IGNORE INTO subscriptions (topic, recipient_id, created_at)
      SELECT ${topic}, r.id, ${now} FROM recipients r WHERE ${recipient} AND r.state IN ('asked', 'active') AND ${topic} IS NOT NULL
        AND (SELECT COUNT(*) FROM subscriptions WHERE recipient_id = r.id)
          < CASE r.state WHEN 'active' THEN ${MOST.active} ELSE ${MOST.asked} END`,
    // Asked at this very moment: by this request.
    sql`
      INSERT OR IGNORE INTO deliveries (event_id, target, site_id, kind, type, subject, attempts, due_at, status, created_at)
      SELECT 'opt_in.' || r.asked_at, r.id, r.site_id, 'opt_in', 'opt_in', ${topic}, 0, ${now}, 'waiting', ${now}
      FROM recipients r WHERE ${recipient} AND r.state = 'asked' AND r.asked_at = ${now} AND ${topic} IS NOT NULL`,
  ].map((statement) => statement.compile(query));
}

/** Of a row of recipients: whether a mail may ask it to confirm. What came back or was complained about is never asked again. */
const mayBeAsked = (now: number) => sql`(recipients.state IN ('asked', 'unsubscribed') AND (recipients.asks = 0
  OR (recipients.asked_at <= ${now - DAY_MS} AND (recipients.asks < ${ASKS} OR recipients.asked_at <= ${now - PATIENCE_MS}))))`;

/** Whatever is asked for an address that nobody proved changes nothing of one that is confirmed. */
function upsertAsked({ id, site_id, email, author_id, network, frequency, language, now }: Asked): RawBuilder<unknown> {
  const may = mayBeAsked(now);
  return sql`
    INSERT INTO recipients (id, site_id, role, email, state, frequency, language, author_id, network, asked_at, asks,
      created_at)
    VALUES (${id}, ${site_id}, 'reader', ${email}, 'asked', ${frequency ?? 'instant'}, ${language ?? 'en'}, ${author_id}, ${network},
      ${now}, 1, ${now})
    ON CONFLICT (site_id, role, email) DO UPDATE SET
      state = CASE WHEN ${may} THEN 'asked' ELSE state END,
      asks = CASE WHEN NOT ${may} THEN asks WHEN asked_at <= ${now - PATIENCE_MS} THEN 1 ELSE asks + 1 END,
      asked_at = CASE WHEN ${may} THEN ${now} ELSE asked_at END,
      network = CASE WHEN ${may} THEN excluded.network ELSE network END,
      frequency = CASE WHEN ${may} OR state = 'asked' THEN excluded.frequency ELSE frequency END,
      language = CASE WHEN ${may} OR state = 'asked' THEN excluded.language ELSE language END,
      -- When several ask for an address it is none of theirs.
      author_id = CASE WHEN author_id IS excluded.author_id THEN author_id END`;
}

function upsertProven({ id, site_id, email, author_id, frequency, language, now }: Asked): RawBuilder<unknown> {
  return sql`
    INSERT INTO recipients (id, site_id, role, email, state, frequency, language, author_id, asked_at, created_at)
    VALUES (${id}, ${site_id}, 'reader', ${email}, 'active', ${frequency ?? 'instant'}, ${language ?? 'en'}, ${author_id}, ${now}, ${now})
    ON CONFLICT (site_id, role, email) DO UPDATE SET
      state = CASE WHEN state IN ('asked', 'unsubscribed') THEN 'active' ELSE state END, asks = 0, author_id = excluded.author_id,
      frequency = COALESCE(${frequency}, frequency), language = COALESCE(${language}, language)`;
}

/** A row when a network has asked for so many addresses that nobody has confirmed since. @param since epoch ms */
export const selectAskedOften = (network: string, since: number): CompiledQuery<{ id: string }> =>
  sql<{ id: string }>`
    SELECT id FROM recipients WHERE network = ${network} AND state = 'asked' AND asked_at > ${since}
    LIMIT 1 OFFSET ${ASKED_BY_NETWORK - 1}`.compile(query);

/** Whether there is such a comment: also one that waits, whose writer may want to know of replies. */
export function selectFollowable(siteId: string, commentId: string): CompiledQuery<{ id: string }> {
  return sql<{ id: string }>`
    SELECT id FROM comments WHERE id = ${commentId} AND site_id = ${siteId} AND status <> 'deleted'`.compile(query);
}
