/**
 * X: OAuth 2.0 with PKCE, as a confidential client. `tweet.read` is not used, but its API wants it with `users.read`; the
 * address is there when the app may ask for it.
 * @see https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
 * @see https://docs.x.com/x-api/users/get-my-user
 */
import type { ClientAuth } from 'oauth4webapi';
import * as v from 'valibot';
import { makeProfile, narrowAnswer, text } from './profile';
import { type Provider, readRegistration, type Secrets } from './provider';

const NAME = 'X';
const FIELDS = 'profile_image_url,confirmed_email';
const Me = v.object({
  data: v.object({
    id: v.string(),
    name: text,
    username: v.pipe(v.string(), v.regex(/^\w+$/)),
    profile_image_url: text,
    confirmed_email: text,
  }),
});

export function x(secrets: Secrets): Provider[] {
  const registration = readRegistration(secrets, 'x');
  if (!registration) return [];
  return [
    {
      id: 'x',
      name: NAME,
      instance: false,
      openid: false,
      server: () => ({
        issuer: 'https://x.com',
        authorization_endpoint: 'https://x.com/i/oauth2/authorize',
        token_endpoint: 'https://api.x.com/2/oauth2/token',
      }),
      scopes: 'users.read tweet.read users.email',
      pkce: true,
      registration,
      authenticate: authenticatePlainly,
      resources: () => [`https://api.x.com/2/users/me?user.fields=${FIELDS}`],
      readProfile: ([answer]) => {
        const { id, name, username, profile_image_url, confirmed_email } = narrowAnswer(NAME, Me, answer).data;
        return makeProfile(NAME, {
          subject: id,
          names: [name, username],
          email: confirmed_email,
          // Its own name for 73 pixels a side instead of 48.
          picture: profile_image_url?.replace(/_normal(?=\.\w+$)/, '_bigger'),
          url: `https://x.com/${username}`,
        });
      },
    },
  ];
}

/** Basic authentication as X documents it: id and secret as they are, where RFC 6749 section 2.3.1 would encode them first. */
function authenticatePlainly(secret: string): ClientAuth {
  return (_server, client, _body, headers) => {
    headers.set('Authorization', `Basic ${btoa(`${client.client_id}:${secret}`)}`);
  };
}
