/**
 * Microsoft (Entra ID and personal accounts): OpenID Connect, where one set of endpoints speaks for many issuers: each
 * organisation (tenant) is one, and `tid` in the ID token says which. Whoever runs a tenant may write any address into its
 * accounts, so an address counts only where Microsoft says that its domain was verified.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference (xms_edov)
 */
import * as oauth from 'oauth4webapi';
import * as v from 'valibot';
import { Claims, readClaims } from './claims';
import { narrowAnswer, text, yes } from './profile';
import { type Provider, readRegistration, readSecret, type Secrets } from './provider';

const NAME = 'Microsoft';
const LOGIN = 'https://login.microsoftonline.com';
/** The tenant of all personal accounts, whose addresses Microsoft itself verifies. */
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad';
const TENANT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Says which `iss` a token must have once its claims are known. The library has it for just this, but not in its types. */
const { _expectedIssuer: expectedIssuer } = oauth as unknown as { _expectedIssuer: symbol };
const Told = v.object({ ...Claims.entries, tid: text, xms_edov: yes });

export function microsoft(secrets: Secrets): Provider[] {
  const registration = readRegistration(secrets, 'microsoft');
  if (!registration) return [];
  const tenant = encodeURIComponent(readSecret(secrets, 'MICROSOFT_TENANT') ?? 'common');
  const server = {
    issuer: `${LOGIN}/${tenant}/v2.0`,
    authorization_endpoint: `${LOGIN}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${LOGIN}/${tenant}/oauth2/v2.0/token`,
    jwks_uri: `${LOGIN}/${tenant}/discovery/v2.0/keys`,
    [expectedIssuer]: ({ claims }: { claims: { tid?: unknown } }) =>
      `${LOGIN}/${TENANT_ID.test(tenant) ? tenant : claims.tid}/v2.0`,
  };
  return [
    {
      id: 'microsoft',
      name: NAME,
      instance: false,
      openid: true,
      server: () => server,
      scopes: 'openid email profile',
      pkce: true,
      registration,
      authenticate: oauth.ClientSecretPost,
      readProfile: ([answer]) => {
        const told = narrowAnswer(NAME, Told, answer);
        return readClaims(NAME, { ...told, email_verified: told.xms_edov || told.tid === PERSONAL });
      },
    },
  ];
}
