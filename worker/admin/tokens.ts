/** API tokens: made with no more power than one has, shown once, listed, revoked. How one is recognised: grant.ts. */
import { base64url } from 'jose';
import { cleanLine } from '../clean';
import { parseId } from '../comments/target';
import { type CreatedToken, NewToken, type Scope, type Token, type Tokens } from '../contract-admin';
import type { TokenRow } from '../db';
import { hashText } from '../identity/proof';
import { newId } from '../ids';
import { Problem } from '../problem';
import { type AppContext, openDb, readBody } from '../request';
import { batchAs, draftDecision, formatToken, type Grant, needGrant, parseScopes, reaches, siteFor } from './grant';
import { selectSiteNames } from './sites-store';
import { insertToken, revokeToken as revoke, selectToken, selectTokens } from './tokens-store';

/** `GET /admin/tokens`: those for the site that the grant is for. */
export async function listTokens(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'tokens:write');
  const rows = await db.all(selectTokens(grant.siteId));
  return c.json({ tokens: rows.map(presentToken) } satisfies Tokens);
}

/** `POST /admin/tokens` @throws Problem scope_missing for more than one has oneself, invalid_request */
export async function createToken(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'tokens:write');
  const { value: input } = await readBody(c, NewToken);
  const now = Date.now();
  const scopes = [...new Set(input.scopes)];
  checkPower(grant, scopes);
  const site = siteFor(grant, input.site);
  if (site !== null && (await db.all(selectSiteNames(site))).length === 0)
    throw refuse('site', 'there is no such site');
  const secret = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
  const row: TokenRow = {
    id: newId(now, crypto.getRandomValues(new Uint8Array(16))),
    hash: await hashText(secret),
    name: cleanLine(input.name),
    scopes: JSON.stringify(scopes),
    site_id: site,
    created_at: now,
    expires_at: decideExpiry(grant, input.expiresAt ?? null, now),
    used_at: null,
    revoked_at: null,
  };
  const token = presentToken(row);
  const decisionId = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  const decision = draftDecision(grant, decisionId, site ?? '', 'token.create', now);
  await batchAs(db, grant, ...insertToken(row, known(token), decision));
  return c.json({ ...token, token: formatToken(row.id, secret) } satisfies CreatedToken, 201);
}

/** `DELETE /admin/tokens/{id}`; again, it stays revoked. @throws Problem not_found, scope_missing when it may do more than one may */
export async function revokeToken(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'tokens:write');
  const [row] = await db.all(selectToken(parseId(c)));
  if (!row || !reaches(grant, row.site_id)) throw new Problem('not_found');
  const token = presentToken(row);
  checkPower(grant, token.scopes);
  const now = Date.now();
  const decisionId = newId(now, crypto.getRandomValues(new Uint8Array(16)));
  const decision = draftDecision(grant, decisionId, row.site_id ?? '', 'token.revoke', now);
  await batchAs(db, grant, ...revoke(row.id, now, known(token), decision));
  return c.json(presentToken({ ...row, revoked_at: row.revoked_at ?? now }));
}

/** A token gives and takes no more than it is for. */
function checkPower(grant: Grant, scopes: Scope[]): void {
  const more = scopes.filter((scope) => !grant.scopes.includes(scope));
  if (more.length > 0) throw new Problem('scope_missing', `This needs a token that is for ${more.join(', ')} itself.`);
}

/** What is made by a token that ends may not outlive it. @returns epoch ms, or null: never */
function decideExpiry(grant: Grant, expiresAt: string | null, now: number): number | null {
  if (expiresAt === null) return grant.expiresAt;
  const at = Date.parse(expiresAt);
  if (at <= now) throw refuse('expiresAt', 'must be in the future');
  if (grant.expiresAt !== null && at > grant.expiresAt)
    throw refuse('expiresAt', `must be ${isoOf(grant.expiresAt)} or earlier, when the token that makes it ends`);
  return at;
}

const presentToken = (row: TokenRow): Token => ({
  id: row.id,
  name: row.name,
  scopes: parseScopes(row),
  site: row.site_id,
  createdAt: new Date(row.created_at).toISOString(),
  expiresAt: isoOf(row.expires_at),
  usedAt: isoOf(row.used_at),
  revokedAt: isoOf(row.revoked_at),
});

/** What the log tells of a token. */
const known = ({ name, scopes, site, expiresAt }: Token) => ({ name, scopes, site, expiresAt });
const isoOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const refuse = (field: string, why: string) => new Problem('invalid_request', `${field}: ${why}.`, { field });
