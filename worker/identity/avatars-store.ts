/** SQL about pictures of people: keeping them, finding them, hanging one beside a comment. */
import { type CompiledQuery, sql } from 'kysely';
import { type AvatarRow, query } from '../db';

/** The `type` of a row that only remembers that there was no picture to be had. */
export const NO_PICTURE = 'none';

export function selectAvatar(id: string): CompiledQuery<Pick<AvatarRow, 'type' | 'bytes'>> {
  return query.selectFrom('avatars').where('id', '=', id).select(['type', 'bytes']).compile();
}

/** When a picture was last asked for. */
export function selectFetched(id: string): CompiledQuery<Pick<AvatarRow, 'fetched_at'>> {
  return query.selectFrom('avatars').where('id', '=', id).select('fetched_at').compile();
}

/** Keeps a picture, in place of the one that had this id. @param picture fetchedAt is epoch ms */
export function upsertAvatar(picture: {
  id: string;
  owner: string;
  type: string;
  bytes: Uint8Array;
  fetchedAt: number;
}): CompiledQuery {
  const { id, owner, type, bytes, fetchedAt } = picture;
  return sql`
    INSERT INTO avatars (id, owner, type, bytes, fetched_at) VALUES (${id}, ${owner}, ${type}, ${bytes}, ${fetchedAt})
    ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, type = excluded.type, bytes = excluded.bytes,
      fetched_at = excluded.fetched_at`.compile(query);
}

/** Remembers that there was none: a picture that was there before stays. */
export function upsertNoPicture(id: string, owner: string, fetchedAt: number): CompiledQuery {
  return sql`
    INSERT INTO avatars (id, owner, type, bytes, fetched_at) VALUES (${id}, ${owner}, ${NO_PICTURE}, x'', ${fetchedAt})
    ON CONFLICT (id) DO UPDATE SET fetched_at = excluded.fetched_at`.compile(query);
}

/** Hangs a picture, if it is one, beside a comment that is still its owner's. */
export function hangAvatar(commentId: string, id: string, owner: string): CompiledQuery[] {
  return [
    sql`UPDATE comments SET author_avatar = ${id} WHERE id = ${commentId} AND author_id = ${owner}
      AND EXISTS (SELECT 1 FROM avatars WHERE id = ${id} AND type <> ${NO_PICTURE})`.compile(query),
    sql`UPDATE pages SET version = version + 1 WHERE id = (
      SELECT page_id FROM comments WHERE id = ${commentId} AND author_avatar = ${id} AND shown = 1)`.compile(query),
  ];
}
