/**
 * GitHub: OAuth 2.0. The address in the profile is the one shown in public, if any; which one is verified, a second answer
 * says, and a GitHub App without that permission does not get it.
 * @see https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 * @see https://docs.github.com/en/rest/users/emails
 */
import { ClientSecretPost } from 'oauth4webapi';
import * as v from 'valibot';
import { makeProfile, narrowAnswer, text, yes } from './profile';
import { type Provider, readRegistration, type Secrets } from './provider';

const NAME = 'GitHub';
const User = v.object({
  id: v.pipe(v.number(), v.integer()),
  login: v.string(),
  name: text,
  avatar_url: text,
  html_url: text,
});
const Emails = v.fallback(v.array(v.object({ email: v.string(), primary: yes, verified: yes })), []);

export function github(secrets: Secrets): Provider[] {
  const registration = readRegistration(secrets, 'github');
  if (!registration) return [];
  return [
    {
      id: 'github',
      name: NAME,
      instance: false,
      openid: false,
      server: () => ({
        issuer: 'https://github.com/login/oauth',
        authorization_endpoint: 'https://github.com/login/oauth/authorize',
        token_endpoint: 'https://github.com/login/oauth/access_token',
      }),
      scopes: 'user:email',
      pkce: true,
      registration,
      authenticate: ClientSecretPost,
      resources: () => ['https://api.github.com/user', 'https://api.github.com/user/emails'],
      readProfile: ([answer, emails]) => {
        const { id, login, name, avatar_url, html_url } = narrowAnswer(NAME, User, answer);
        const email = v.parse(Emails, emails).find((one) => one.primary && one.verified)?.email;
        return makeProfile(NAME, { subject: id, names: [name, login], email, picture: avatar_url, url: html_url });
      },
    },
  ];
}
