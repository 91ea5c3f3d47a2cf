/**
 * Proofs of possession in the form of RFC 9449 (DPoP): who writes signs each request with a key that never leaves their
 * device, and the key's thumbprint is who they are. Beyond the RFC, a proof carries a `digest` of the body, so that it is
 * worth nothing for any other text. Whether it was used before, store.ts knows.
 */
import { base64url, calculateJwkThumbprint, EmbeddedJWK, type JWK, jwtVerify } from 'jose';
import * as v from 'valibot';
import { LIMITS } from '../contract';
import { Problem } from '../problem';

/** A proof that fits its request. */
export interface Proof {
  /** SHA-256 thumbprint of the key, base64url (RFC 7638). */
  jkt: string;
  /** The proof's own id. */
  jti: string;
  /** When it was made, in seconds. */
  iat: number;
  /** SHA-256 of the request's body, base64url; absent when there is none. */
  digest: string | undefined;
  /** SHA-256 of the access token that came with it, base64url. */
  ath: string | undefined;
}

const Claims = v.object({
  htm: v.string(),
  htu: v.string(),
  iat: v.pipe(v.number(), v.integer()),
  jti: v.pipe(v.string(), v.regex(/^[\w-]{16,64}$/)),
  digest: v.optional(v.string()),
  ath: v.optional(v.string()),
});

/**
 * Checks all that can be told from the request alone. RFC 9449 section 4.3.
 * @param now epoch ms
 * @throws Problem proof_invalid, proof_expired
 */
export async function verifyProof(
  proof: string,
  request: { method: string; url: string },
  now: number,
): Promise<Proof> {
  if (proof.length > 2048) throw refuse('is too long');
  let jwk: JWK | undefined;
  let payload: unknown;
  try {
    const verified = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256'],
      currentDate: new Date(now),
    });
    ({ payload } = verified);
    ({ jwk } = verified.protectedHeader);
  } catch (cause) {
    throw refuse('is not a dpop+jwt with an ES256 signature by the key in its header', cause);
  }
  // Not every runtime looks: a curve's other names would give one key several thumbprints.
  if (jwk?.crv !== 'P-256') throw refuse('has a key that is not of P-256');
  const claims = v.safeParse(Claims, payload);
  if (!claims.success) throw refuse('needs htm, htu, iat, and a jti of 16 to 64 of A-Z, a-z, 0-9, - and _');
  const { htm, htu, iat, jti, digest, ath } = claims.output;
  if (htm !== request.method) throw refuse(`is for ${htm}`);
  if (bare(htu) !== bare(request.url)) throw refuse(`must have ${bare(request.url)} as htu`);
  const age = now / 1000 - iat;
  if (age > LIMITS.proofAgeS || age < -LIMITS.proofSkewS) throw new Problem('proof_expired');
  return { jkt: await calculateJwkThumbprint(jwk), jti, iat, digest, ath };
}

/** @throws Problem proof_invalid unless the proof was made for this very body */
export async function checkDigest(proof: Proof, body: string): Promise<void> {
  if (proof.digest !== (await hashText(body)))
    throw refuse('must have the SHA-256 of the body, in base64url, as digest');
}

/** SHA-256 in base64url. */
export async function hashText(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return base64url.encode(new Uint8Array(digest));
}

/** Without query and fragment, in WHATWG form. */
function bare(url: string): string {
  const parsed = URL.parse(url);
  return parsed ? parsed.origin + parsed.pathname : '';
}

const refuse = (why: string, cause?: unknown) =>
  new Problem('proof_invalid', `The proof ${why}.`, { field: 'DPoP', cause });
