/** Whether who asks may still act as who they say: the proof is new, and a login still stands. */
import type { Db, PersonRow } from '../db';
import { Problem } from '../problem';
import { insertProof, type StandingRow } from './store';
import type { Identity } from './viewer';

/** Somebody who is logged in. */
export type Person = Pick<PersonRow, 'id' | 'name' | 'email' | 'url' | 'avatar' | 'verified' | 'role'>;

/**
 * @param siteId the site they act on, when it is known: a login counts on its own site only
 * @returns the person, or null for a guest
 * @throws Problem proof_replayed, session_invalid
 */
export function checkStanding(identity: Identity | null, row: StandingRow, siteId?: string): Person | null {
  if (row.replayed) throw new Problem('proof_replayed');
  if (!identity?.token) return null;
  const { person_id, site_id, name, email, url, avatar, verified, role } = row;
  // Two people may have become one since the token was signed; renewed, it names who they are now.
  if (person_id !== identity.token.personId || name === null || verified === null) throw new Problem('session_invalid');
  if (siteId !== undefined && site_id !== siteId)
    throw new Problem('session_invalid', 'This login is of another site.');
  return { id: person_id, name, email, url, avatar, verified, role };
}

/** @throws Problem proof_required for everybody who proved no key */
export function needIdentity(identity: Identity | null): Identity {
  if (identity) return identity;
  throw new Problem('proof_required', undefined, { field: 'DPoP' });
}

/**
 * Writes in one transaction with the proof: either all counts, or the proof was used before, or the login has ended, and
 * nothing does.
 * @returns as db.batch, of `queries`
 * @throws Problem proof_replayed, session_invalid, storage_unavailable
 */
export async function batchProven(db: Db, identity: Identity | null, ...queries: Parameters<Db['batch']>) {
  if (!identity) return db.batch(...queries);
  try {
    return (await db.batch(insertProof(identity), ...queries)).slice(1);
  } catch (error) {
    const failed =
      error instanceof Problem && /(NOT NULL|UNIQUE) constraint failed: proofs/.exec(String(error.options.cause));
    if (!failed) throw error;
    throw new Problem(failed[1] === 'UNIQUE' ? 'proof_replayed' : 'session_invalid');
  }
}
