/**
 * Discord: OAuth 2.0. A picture is named by its hash.
 * @see https://docs.discord.com/developers/topics/oauth2
 * @see https://docs.discord.com/developers/resources/user#user-object
 * @see https://docs.discord.com/developers/reference#image-formatting
 */
import { ClientSecretPost } from 'oauth4webapi';
import * as v from 'valibot';
import { makeProfile, narrowAnswer, text, yes } from './profile';
import { type Provider, readRegistration, type Secrets } from './provider';

const NAME = 'Discord';
const User = v.object({
  id: v.pipe(v.string(), v.regex(/^\d+$/)),
  username: text,
  global_name: text,
  avatar: v.fallback(v.nullish(v.pipe(v.string(), v.regex(/^\w+$/))), null),
  email: text,
  verified: yes,
});

export function discord(secrets: Secrets): Provider[] {
  const registration = readRegistration(secrets, 'discord');
  if (!registration) return [];
  return [
    {
      id: 'discord',
      name: NAME,
      instance: false,
      openid: false,
      server: () => ({
        issuer: 'https://discord.com',
        authorization_endpoint: 'https://discord.com/oauth2/authorize',
        token_endpoint: 'https://discord.com/api/oauth2/token',
      }),
      scopes: 'identify email',
      pkce: true,
      registration,
      authenticate: ClientSecretPost,
      resources: () => ['https://discord.com/api/v10/users/@me'],
      readProfile: ([answer]) => {
        const { id, username, global_name, avatar, email, verified } = narrowAnswer(NAME, User, answer);
        return makeProfile(NAME, {
          subject: id,
          names: [global_name, username],
          email: verified ? email : null,
          picture: avatar && `https://cdn.discordapp.com/avatars/${id}/${avatar}.png?size=128`,
        });
      },
    },
  ];
}
