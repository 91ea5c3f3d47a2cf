/**
 * Forgetting people who asked for it, a day after they did, and whatever else about identity is kept for a time only.
 * A run of the cron stays within the 50 queries that D1 allows an invocation on the free plan; what it leaves, the next
 * one goes on with.
 */
import { type CompiledQuery, sql } from 'kysely';
import { hide, refillInline } from '../comments/shown-store';
import { LIMITS } from '../contract';
import { type Db, query } from '../db';
import { wiped, wipeLog } from '../moderation/decisions/status-store';
import { forgetInModeration } from '../moderation/forget-store';
import { unindex } from '../moderation/queue/search-store';
import { purgeCodes } from './mail-code-store';
import { dropFlags, dropReactions, dropVotes } from './opinions-store';

const DAY_MS = 86_400_000;
/** People whose time has come that a run looks after together. */
const PEOPLE = 1000;
/** Comments, votes and reactions of a round; each round is one transaction of 16 queries. */
const CHUNK = 500;
const ROUNDS = 2;

/**
 * Forgets who is due. Comments lose all that is anybody's; those that were replied to keep their place.
 * @param now epoch ms
 * @throws Problem storage_unavailable
 */
export async function forgetDue(db: Db, now: number): Promise<void> {
  // Many may ask who have nothing: nobody waits behind them.
  const due = (await db.batch(deleteDone(now), selectDue(now)))[1]!.rows as { identity: string }[];
  if (due.length === 0) return;
  const who = JSON.stringify(due.map(({ identity }) => identity));
  // First of all nobody can write as them any more.
  let results = await db.batch(...forgetPeople(who), selectLeft(who));
  for (let round = 0; round < ROUNDS; round++) {
    const left = results.at(-1)!.rows[0] as LeftRow;
    if (left.comments === '[]' && !left.opinions) break;
    results = await db.batch(
      ...forgetComments(left.comments, who),
      ...dropVotes(sql`
        SELECT comment_id, voter_id, value FROM votes
        WHERE voter_id IN (${among(who)}) ORDER BY comment_id, voter_id LIMIT ${CHUNK}`),
      ...dropReactions(sql`
        SELECT page_id, person_id, value FROM reactions
        WHERE person_id IN (${among(who)}) ORDER BY page_id, person_id LIMIT ${CHUNK}`),
      selectLeft(who),
    );
  }
  await db.batch(deleteDone(now));
}

/** Proofs too old to count anyway, logins nobody came back from, sessions whose device did not. @param now epoch ms */
export function purgeIdentity(now: number): CompiledQuery[] {
  const oldestProof = Math.floor(now / 1000) - 2 * LIMITS.proofAgeS - LIMITS.proofSkewS;
  return [
    query.deleteFrom('proofs').where('iat', '<', oldestProof).compile(),
    query.deleteFrom('logins').where('expires_at', '<', now).compile(),
    query.deleteFrom('sessions').where('expires_at', '<', now).compile(),
    purgeCodes(now - DAY_MS),
  ];
}

/** @param who JSON array of identities */
const among = (who: string) => sql`SELECT value FROM json_each(${who})`;

function selectDue(now: number): CompiledQuery<{ identity: string }> {
  return query
    .selectFrom('deletions')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(PEOPLE)
    .select('identity')
    .compile();
}

interface LeftRow {
  /** JSON array of ids: the next chunk. */
  comments: string;
  opinions: number;
}
function selectLeft(who: string): CompiledQuery<LeftRow> {
  return sql<LeftRow>`
    SELECT (SELECT json_group_array(id) FROM (
        SELECT id FROM comments WHERE author_id IN (${among(who)}) LIMIT ${CHUNK})) AS comments,
      EXISTS (SELECT 1 FROM votes WHERE voter_id IN (${among(who)}))
        OR EXISTS (SELECT 1 FROM reactions WHERE person_id IN (${among(who)})) AS opinions`.compile(query);
}

function forgetPeople(who: string): CompiledQuery[] {
  const inTables = [
    sql`DELETE FROM sessions WHERE person_id IN (${among(who)})`,
    sql`DELETE FROM accounts WHERE person_id IN (${among(who)})`,
    sql`DELETE FROM avatars WHERE owner IN (${among(who)})`,
    sql`DELETE FROM people WHERE id IN (${among(who)})`,
  ].map((statement) => statement.compile(query));
  const readers = [
    sql`DELETE FROM subscriptions WHERE recipient_id IN (${readersOf(who)})`,
    sql`DELETE FROM digest_items WHERE recipient_id IN (${readersOf(who)})`,
    sql`DELETE FROM recipients WHERE id IN (${readersOf(who)})`,
  ].map((statement) => statement.compile(query));
  const flags = dropFlags(sql`SELECT comment_id, reporter_id FROM flags WHERE reporter_id IN (${among(who)})`);
  return [...readers, ...flags, ...forgetInModeration(among(who)), ...inTables];
}

/**
 * Who gets mail because they asked for it and agreed, or at the address of their account. What nobody agreed to goes by itself; and that
 * mail came back from an address, or was complained about, is nobody's to take away: anybody could have asked for it.
 */
const readersOf = (who: string) => sql`
  SELECT id FROM recipients WHERE author_id IN (${among(who)}) AND role = 'reader' AND state IN ('active', 'unsubscribed')
  UNION
  SELECT r.id FROM people p CROSS JOIN recipients r ON r.site_id = p.site_id AND r.role = 'reader' AND r.email = p.email
  WHERE p.id IN (${among(who)})`;

/**
 * Comments of a chunk, and the removed ones above them that stood only for their sake. Whose a comment is is asked
 * again: it may have become somebody else's since it was listed.
 * @param ids JSON array
 */
function forgetComments(ids: string, who: string): CompiledQuery[] {
  const mine = sql`(
    SELECT c.id, c.page_id, c.parent_id, c.root_id, c.status, c.shown, c.created_at
    FROM json_each(${ids}) j CROSS JOIN comments c ON c.id = j.value
    WHERE c.author_id IN (${among(who)}))`;
  return [
    sql`DELETE FROM votes WHERE comment_id IN (SELECT id FROM ${mine})`,
    sql`DELETE FROM flags WHERE comment_id IN (SELECT id FROM ${mine})`,
    sql`
      UPDATE pages SET count = count - m.approved, version = version + 1
      FROM (SELECT page_id, SUM(status = 'approved') AS approved FROM ${mine} WHERE shown = 1 GROUP BY page_id) m
      WHERE pages.id = m.page_id`,
    ...hide(sql`SELECT id, parent_id, root_id FROM ${mine} WHERE shown = 1`),
    ...refillInline(sql`SELECT root_id, parent_id FROM ${mine}`),
    unindex(sql`SELECT id FROM ${mine}`),
    wipeLog(sql`SELECT id FROM ${mine}`),
    sql`
      UPDATE comments SET status = 'deleted', receipt_key = NULL, receipt_print = NULL, ${wiped}
      WHERE id IN (SELECT id FROM ${mine})`,
  ].map((statement) => ('compile' in statement ? statement.compile(query) : statement));
}

/** Who has nothing, or nothing left, is forgotten. */
function deleteDone(now: number): CompiledQuery {
  return sql`
    DELETE FROM deletions AS d WHERE d.due_at <= ${now}
      AND NOT EXISTS (SELECT 1 FROM comments WHERE author_id = d.identity)
      AND NOT EXISTS (SELECT 1 FROM votes WHERE voter_id = d.identity)
      AND NOT EXISTS (SELECT 1 FROM reactions WHERE person_id = d.identity)
      AND NOT EXISTS (SELECT 1 FROM flags WHERE reporter_id = d.identity)
      AND NOT EXISTS (SELECT 1 FROM avatars WHERE owner = d.identity)
      AND NOT EXISTS (SELECT 1 FROM recipients WHERE author_id = d.identity AND role = 'reader' AND state IN ('active', 'unsubscribed'))
      AND NOT EXISTS (SELECT 1 FROM people WHERE id = d.identity)`.compile(query);
}
