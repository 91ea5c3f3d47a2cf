/**
 * Single sign-on: a site that has accounts of its own vouches for its reader with a JWT (RFC 7519), signed with a secret that
 * it shares with this Afterword, or with a key whose public half it publishes (RFC 7517). Which of them a site has, the
 * caller knows.
 */
import { createRemoteJWKSet, customFetch, type ExportedJWKSCache, errors, jwksCache, jwtVerify } from 'jose';
import * as v from 'valibot';
import { Badge } from '../contract';
import { type Origins, outsideFetch } from '../outgoing';
import { Problem } from '../problem';
import { makeProfile, type Profile, text } from './providers/profile';

export type SsoProfile = Profile & { role: v.InferOutput<typeof Badge> | null };

/** How long a token may be good for. */
const MAX_TTL_S = 86_400;
const CLOCK_TOLERANCE_S = 30;
const SECRET_CHARS = 32;

const Claims = v.object({
  sub: v.pipe(v.string('sub is no text'), v.nonEmpty('sub is empty'), v.maxLength(255, 'sub is over 255 characters')),
  name: v.string('name is no text'),
  exp: v.number(),
  email: text,
  email_verified: v.optional(v.unknown()),
  avatar: text,
  url: text,
  role: v.nullish(v.picklist(Badge.options, 'role must be author or moderator'), null),
});

/** Public keys by address, so that they are not asked for at each login. */
const keys = new Map<string, ExportedJWKSCache | Record<string, never>>();

/**
 * @param site.secret 32 characters or more: HS256
 * @param site.jwks address of the site's public keys: RS256, ES256 or EdDSA
 * @param site.audience this Afterword's origin
 * @param site.now epoch ms
 * @throws Problem sso_invalid, setup_required, outside_refused, outside_unreachable
 */
export async function readSsoToken(
  token: string,
  site: {
    secret?: string | null | undefined;
    jwks?: string | null | undefined;
    issuer?: string | null | undefined;
    audience: string;
    origins: Origins;
    now: number;
  },
): Promise<SsoProfile> {
  const { issuer, audience, now } = site;
  let payload: unknown;
  try {
    const options = {
      audience,
      ...(issuer && { issuer }),
      requiredClaims: ['sub', 'name', 'exp'],
      currentDate: new Date(now),
      clockTolerance: CLOCK_TOLERANCE_S,
    };
    // A key takes its own algorithms alone, so that nobody signs with a public key as if it were the secret.
    ({ payload } = site.jwks
      ? await jwtVerify(token, findKeys(site.jwks, site.origins), {
          ...options,
          algorithms: ['RS256', 'ES256', 'EdDSA'],
        })
      : await jwtVerify(token, readSecret(site.secret), { ...options, algorithms: ['HS256'] }));
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw refuse(describe(cause));
  }
  const result = v.safeParse(Claims, payload, { abortEarly: true });
  if (!result.success) throw refuse(result.issues[0].message);
  const { sub, name, exp, email, email_verified, avatar, url, role } = result.output;
  if (exp > now / 1000 + MAX_TTL_S + CLOCK_TOLERANCE_S) throw refuse('exp is over 24 hours away');
  const verified = email_verified === undefined || email_verified === true;
  const profile = makeProfile('The site', {
    subject: sub,
    names: [name],
    email: verified ? email : null,
    picture: avatar,
    url,
  });
  if (profile.name === '') throw refuse('name is blank');
  return { ...profile, role };
}

function readSecret(secret: string | null | undefined): Uint8Array {
  if (!secret) throw refuse('this site has no key to check it with');
  if (secret.length >= SECRET_CHARS) return new TextEncoder().encode(secret);
  throw new Problem('setup_required', `The secret for single sign-on must be ${SECRET_CHARS} characters or more.`);
}

function findKeys(address: string, origins: Origins) {
  const url = URL.parse(address);
  if (!url) throw new Problem('setup_required', 'ssoJwks is not an address.');
  const cache = keys.get(address) ?? {};
  keys.set(address, cache);
  return createRemoteJWKSet(url, { [customFetch]: outsideFetch(origins), [jwksCache]: cache });
}

/** What is wrong with a token, in words that hold nothing of it. */
function describe(cause: unknown): string {
  if (cause instanceof errors.JWTExpired) return 'it has expired';
  if (cause instanceof errors.JWTClaimValidationFailed) return `${cause.claim} is missing or wrong`;
  if (cause instanceof errors.JWSSignatureVerificationFailed || cause instanceof errors.JWKSNoMatchingKey)
    return 'its signature is not by this site’s key';
  if (cause instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not one of those for this key';
  if (cause instanceof errors.JWKSInvalid || (cause instanceof errors.JOSEError && cause.code === 'ERR_JOSE_GENERIC'))
    return 'this site’s keys could not be read';
  return 'it is not a signed JWT';
}

const refuse = (why: string) => new Problem('sso_invalid', `The single sign-on token is refused: ${why}.`);
