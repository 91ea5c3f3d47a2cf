/**
 * Who a login is: the person behind an account, old or new, joined or not; what they are called, which role they have, and
 * a session for the key they came with.
 */
import type { CompiledQuery } from 'kysely';
import { LIMITS } from '../contract';
import type { Settings } from '../contract-settings';
import type { Db, PersonRow } from '../db';
import { readOrigins } from '../env';
import { newId } from '../ids';
import type { AppContext } from '../request';
import { upsertAvatar } from './avatars-store';
import { describeDevice } from './device';
import {
  deleteSession,
  insertAccount,
  insertPerson,
  insertSession,
  joinPeople,
  selectAccount,
  selectTeamOf,
  updateAccount,
  updatePerson,
} from './login-store';
import { moveIdentity } from './me-store';
import { findReserved, type TeamMember } from './names';
import { fetchPicture } from './picture';
import type { Profile } from './providers/profile';
import { batchProven, type Person } from './standing';
import type { Identity } from './viewer';

/** A session ends when its device has not come back for this long. */
export const SESSION_TTL_MS = 90 * 86_400_000;
/** A picture is fetched again when somebody logs in after this long. */
const PICTURE_TTL_MS = 86_400_000;
/** For the few who give none. */
const PLAIN_NAME = 'Reader';

/** Somebody a provider or the site's owner has vouched for. */
export interface Login {
  siteId: string;
  settings: Settings;
  provider: string;
  /** How they logged in, as readers see it: the provider's name, or the site's host. */
  verified: string;
  profile: Profile & { role?: PersonRow['role'] };
  /** Uses up what the login was by, in the transaction that opens the session. */
  spends?: CompiledQuery[];
}

/** Makes whoever it is a person, or finds the one they are, and opens a session for this key. */
export async function enter(
  c: AppContext,
  db: Db,
  identity: Identity,
  { siteId, settings, provider, verified, profile, spends = [] }: Login,
  current: Person | null,
): Promise<{ session: string; person: PersonRow }> {
  const now = Date.now();
  const [accounts, team] = await db.batch(selectAccount(siteId, provider, profile.subject), selectTeamOf(siteId));
  const known = accounts!.rows[0] as PersonRow | undefined;
  const role =
    profile.role ?? roleOf(profile.email, settings) ?? (provider === 'sso' ? null : roleOf(known?.email, settings));
  const name = nameOf(provider, profile, role, [...settings.team, ...(team!.rows as TeamMember[])]);
  const account = {
    site_id: siteId,
    provider,
    subject: profile.subject,
    name: profile.name || profile.subject,
    created_at: now,
  };
  // Whoever is logged in adds a way in; an account that was another person until now makes the two one.
  const person: PersonRow = (current && { ...current, site_id: siteId, created_at: now, seen_at: now }) ??
    known ?? {
      id: newId(now, crypto.getRandomValues(new Uint8Array(16))),
      site_id: siteId,
      name,
      email: profile.email,
      url: profile.url,
      avatar: null,
      verified,
      role,
      created_at: now,
      seen_at: now,
    };
  const picture = await freshPicture(c, person, profile, now);
  // An address that gives a role is the one to keep: at each renewal the role is looked up by it.
  const emails = [person.email, profile.email, known?.email ?? null].filter((email) => email !== null);
  const change = {
    seen_at: now,
    email: emails.find((email) => roleOf(email, settings) !== null) ?? emails[0] ?? null,
    // The site's own accounts are what the site says; elsewhere a person may have changed their name here.
    ...(provider === 'sso' && { name, email: profile.email, url: profile.url }),
    role: current ? (role ?? person.role) : role,
    ...(picture && { avatar: picture.id }),
  };
  const after = { ...person, ...change };
  const session = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  await batchProven(
    db,
    // A login that is about to be another one need not stand, unless it is what the account is added to.
    current ? identity : { ...identity, token: null },
    ...spends,
    ...(known || current ? [updatePerson(person.id, change)] : [insertPerson(after)]),
    known ? updateAccount({ ...account, person_id: person.id }) : insertAccount({ ...account, person_id: person.id }),
    ...(current && known && known.id !== person.id
      ? [...moveIdentity(known.id, after), ...joinPeople(known.id, person.id)]
      : []),
    ...(picture ? [upsertAvatar({ ...picture, owner: person.id, fetchedAt: now })] : []),
    insertSession({
      id: session,
      site_id: siteId,
      person_id: person.id,
      jkt: identity.proof.jkt,
      device: describeDevice(c.req.header('User-Agent') ?? ''),
      created_at: now,
      used_at: now,
      expires_at: now + SESSION_TTL_MS,
    }),
    ...(identity.token ? [deleteSession(identity.token.sessionId)] : []),
  );
  return { session, person: after };
}

/**
 * A role is for whoever has an address that the owner named.
 * @param email as a provider verified it, now or at an earlier login of the same person
 */
export function roleOf(email: string | null | undefined, { team }: Settings): PersonRow['role'] {
  const address = email?.toLowerCase();
  return team.find((member) => member.email?.toLowerCase() === address && address !== undefined)?.role ?? null;
}

/** A provider lets people call themselves what they like; who has no role here does not get the name of one who has. */
function nameOf(provider: string, { name }: Profile, role: PersonRow['role'], team: TeamMember[]): string {
  const called = name || PLAIN_NAME;
  if (role !== null || provider === 'sso' || !findReserved({ name: called }, team)) return called;
  const suffix = ` (${provider})`;
  const letters = [...graphemes.segment(called)].slice(0, LIMITS.nameChars - suffix.length);
  return letters.map(({ segment }) => segment).join('') + suffix;
}
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The picture of who has none yet. */
async function freshPicture(c: AppContext, person: PersonRow, { picture }: Profile, now: number) {
  if (picture === null || (person.avatar !== null && now - person.seen_at < PICTURE_TTL_MS)) return null;
  const found = await fetchPicture(picture, readOrigins(c.env));
  return found && { id: person.avatar ?? newId(now, crypto.getRandomValues(new Uint8Array(16))), ...found };
}
