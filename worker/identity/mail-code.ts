/**
 * Logging in by six digits that are mailed: for whoever reads mail at an address, on the device that asked, once. Asking is answered
 * alike whether or not anybody has the address. Nobody is locked out by what others ask or try: a code ends, never an account.
 */

import { parseSettings } from '../admin/settings';
import { cleanLine } from '../clean';
import { type EmailLogin, NewEmailLogin } from '../contract-notify';
import type { Db } from '../db';
import { sendsMail } from '../env';
import { newId, timeOf } from '../ids';
import { insertDelivery } from '../notify/outbox/deliveries-store';
import { drainBehind } from '../notify/outbox/drain';
import { findSiteOf } from '../pages/site';
import { Problem } from '../problem';
import { type AppContext, hashClient, openDb, readBody, sendBookmark } from '../request';
import type { Login } from './enter';
import { isCode } from './mail-code-digits';
import { type Cap, IS_FULL, insertCode, selectFull, spendCode, takeTry } from './mail-code-store';
import { makeProfile } from './providers/profile';
import { batchProven, checkStanding, needIdentity, type Person } from './standing';
import { selectStanding } from './store';
import type { Identity } from './viewer';

const CODE_TTL_MS = 10 * 60_000;
const TRIES = 5;
const SPELL_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
/** How accounts of this kind are kept, and what readers see beside the name: never the address. */
const PROVIDER = 'email';

/**
 * What may be asked for. Whoever has used up what an address gets from one network has not used up what it gets from others; the last
 * keeps all of them together from filling somebody's mailbox.
 */
function capsOf(email: string, jkt: string, network: string, now: number): Cap[] {
  const spell = now - SPELL_MS;
  const day = now - DAY_MS;
  return [
    { of: { jkt }, most: 3, since: spell },
    { of: { jkt }, most: 10, since: day },
    { of: { email, network }, most: 3, since: spell },
    { of: { email, network }, most: 10, since: day },
    { of: { network }, most: 30, since: spell },
    { of: { email }, most: 30, since: day },
  ];
}

/** `POST /login/email` @throws Problem switched_off, rate_limited, proof_required */
export async function askEmailCode(c: AppContext): Promise<Response> {
  const { value: input } = await readBody(c, NewEmailLogin);
  const identity = { ...needIdentity(c.get('viewer').identity), token: null };
  if (!sendsMail(c.env)) throw new Problem('switched_off', 'No mail goes out here.');
  const { email } = input;
  const { jkt } = identity.proof;
  const db = openDb(c, 'first-primary');
  const site = await findSiteOf(c, db, input.url, input.site);
  const { netHash: network } = await hashClient(c);
  const now = Date.now();
  const id = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  const expiresAt = now + CODE_TTL_MS;
  const language = input.language ?? 'en';
  const code = { id, site_id: site.id, email, jkt, network, language, expires_at: expiresAt };
  const caps = capsOf(email, jkt, network, now);
  try {
    await batchProven(
      db,
      identity,
      ...insertCode(code, caps, now),
      insertDelivery({ event_id: id, target: id, site_id: site.id, kind: 'code', subject: id }, now),
    );
  } catch (error) {
    if (!isCausedBy(error, IS_FULL)) throw error;
    throw new Problem('rate_limited', undefined, { retryAfterS: await waitFor(db, caps) });
  }
  drainBehind(c);
  sendBookmark(c, db);
  c.header('Cache-Control', 'no-store');
  return c.json({ id, expiresAt: new Date(expiresAt).toISOString() } satisfies EmailLogin);
}

/** Seconds until one more may be asked for. */
async function waitFor(db: Db, caps: Cap[]): Promise<number> {
  const full = await db.batch(...caps.map(selectFull));
  const waits = full.map(({ rows }, i) => {
    const [row] = rows as { id: string }[];
    return row ? timeOf(row.id) - caps[i]!.since : 0;
  });
  return Math.max(1, ...waits.map((ms) => Math.ceil(ms / 1000)));
}

/** @returns whom a code is of, and who is logged in already @throws Problem login_expired, code_wrong */
export async function redeemMailCode(
  c: AppContext,
  db: Db,
  identity: Identity,
  { id, code, name }: { id: string; code: string; name?: string | undefined },
): Promise<[Login, Person | null]> {
  const now = Date.now();
  const [standing] = await db.all(selectStanding(identity, now));
  // Looked at first: whoever is not logged in any more can still use the code.
  checkStanding(identity, standing!);
  const [row] = await db.all(takeTry(id, identity.proof.jkt, TRIES, now));
  if (!row) throw new Problem('login_expired');
  const current = checkStanding(identity, standing!, row.site_id);
  if (!(await isCode(c.env, row, code))) throw new Problem(row.tries < TRIES ? 'code_wrong' : 'login_expired');
  const { email } = row;
  const names = name === undefined ? [] : [cleanLine(name)];
  const profile = { ...makeProfile('E-mail', { subject: email.toLowerCase(), names }), email };
  const login = { siteId: row.site_id, settings: parseSettings(row.settings), provider: PROVIDER, verified: PROVIDER };
  return [{ ...login, profile, spends: spendCode(id) }, current];
}

export const isCausedBy = (error: unknown, cause: RegExp): boolean =>
  error instanceof Problem && cause.test(String(error.options.cause));
