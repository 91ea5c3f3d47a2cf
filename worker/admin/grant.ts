/**
 * Who asks to run a site, and what they may do: the holder of the root token everything, an API token what it was made for,
 * somebody on a site's team to moderate it. Making and revoking tokens is tokens.ts.
 */

import type { CompiledQuery } from 'kysely';
import * as v from 'valibot';
import { type Action, Scope } from '../contract-admin';
import type { Db, DecisionRow, TokenRow } from '../db';
import { getConfig } from '../env';
import { hashText } from '../identity/proof';
import { batchProven, checkStanding } from '../identity/standing';
import { type StandingRow, selectStanding } from '../identity/store';
import type { Identity } from '../identity/viewer';
import type { DecisionDraft } from '../moderation/decisions/status-store';
import { Problem } from '../problem';
import type { AppContext } from '../request';
import { selectToken, touchToken } from './tokens-store';

export interface Grant {
  kind: 'root' | 'token' | 'person';
  /** tokens.id or people.id. */
  id: string | null;
  name: string;
  scopes: readonly Scope[];
  /** The one site it is for; null: all. */
  siteId: string | null;
  /** Epoch ms. */
  expiresAt: number | null;
  /** Whose proof is used up by what is written (`batchAs`); a read has used it up already. */
  identity: Identity | null;
}

/** What somebody on a site's team may do there. */
const TEAM_SCOPES: readonly Scope[] = ['comments:read', 'comments:moderate', 'stats:read'];
/** `aw_`, the id of its row, and 32 random bytes in base64url. */
const TOKEN = /^Bearer aw_([0-9a-z]{26})_([\w-]{43})$/i;
const HOUR_MS = 3_600_000;

/** Whether an Authorization header carries an API token other than the root one. */
export const isApiToken = (authorization: string | null): boolean => TOKEN.test(authorization ?? '');
export const formatToken = (id: string, secret: string): string => `aw_${id}_${secret}`;

/**
 * One D1 round trip, none for the root token. What those who run a site may read is nobody else's: it stays in no cache.
 * @param scope `any`: whoever may do anything here
 * @throws Problem setup_required, unauthorized, token_expired, token_revoked, session_invalid, proof_replayed, scope_missing
 */
export async function needGrant(c: AppContext, db: Db, scope: Scope | 'any'): Promise<Grant> {
  getConfig(c.env);
  c.header('Cache-Control', 'private, no-store');
  const grant = await findGrant(c, db, Date.now());
  if (scope !== 'any' && !grant.scopes.includes(scope)) throw missing(`It must be for ${scope}.`);
  return grant;
}

/**
 * For what concerns the instance as a whole.
 * @param also a second scope it must have
 * @throws Problem as needGrant; scope_missing when it is for one site
 */
export async function needWholeGrant(c: AppContext, db: Db, scope: Scope, also: Scope = scope): Promise<Grant> {
  const grant = await needGrant(c, db, scope);
  checkWhole(grant, also);
  return grant;
}

/** That a grant is for all sites, and for a second scope. @throws Problem scope_missing */
export function checkWhole(grant: Grant, also: Scope): void {
  if (!grant.scopes.includes(also)) throw missing(`It must be for ${also} as well.`);
  if (grant.siteId !== null) throw missing('It must be for all sites.');
}

async function findGrant(c: AppContext, db: Db, now: number): Promise<Grant> {
  const { owner, identity } = c.get('viewer');
  if (owner)
    return { kind: 'root', id: null, name: 'owner', scopes: Scope.options, siteId: null, expiresAt: null, identity };
  const [, id, secret] = TOKEN.exec(c.req.header('Authorization') ?? '') ?? [];
  if (id !== undefined) return useToken(c, db, id, secret!, now);
  if (!identity?.token)
    throw new Problem('unauthorized', 'This needs an API token, or a login of somebody on the team.');
  // What is private is not had twice by one proof; a write uses it up in its own transaction.
  const unspent = /^(GET|HEAD)$/.test(c.req.method) ? null : identity;
  const [standings] = await batchProven(db, unspent ? null : identity, selectStanding(identity, now));
  const standing = standings!.rows[0] as StandingRow;
  const person = checkStanding(identity, unspent ? standing : { ...standing, replayed: 0 });
  if (!person?.role) throw missing('This login is of nobody on the site’s team.');
  return {
    kind: 'person',
    id: person.id,
    name: person.name,
    scopes: TEAM_SCOPES,
    siteId: identity.token.siteId,
    expiresAt: null,
    identity: unspent,
  };
}

async function useToken(c: AppContext, db: Db, id: string, secret: string, now: number): Promise<Grant> {
  const [row] = await db.all(selectToken(id.toLowerCase()));
  // Also where there is no such token a hash is compared: the time says nothing.
  const equal = await isHashOf(secret, row?.hash ?? '');
  if (!row || !equal) throw new Problem('unauthorized');
  if (row.revoked_at !== null) throw new Problem('token_revoked');
  if (row.expires_at !== null && row.expires_at <= now) throw new Problem('token_expired');
  if ((row.used_at ?? 0) < now - HOUR_MS) c.executionCtx.waitUntil(db.batch(touchToken(row.id, now)));
  const { site_id: siteId, expires_at: expiresAt } = row;
  return { kind: 'token', id: row.id, name: row.name, scopes: parseScopes(row), siteId, expiresAt, identity: null };
}

/** Scopes as stored; one that is none any more gives nothing. */
export const parseScopes = ({ scopes }: Pick<TokenRow, 'scopes'>): Scope[] =>
  (JSON.parse(scopes) as unknown[]).filter((scope) => v.is(Scope, scope));

async function isHashOf(secret: string, hash: string): Promise<boolean> {
  const bytes = (text: string) => new TextEncoder().encode(text.padEnd(43, '='));
  const [given, real] = [bytes(await hashText(secret)), bytes(hash)];
  return given.length === real.length && crypto.subtle.timingSafeEqual(given, real);
}

/**
 * The site a request is about.
 * @param site what it names, if anything; null: all sites
 * @returns null: all sites
 * @throws Problem scope_missing when it names more than the grant is for
 */
export function siteFor(grant: Grant, site: string | null | undefined): string | null {
  if (grant.siteId !== null && site !== undefined && site !== grant.siteId)
    throw missing(`It is for the site ${grant.siteId}.`);
  return site === undefined ? grant.siteId : site;
}

/** Whether a row of a site (null: of all) may be known to who asks; what may not be known is not there. */
export const reaches = (grant: Grant, siteId: string | null): boolean =>
  grant.siteId === null || grant.siteId === siteId;

/** As db.batch, together with the proof of who asks. @throws Problem proof_replayed, session_invalid, storage_unavailable */
export const batchAs = (db: Db, grant: Grant, ...queries: CompiledQuery<unknown>[]) =>
  batchProven(db, grant.identity, ...queries);

/** A line of the log by who asks, in a batch of its own. @param now epoch ms */
export const draftDecision = (
  grant: Grant,
  id: string,
  siteId: string,
  action: Action,
  now: number,
  reason: string | null = null,
): DecisionDraft => ({ site_id: siteId, id, batch: id, ...actorOf(grant), action, reason, created_at: now });

/** As the log names them. */
export const actorOf = ({ kind, id, name }: Grant): Pick<DecisionRow, 'actor_kind' | 'actor_id' | 'actor_name'> => ({
  actor_kind: kind,
  actor_id: id,
  actor_name: name,
});

const missing = (detail: string) => new Problem('scope_missing', detail);
