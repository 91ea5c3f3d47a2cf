/** From rows to what the wire shows of people: an explicit list of fields, none of them an e-mail address. */
import { presentAvatar } from '../comments/present';
import type { Person } from '../contract';
import type { PersonRow } from '../db';
import { handleOf } from './viewer';

/** @param origin of this API, where pictures are */
export function presentPerson(
  row: Pick<PersonRow, 'id' | 'name' | 'url' | 'avatar' | 'role' | 'verified'>,
  origin: string,
): Person {
  return {
    id: handleOf(row.id),
    name: row.name,
    url: row.url !== null && /^https?:\/\//i.test(row.url) ? row.url : null,
    avatar: presentAvatar(row.avatar, origin),
    badge: row.role,
    verified: row.verified,
  };
}
