/**
 * WordPress.com: OAuth 2.0. The scope `auth` opens nothing but one's own profile. PKCE is documented for other endpoints.
 * @see https://developer.wordpress.com/docs/api/oauth2/
 * @see https://developer.wordpress.com/docs/api/1.1/get/me/
 */
import { ClientSecretPost } from 'oauth4webapi';
import * as v from 'valibot';
import { makeProfile, narrowAnswer, text, yes } from './profile';
import { type Provider, readRegistration, type Secrets } from './provider';

const NAME = 'WordPress.com';
const Me = v.object({
  ID: v.pipe(v.number(), v.integer()),
  display_name: text,
  username: text,
  email: text,
  email_verified: yes,
  avatar_URL: text,
  profile_URL: text,
});

export function wordpress(secrets: Secrets): Provider[] {
  const registration = readRegistration(secrets, 'wordpress');
  if (!registration) return [];
  return [
    {
      id: 'wordpress',
      name: NAME,
      instance: false,
      openid: false,
      server: () => ({
        issuer: 'https://public-api.wordpress.com',
        authorization_endpoint: 'https://public-api.wordpress.com/oauth2/authorize',
        token_endpoint: 'https://public-api.wordpress.com/oauth2/token',
      }),
      scopes: 'auth',
      pkce: false,
      registration,
      authenticate: ClientSecretPost,
      resources: () => ['https://public-api.wordpress.com/rest/v1.1/me'],
      readProfile: ([answer]) => {
        const me = narrowAnswer(NAME, Me, answer);
        return makeProfile(NAME, {
          subject: me.ID,
          names: [me.display_name, me.username],
          email: me.email_verified ? me.email : null,
          picture: me.avatar_URL?.replace(/^http:/, 'https:'),
          url: me.profile_URL,
        });
      },
    },
  ];
}
