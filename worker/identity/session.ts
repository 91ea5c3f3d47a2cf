/**
 * Sessions: a one-time code or the site's own token becomes one, the key's proof renews it, and it ends when the person
 * says so. Who comes in by it, enter.ts knows.
 */
import { parseSettings } from '../admin/settings';
import { type Done, NewSession, type Session, SessionRenewal, type Site, SiteQuery } from '../contract';
import type { Db, PersonRow } from '../db';
import { getConfig, readOrigins, sendsMail } from '../env';
import { normalisePage } from '../pages/normalise';
import { findSiteOf } from '../pages/site';
import { parseQuery } from '../parse';
import { Problem } from '../problem';
import { type AppContext, openDb, ownOrigin, readBody, sendBookmark } from '../request';
import { enter, type Login, roleOf, SESSION_TTL_MS } from './enter';
import {
  deleteSession,
  extendSession,
  type SessionPersonRow,
  selectSession,
  selectSettings,
  takeCode,
  updatePerson,
} from './login-store';
import { isCausedBy, redeemMailCode } from './mail-code';
import { IS_SPENT } from './mail-code-store';
import { presentPerson } from './present';
import { hashText } from './proof';
import type { Profile } from './providers/profile';
import { listProviders } from './providers/table';
import { readSsoToken } from './sso';
import { batchProven, checkStanding, needIdentity, type Person } from './standing';
import { type StandingRow, selectStanding } from './store';
import { signToken, TOKEN_TTL_S } from './token';
import type { Identity } from './viewer';

const SITE_TTL_S = 60;

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
    mail: sendsMail(c.env),
    votes: settings.votes,
    editWindowS: settings.editWindow * 60,
  } satisfies Site);
}

/** `POST /session` @throws Problem login_expired, code_wrong, sso_invalid, session_invalid, proof_required */
export async function createSession(c: AppContext): Promise<Response> {
  const { value: input } = await readBody(c, NewSession);
  const identity = needIdentity(c.get('viewer').identity);
  const db = openDb(c, 'first-primary');
  const [login, current] =
    'code' in input
      ? await redeemCode(c, db, identity, input)
      : 'emailCode' in input
        ? await redeemMailCode(c, db, identity, input.emailCode)
        : await acceptToken(c, db, identity, input);
  const { session, person } = await enter(c, db, identity, login, current).catch((error) => {
    // Another device brought the same new account at this very moment: now it is known.
    if (isCausedBy(error, /constraint failed: accounts/i)) return enter(c, db, identity, login, current);
    throw isCausedBy(error, IS_SPENT) ? new Problem('login_expired') : error;
  });
  return answerSession(c, db, session, person, identity.proof.jkt, Date.now());
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
    origins: readOrigins(c.env),
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
    hasEmail: person.email !== null,
  } satisfies Session);
}
