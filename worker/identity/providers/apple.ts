/**
 * Sign in with Apple: OpenID Connect, where the client's secret is a token that the owner's key signs, the answer comes as a
 * form (POST) as soon as name or address are asked for, and the name is told once, beside the ID token, at the first login.
 * @see https://developer.apple.com/documentation/signinwithapplerestapi
 * @see https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
 */
import { importPKCS8, SignJWT } from 'jose';
import { ClientSecretPost } from 'oauth4webapi';
import * as v from 'valibot';
import { Problem } from '../../problem';
import { Claims, readClaims } from './claims';
import { narrowAnswer, text } from './profile';
import { type Provider, readSecret, type Secrets } from './provider';

const NAME = 'Apple';
const ISSUER = 'https://appleid.apple.com';
/** Made anew for each login; Apple would take six months. */
const SECRET_TTL_S = 300;
const NONE = { name: { firstName: null, lastName: null } };
const User = v.fallback(
  v.pipe(v.string(), v.parseJson(), v.object({ name: v.object({ firstName: text, lastName: text }) })),
  NONE,
);

export function apple(secrets: Secrets): Provider[] {
  const [clientId, teamId, keyId, privateKey] = ['CLIENT_ID', 'TEAM_ID', 'KEY_ID', 'PRIVATE_KEY'].map((name) =>
    readSecret(secrets, `APPLE_${name}`),
  );
  if (!clientId || !teamId || !keyId || !privateKey) return [];
  return [
    {
      id: 'apple',
      name: NAME,
      instance: false,
      openid: true,
      server: ISSUER,
      scopes: 'name email',
      pkce: false,
      parameters: { response_mode: 'form_post' },
      registration: { id: clientId, secret: privateKey },
      authenticate: async (pem, now) => ClientSecretPost(await signSecret(pem, { clientId, teamId, keyId }, now)),
      readProfile: ([answer], { callback }) => {
        const claims = narrowAnswer(NAME, Claims, answer);
        const { firstName, lastName } = v.parse(User, callback.get('user')).name;
        return readClaims(NAME, { ...claims, given_name: firstName, family_name: lastName });
      },
    },
  ];
}

/** @throws Problem setup_required */
async function signSecret(
  pem: string,
  { clientId, teamId, keyId }: { clientId: string; teamId: string; keyId: string },
  now: number,
): Promise<string> {
  const issued = Math.floor(now / 1000);
  try {
    // A shell may have left the line breaks written out.
    const key = await importPKCS8(pem.replaceAll('\\n', '\n'), 'ES256');
    return await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .setIssuer(teamId)
      .setSubject(clientId)
      .setAudience(ISSUER)
      .setIssuedAt(issued)
      .setExpirationTime(issued + SECRET_TTL_S)
      .sign(key);
  } catch {
    throw new Problem('setup_required', 'APPLE_PRIVATE_KEY is not the text of a .p8 file from Apple.');
  }
}
