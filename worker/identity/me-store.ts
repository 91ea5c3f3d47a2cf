/**
 * SQL of what somebody sees and changes of themselves: account, devices, comments, and what was a guest's or another
 * account's becoming theirs. Everything is found by the identity it belongs to, never by what a client says.
 */
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { pinnedColumn, type ShownRow, shownColumns } from '../comments/store';
import { type PersonRow, query, type Tables } from '../db';
import { followBan } from '../moderation/bans/bans-store';
import { reindex } from '../moderation/queue/search-store';
import { dropFlags, dropReactions, dropVotes } from './opinions-store';

export function selectPerson(id: string): CompiledQuery<PersonRow> {
  return query.selectFrom('people').where('id', '=', id).selectAll().compile();
}

export type AccountRow = Pick<Tables['accounts'], 'provider' | 'name' | 'created_at'>;
export function selectAccounts(personId: string): CompiledQuery<AccountRow> {
  return query
    .selectFrom('accounts')
    .where('person_id', '=', personId)
    .orderBy('created_at')
    .select(['provider', 'name', 'created_at'])
    .compile();
}

/** A device somebody is logged in on. */
export type DeviceRow = Pick<Tables['sessions'], 'id' | 'device' | 'created_at' | 'used_at'>;
/** The last one used first. */
export function selectSessions(personId: string, now: number): CompiledQuery<DeviceRow> {
  return query
    .selectFrom('sessions')
    .where('person_id', '=', personId)
    .where('expires_at', '>', now)
    .orderBy('used_at', 'desc')
    .select(['id', 'device', 'created_at', 'used_at'])
    .compile();
}

export function selectDeletion(identity: string): CompiledQuery<{ due_at: number }> {
  return query.selectFrom('deletions').where('identity', '=', identity).select('due_at').compile();
}

/** Asked again, the first time stays. @param dueAt epoch ms */
export function insertDeletion(identity: string, dueAt: number): CompiledQuery {
  return query
    .insertInto('deletions')
    .values({ identity, due_at: dueAt })
    .onConflict((c) => c.doNothing())
    .compile();
}

/** What is due already cannot be called back: part of it may be gone. */
export function deleteDeletion(identity: string, now: number): CompiledQuery {
  return query.deleteFrom('deletions').where('identity', '=', identity).where('due_at', '>', now).compile();
}

export function deleteOwnSession(id: string, personId: string): CompiledQuery {
  return query.deleteFrom('sessions').where('id', '=', id).where('person_id', '=', personId).compile();
}

/** A person gets another name and website. */
export const renamePerson = (id: string, change: Pick<PersonRow, 'name' | 'url'>): CompiledQuery =>
  query.updateTable('people').set(change).where('id', '=', id).compile();

/** So does what stands beside their comments. */
export const renameComments = (id: string, { name, url }: Pick<PersonRow, 'name' | 'url'>): CompiledQuery[] => [
  query.updateTable('comments').set({ author_name: name, author_url: url }).where('author_id', '=', id).compile(),
  reindex(sql`SELECT id FROM comments WHERE author_id = ${id}`),
  bumpPages(id),
];

/** The pages where somebody is to be seen have changed. @param who an identity, or a SELECT of identities */
export function bumpPages(who: string | RawBuilder<unknown>): CompiledQuery {
  return sql`
    UPDATE pages SET version = version + 1
    WHERE id IN (SELECT page_id FROM comments WHERE author_id IN (${who}) AND shown = 1)`.compile(query);
}

export type OwnRow = ShownRow & { page_url: string; page_title: string | null };

/** What somebody wrote, newest first, whatever became of it. @param place null: wherever it was */
export function selectOwn(
  identity: string,
  place: { siteId: string | null; pageId: string | null },
  before: string,
  rows: number,
): CompiledQuery<OwnRow> {
  return sql<OwnRow>`
    SELECT ${shownColumns}, ${pinnedColumn}, p.url AS page_url, p.title AS page_title
    FROM comments c CROSS JOIN pages p ON p.id = c.page_id
    WHERE c.author_id = ${identity} AND c.id < ${before}
      AND p.site_id = COALESCE(${place.siteId}, p.site_id) AND p.id = COALESCE(${place.pageId}, p.id)
    ORDER BY c.id DESC LIMIT ${rows}`.compile(query);
}

/** Whom what others did here becomes of. */
export type Heir = Pick<PersonRow, 'id' | 'site_id' | 'verified' | 'avatar' | 'role'>;

/**
 * What a guest or another account did on a site becomes a person's; the names it was written under stay. Where both had
 * an opinion the person's own counts, and a vote for what is now one's own goes. Accounts, sessions and the row of who
 * is no more are for the caller.
 */
export function moveIdentity(from: string, to: Heir): CompiledQuery[] {
  const here = (pageId: RawBuilder<unknown>) =>
    sql`EXISTS (SELECT 1 FROM pages p WHERE p.id = ${pageId} AND p.site_id = ${to.site_id})`;
  const votedHere = here(sql`(SELECT page_id FROM comments WHERE id = votes.comment_id)`);
  const written = sql`author_id = ${from} AND ${here(sql`comments.page_id`)}`;
  return [
    bumpPages(from),
    sql`
      UPDATE comments SET author_id = ${to.id}, author_verified = ${to.verified}, author_avatar = ${to.avatar},
        author_badge = ${to.role}
      WHERE ${written}`.compile(query),
    ...dropVotes(sql`
      SELECT comment_id, voter_id, value FROM votes WHERE voter_id IN (${from}, ${to.id}) AND ${votedHere} AND (
        EXISTS (SELECT 1 FROM comments c WHERE c.id = votes.comment_id AND c.author_id = ${to.id})
        OR (voter_id = ${from}
          AND EXISTS (SELECT 1 FROM votes o WHERE o.comment_id = votes.comment_id AND o.voter_id = ${to.id})))`),
    sql`UPDATE votes SET voter_id = ${to.id} WHERE voter_id = ${from} AND ${votedHere}`.compile(query),
    ...dropReactions(sql`
      SELECT page_id, person_id, value FROM reactions WHERE person_id = ${from} AND ${here(sql`reactions.page_id`)}
        AND EXISTS (SELECT 1 FROM reactions o WHERE o.page_id = reactions.page_id AND o.person_id = ${to.id})`),
    sql`
      UPDATE reactions SET person_id = ${to.id}
      WHERE person_id = ${from} AND ${here(sql`reactions.page_id`)}`.compile(query),
    ...moveFlags(from, to),
    sql`UPDATE recipients SET author_id = ${to.id} WHERE author_id = ${from} AND +site_id = ${to.site_id}`.compile(
      query,
    ),
    followBan(to.site_id, from, to.id),
    // A guest's pictures hang beside nothing any more, unless they wrote on another site.
    sql`
      DELETE FROM avatars WHERE owner = ${from}
        AND NOT EXISTS (SELECT 1 FROM comments WHERE author_id = ${from})`.compile(query),
  ];
}

function moveFlags(from: string, to: Heir): CompiledQuery[] {
  const here = sql`EXISTS (
    SELECT 1 FROM comments c CROSS JOIN pages p ON p.id = c.page_id
    WHERE c.id = flags.comment_id AND p.site_id = ${to.site_id})`;
  return [
    ...dropFlags(sql`
      SELECT comment_id, reporter_id FROM flags WHERE reporter_id = ${from} AND ${here}
        AND EXISTS (SELECT 1 FROM flags o WHERE o.comment_id = flags.comment_id AND o.reporter_id = ${to.id})`),
    sql`UPDATE flags SET reporter_id = ${to.id} WHERE reporter_id = ${from} AND ${here}`.compile(query),
  ];
}
