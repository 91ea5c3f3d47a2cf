/**
 * Any OpenID Connect issuer an owner trusts, several if need be: OIDC_PROVIDERS holds them as JSON.
 * @see https://openid.net/specs/openid-connect-core-1_0.html
 */
import { ClientSecretBasic } from 'oauth4webapi';
import * as v from 'valibot';
import { isLoopback } from '../../outgoing';
import { Problem } from '../../problem';
import { readClaims } from './claims';
import { type Provider, readSecret, type Secrets } from './provider';

const filled = v.pipe(v.string('must be text'), v.nonEmpty('must not be empty'));
const Issuer = v.strictObject({
  id: v.pipe(filled, v.regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -')),
  name: v.pipe(filled, v.maxLength(40, 'must be 40 characters or fewer')),
  issuer: v.pipe(filled, v.check(isIssuer, 'must be an https address (http on this machine only)')),
  clientId: filled,
  clientSecret: filled,
  scopes: v.optional(filled, 'openid email profile'),
});
const Issuers = v.pipe(v.string(), v.parseJson(undefined, 'is not JSON'), v.array(Issuer, 'must be a list'));

/** @throws Problem setup_required that says what is wrong with OIDC_PROVIDERS */
export function oidc(secrets: Secrets): Provider[] {
  const json = readSecret(secrets, 'OIDC_PROVIDERS');
  if (json === undefined) return [];
  const result = v.safeParse(Issuers, json, { abortEarly: true });
  if (result.success) return result.output.map(makeProvider);
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const unknown = issue.type === 'strict_object' && issue.expected === 'never';
  const why = issue.type !== 'strict_object' ? issue.message : unknown ? 'is not known' : 'is missing';
  throw new Problem('setup_required', `OIDC_PROVIDERS${path ? `: ${path}` : ''} ${why}.`);
}

const makeProvider = ({
  id,
  name,
  issuer,
  clientId,
  clientSecret,
  scopes,
}: v.InferOutput<typeof Issuer>): Provider => ({
  id,
  name,
  instance: false,
  openid: true,
  userInfo: true,
  server: issuer,
  scopes,
  pkce: true,
  registration: { id: clientId, secret: clientSecret },
  // What every issuer takes unless its metadata says otherwise (OpenID Connect Discovery, token_endpoint_auth_methods_supported).
  authenticate: ClientSecretBasic,
  // UserInfo says more where both do: an ID token may hold the account alone (OpenID Connect Core, 5.4).
  readProfile: ([claims, info]) => readClaims(name, { ...(claims as object), ...(info as object | undefined) }),
});

function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.search || url.hash || url.username) return false;
  return url.protocol === 'https:' || isLoopback(url);
}
