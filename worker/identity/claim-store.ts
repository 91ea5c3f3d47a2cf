/** SQL of taking along what somebody wrote before they logged in: as a guest here, or where it was imported from. */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { query, type Tables } from '../db';
import { followBan } from '../moderation/bans/bans-store';
import type { Claim } from './claim';
import { bumpPages, type Heir } from './me-store';
import { dropVotes } from './opinions-store';

/** More are not counted: enough to say "many". */
const CLAIMABLE_COUNTED = 1000;

export type SubjectRow = Pick<Tables['accounts'], 'provider' | 'subject'>;
export const selectSubjects = (personId: string): CompiledQuery<SubjectRow> =>
  query.selectFrom('accounts').where('person_id', '=', personId).select(['provider', 'subject']).compile();

/** The imported authors whom somebody is: a SELECT of ids, by an index each. */
const claimed = ({ siteId, email, accounts }: Claim): RawBuilder<unknown> => sql`
  SELECT id FROM authors WHERE site_id = ${siteId} AND email = ${email} AND email IS NOT NULL
  UNION
  SELECT id FROM authors WHERE site_id = ${siteId} AND account IS NOT NULL
    AND account IN (SELECT value FROM json_each(${JSON.stringify(accounts)}))`;

/** A key's guest comments on a site, and imported ones that are the person's. */
export function countClaimable(jkt: string, claim: Claim): CompiledQuery<{ claimable: number }> {
  return sql<{ claimable: number }>`
    SELECT COUNT(*) AS claimable FROM (
      SELECT 1 FROM (SELECT ${jkt} AS id UNION ALL ${claimed(claim)}) a
      CROSS JOIN comments c ON c.author_id = a.id
      WHERE +c.site_id = ${claim.siteId} LIMIT ${CLAIMABLE_COUNTED})`.compile(query);
}

/**
 * Makes imported comments a person's. The names they were written under stay; votes of theirs for what is now their own go;
 * who wrote them is nobody else any more, so that nothing is kept of it.
 */
export function moveImported(claim: Claim, to: Heir): CompiledQuery[] {
  const authors = claimed(claim);
  return [
    bumpPages(authors),
    sql`
      UPDATE comments SET author_id = ${to.id}, author_verified = ${to.verified}, author_avatar = ${to.avatar},
        author_badge = ${to.role}
      WHERE author_id IN (${authors}) AND +site_id = ${claim.siteId}`.compile(query),
    ...dropVotes(sql`
      SELECT comment_id, voter_id, value FROM votes WHERE voter_id = ${to.id}
        AND EXISTS (SELECT 1 FROM comments c WHERE c.id = votes.comment_id AND c.author_id = ${to.id})`),
    followBan(claim.siteId, authors, to.id),
    sql`DELETE FROM authors WHERE site_id = ${claim.siteId} AND id IN (${authors})`.compile(query),
  ];
}
