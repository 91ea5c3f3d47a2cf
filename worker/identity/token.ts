/**
 * Access tokens: JWTs of a few minutes, bound to the key that the session belongs to (`cnf.jkt`, RFC 7800 and 9449), signed
 * with AUTH_SECRET. What was signed with the secret before counts until it expires, so that changing it logs nobody out.
 */
import { jwtVerify, SignJWT } from 'jose';
import * as v from 'valibot';
import type { Config } from '../env';
import { Problem } from '../problem';
import { hashText, type Proof } from './proof';

/** How long an access token lives. */
export const TOKEN_TTL_S = 600;

/** What a token says. Whether the session still stands, store.ts knows. */
export interface TokenClaims {
  sessionId: string;
  personId: string;
  siteId: string;
}

const Claims = v.object({
  sid: v.string(),
  sub: v.string(),
  site: v.string(),
  cnf: v.object({ jkt: v.string() }),
});
type Secrets = Pick<Config, 'authSecret' | 'previousAuthSecret'>;

/** @param now epoch ms */
export function signToken(claims: TokenClaims, jkt: string, secrets: Secrets, now: number): Promise<string> {
  const issued = Math.floor(now / 1000);
  return new SignJWT({ sid: claims.sessionId, site: claims.siteId, cnf: { jkt } })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setSubject(claims.personId)
    .setIssuedAt(issued)
    .setExpirationTime(issued + TOKEN_TTL_S)
    .sign(keyOf(secrets.authSecret));
}

/**
 * @param proof of the same request: the token counts only together with its key
 * @throws Problem session_invalid
 */
export async function verifyToken(token: string, proof: Proof, secrets: Secrets, now: number): Promise<TokenClaims> {
  const candidates = [secrets.authSecret, secrets.previousAuthSecret].filter((secret) => secret !== null);
  for (const secret of candidates) {
    try {
      const options = { typ: 'at+jwt', algorithms: ['HS256'], currentDate: new Date(now), maxTokenAge: TOKEN_TTL_S };
      const { payload } = await jwtVerify(token, keyOf(secret), options);
      const { sid, sub, site, cnf } = v.parse(Claims, payload);
      if (cnf.jkt === proof.jkt && proof.ath === (await hashText(token)))
        return { sessionId: sid, personId: sub, siteId: site };
    } catch {}
  }
  throw new Problem('session_invalid');
}

/** A key of its own for tokens: nothing else that AUTH_SECRET signs can pass for one. */
const keyOf = (secret: string) => new TextEncoder().encode(`token:${secret}`);
