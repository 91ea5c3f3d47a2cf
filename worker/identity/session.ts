/**
 * Sessions: a one-time code or the site's own token becomes one, the key's proof renews it, and it ends when the person
 * says so. Owns who a login is: the person behind an account, old or new, joined or not.
 */
import { parseSettings } from '../admin/settings';
import type { Settings } from '../contract';
import { type Done, LIMITS, NewSession, type Session, SessionRenewal, type Site, SiteQuery } from '../contract';
import type { Db, PersonRow } from '../db';
import { getConfig } from '../env';
import { newId } from '../ids';
import { normalisePage } from '../pages/normalise';
import { parseQuery } from '../parse';
import { Problem } from '../problem';
import { type AppContext, openDb, ownOrigin, readBody, sendBookmark } from '../request';
import { upsertAvatar } from './avatars-store';
import { describeDevice } from './device';
import { findSiteOf, readOrigins } from './login';
import {
  deleteSession,
  extendSession,
  insertAccount,
  insertPerson,
  insertSession,
  joinPeople,
  type SessionPersonRow,
  selectAccount,
  selectSession,
  selectSettings,
  selectTeamOf,
  takeCode,
  updateAccount,
  updatePerson,
} from './login-store';
import { moveIdentity } from './me-store';
import { findReserved, type TeamMember } from './names';
import { fetchPicture } from './picture';
import { presentPerson } from './present';
import { hashText } from './proof';
import type { Profile } from './providers/profile';
import { listProviders } from './providers/table';
import { readSsoToken } from './sso';
import { batchProven, checkStanding, needIdentity, type Person } from './standing';
import { type StandingRow, selectStanding } from './store';
import { signToken, TOKEN_TTL_S } from './token';
import type { Identity } from './viewer';

/** A session ends when its device has not come back for this long. */
const SESSION_TTL_MS = 90 * 86_400_000;
const SITE_TTL_S = 60;
/** A picture is fetched again when somebody logs in after this long. */
const PICTURE_TTL_MS = 86_400_000;
/** For the few who give none. */
const PLAIN_NAME = 'Reader';

/** Somebody a provider or the site's owner has vouched for. */
interface Login {
  siteId: string;
  settings: Settings;
  provider: string;
  /** How they logged in, as readers see it: the provider's name, or the site's host. */
  verified: string;
  profile: Profile & { role?: PersonRow['role'] };
}

/** `GET /site`: what writing on a site takes and offers. */
export async function readSite(c: AppContext): Promise<Response> {
  const q = parseQuery(SiteQuery, new URL(c.req.url).searchParams);
  const row = await findSiteOf(c, openDb(c), q.url, q.site);
  const settings = parseSettings(row.settings);
  c.header('Cache-Control', `public, max-age=${SITE_TTL_S}`);
  return c.json({
    id: row.id,
    guests: settings.guests,
    providers: listProviders(c.env).map(({ id, name, instance }) => ({ id, name, instance })),
    sso: settings.ssoJwks !== null || ssoSecret(c, row.id) !== undefined,
    votes: settings.votes,
    editWindowS: settings.editWindow * 60,
  } satisfies Site);
}

/** `POST /session` @throws Problem login_expired, sso_invalid, session_invalid, proof_required */
export async function createSession(c: AppContext): Promise<Response> {
  const { value: input } = await readBody(c, NewSession);
  const identity = needIdentity(c.get('viewer').identity);
  const db = openDb(c, 'first-primary');
  const [login, current] =
    'code' in input ? await redeemCode(c, db, identity, input) : await acceptToken(c, db, identity, input);
  try {
    return await enter(c, db, identity, login, current);
  } catch (error) {
    // Another device brought the same new account at this very moment: now it is known.
    if (error instanceof Problem && /constraint failed: accounts/i.test(String(error.options.cause)))
      return enter(c, db, identity, login, current);
    throw error;
  }
}

/** `POST /session/renew` @throws Problem session_invalid, proof_required */
export async function renewSession(c: AppContext): Promise<Response> {
  const { value: input } = await readBody(c, SessionRenewal);
  const identity = needIdentity(c.get('viewer').identity);
  const db = openDb(c, 'first-primary');
  const now = Date.now();
  const { jkt } = identity.proof;
  const [standings, people] = await db.batch(selectStanding(identity, now), selectSession(input.session, jkt, now));
  checkStanding({ ...identity, token: null }, standings!.rows[0] as StandingRow);
  const person = people!.rows[0] as SessionPersonRow | undefined;
  if (!person) throw new Problem('session_invalid');
  // Whoever left the team loses the role with the next token; the site's own accounts have theirs from the site.
  const { role } = person;
  const stillHeld = role === null || person.sso ? role : roleOf(person.email, parseSettings(person.settings));
  await batchProven(
    db,
    { ...identity, token: null },
    extendSession(input.session, now, now + SESSION_TTL_MS),
    updatePerson(person.id, { seen_at: now, role: stillHeld }),
  );
  return answerSession(c, db, input.session, { ...person, role: stillHeld }, jkt, now);
}

/** `DELETE /session`: this device is logged out. @throws Problem session_invalid, proof_required */
export async function endSession(c: AppContext): Promise<Response> {
  const identity = needIdentity(c.get('viewer').identity);
  if (!identity.token) throw new Problem('session_invalid');
  const db = openDb(c, 'first-primary');
  const [standing] = await db.all(selectStanding(identity, Date.now()));
  checkStanding(identity, standing!);
  await batchProven(db, identity, deleteSession(identity.token.sessionId));
  c.header('Cache-Control', 'no-store');
  return c.json({ ok: true } satisfies Done);
}

/** @returns who a code is about, and who is logged in already */
async function redeemCode(
  c: AppContext,
  db: Db,
  identity: Identity,
  { code, verifier }: { code: string; verifier: string },
): Promise<[Login, Person | null]> {
  const now = Date.now();
  const [standing] = await db.all(selectStanding(identity, now));
  // Looked at first: whoever is not logged in any more can still use the code.
  checkStanding(identity, standing!);
  const [login] = await db.all(takeCode(await hashText(code), now));
  const current = checkStanding(identity, standing!, login?.site_id);
  const origin = c.req.header('Origin');
  if (
    !login?.profile ||
    login.jkt !== identity.proof.jkt ||
    login.challenge !== (await hashText(verifier)) ||
    (origin !== undefined && origin !== login.origin)
  )
    throw new Problem('login_expired');
  const profile = JSON.parse(login.profile) as Profile;
  const [site] = await db.all(selectSettings(login.site_id));
  const settings = parseSettings(site?.settings ?? '{}');
  const { provider } = login;
  const verified = listProviders(c.env).find(({ id }) => id === provider)?.name ?? provider;
  return [{ siteId: login.site_id, settings, provider, verified, profile }, current];
}

/** Single sign-on: the site's owner says who this is. */
async function acceptToken(
  c: AppContext,
  db: Db,
  identity: Identity,
  { sso, url, site }: { sso: string; url: string; site?: string | undefined },
): Promise<[Login, Person | null]> {
  const row = await findSiteOf(c, db, url, site);
  const [standing] = await db.all(selectStanding(identity, Date.now()));
  checkStanding({ ...identity, token: null }, standing!);
  const settings = parseSettings(row.settings);
  const secret = ssoSecret(c, row.id);
  const profile = await readSsoToken(sso, {
    audience: ownOrigin(c),
    origins: readOrigins(c),
    now: Date.now(),
    ...(settings.ssoJwks === null ? {} : { jwks: settings.ssoJwks }),
    ...(settings.ssoIssuer === null ? {} : { issuer: settings.ssoIssuer }),
    ...(secret === undefined ? {} : { secret }),
  });
  return [{ siteId: row.id, settings, provider: 'sso', verified: normalisePage(url).host, profile }, null];
}

/** SSO_SECRET_BLOG for the site `blog`, else SSO_SECRET for all of them. */
function ssoSecret(c: AppContext, siteId: string): string | undefined {
  const secret = c.env[`SSO_SECRET_${siteId.toUpperCase().replaceAll('-', '_')}`] ?? c.env.SSO_SECRET;
  return typeof secret === 'string' && secret !== '' ? secret : undefined;
}

/** Makes whoever it is a person, or finds the one they are, and opens a session for this key. */
async function enter(
  c: AppContext,
  db: Db,
  identity: Identity,
  { siteId, settings, provider, verified, profile }: Login,
  current: Person | null,
): Promise<Response> {
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
  return answerSession(c, db, session, after, identity.proof.jkt, now);
}

/**
 * A role is for whoever has an address that the owner named.
 * @param email as a provider verified it, now or at an earlier login of the same person
 */
function roleOf(email: string | null | undefined, { team }: Settings): PersonRow['role'] {
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
  const found = await fetchPicture(picture, readOrigins(c));
  return found && { id: person.avatar ?? newId(now, crypto.getRandomValues(new Uint8Array(16))), ...found };
}

async function answerSession(
  c: AppContext,
  db: Db,
  id: string,
  person: PersonRow,
  jkt: string,
  now: number,
): Promise<Response> {
  const claims = { sessionId: id, personId: person.id, siteId: person.site_id };
  const token = await signToken(claims, jkt, getConfig(c.env), now);
  sendBookmark(c, db);
  c.header('Cache-Control', 'no-store');
  return c.json({
    id,
    token,
    expiresAt: new Date(now + TOKEN_TTL_S * 1000).toISOString(),
    person: presentPerson(person, ownOrigin(c)),
  } satisfies Session);
}
