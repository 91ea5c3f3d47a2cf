/**
 * Facebook: OAuth 2.0. Its documentation does not say that an address is verified, so none is asked for. PKCE belongs to a
 * flow of its own that is documented as being tested.
 * @see https://developers.facebook.com/documentation/facebook-login/guides/advanced/manual-flow
 * @see https://developers.facebook.com/docs/graph-api/guides/secure-requests (appsecret_proof)
 */
import { ClientSecretPost } from 'oauth4webapi';
import * as v from 'valibot';
import { makeProfile, narrowAnswer, text, yes } from './profile';
import { type Provider, readRegistration, type Secrets } from './provider';

const NAME = 'Facebook';
/** A version is answered for two years or more: https://developers.facebook.com/docs/graph-api/changelog/versions */
const VERSION = 'v26.0';
const GRAPH = `https://graph.facebook.com/${VERSION}`;
const FIELDS = 'id,name,picture.width(192).height(192)';

const Me = v.object({
  id: v.string(),
  name: text,
  picture: v.fallback(v.object({ data: v.object({ url: text, is_silhouette: yes }) }), {
    data: { url: null, is_silhouette: false },
  }),
});

export function facebook(secrets: Secrets): Provider[] {
  const registration = readRegistration(secrets, 'facebook');
  if (!registration) return [];
  return [
    {
      id: 'facebook',
      name: NAME,
      instance: false,
      openid: false,
      server: () => ({
        issuer: 'https://www.facebook.com',
        authorization_endpoint: `https://www.facebook.com/${VERSION}/dialog/oauth`,
        token_endpoint: `${GRAPH}/oauth/access_token`,
      }),
      scopes: 'public_profile',
      pkce: false,
      registration,
      authenticate: ClientSecretPost,
      resources: async ({ accessToken }) => {
        const proof = await proveSecret(accessToken, registration.secret);
        return [`${GRAPH}/me?${new URLSearchParams({ fields: FIELDS, appsecret_proof: proof })}`];
      },
      readProfile: ([answer]) => {
        const { id, name, picture } = narrowAnswer(NAME, Me, answer);
        const { url, is_silhouette } = picture.data;
        return makeProfile(NAME, { subject: id, names: [name], picture: is_silhouette ? null : url });
      },
    },
  ];
}

/** HMAC-SHA256 of the access token under the app's secret, in hexadecimal: who holds only the token can do nothing. */
async function proveSecret(accessToken: string, secret: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(accessToken));
  return [...new Uint8Array(mac)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
