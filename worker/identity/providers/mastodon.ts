/**
 * Mastodon: OAuth 2.0 on the reader's own server, where Afterword registers itself at its first reader. (Not RFC 7591: an
 * endpoint of Mastodon's own.) The scope `profile` opens one's own profile alone; Mastodon has it since 4.3. Servers tell no
 * addresses, and theirs could not be believed: anybody may run one.
 * @see https://docs.joinmastodon.org/methods/oauth/
 * @see https://docs.joinmastodon.org/methods/apps/
 * @see https://docs.joinmastodon.org/methods/accounts/#verify_credentials
 */
import { ClientSecretPost } from 'oauth4webapi';
import * as v from 'valibot';
import { type Origins, outsideFetch } from '../../outgoing';
import { Problem } from '../../problem';
import { makeProfile, narrowAnswer, text } from './profile';
import { type Provider, type Registration, readSecret, type Secrets } from './provider';

const NAME = 'Mastodon';
const SCOPES = 'profile';
/** Kept, and sent along in an address: anybody's server may answer, with whatever it likes. */
const Credential = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,512}$/));
const App = v.object({ client_id: Credential, client_secret: Credential });
const Account = v.object({
  id: v.pipe(v.string(), v.regex(/^\w+$/)),
  username: v.string(),
  display_name: text,
  url: text,
  avatar: text,
  avatar_static: text,
});

export function mastodon(secrets: Secrets): Provider[] {
  if (readSecret(secrets, 'MASTODON') !== 'on') return [];
  return [
    {
      id: 'mastodon',
      name: NAME,
      instance: true,
      openid: false,
      server: (instance) => ({
        issuer: `https://${instance}/`,
        authorization_endpoint: `https://${instance}/oauth/authorize`,
        token_endpoint: `https://${instance}/oauth/token`,
      }),
      scopes: SCOPES,
      pkce: true,
      registration: null,
      register,
      authenticate: ClientSecretPost,
      resources: ({ instance }) => [`https://${instance}/api/v1/accounts/verify_credentials`],
      readProfile: ([answer], { instance }) => {
        const { id, username, display_name, url, avatar, avatar_static } = narrowAnswer(instance, Account, answer);
        return makeProfile(instance, {
          // Servers number their accounts, each for itself.
          subject: `${id}@${instance}`,
          names: [display_name, username],
          picture: avatar_static ?? avatar,
          url,
        });
      },
    },
  ];
}

async function register(instance: string, redirectUri: string, origins: Origins): Promise<Registration> {
  const answer = await outsideFetch(origins)(`https://${instance}/api/v1/apps`, {
    method: 'POST',
    headers: { Accept: 'application/json' },
    body: new URLSearchParams({
      client_name: 'Afterword',
      redirect_uris: redirectUri,
      scopes: SCOPES,
      website: new URL(redirectUri).origin,
    }),
  });
  const app = v.safeParse(v.pipe(v.string(), v.parseJson(), App), await answer.text());
  if (answer.status === 200 && app.success) return { id: app.output.client_id, secret: app.output.client_secret };
  throw new Problem('login_failed', `${instance} is no Mastodon server of version 4.3 or newer.`);
}

/**
 * The host of a reader's server, however they write it: `mastodon.example`, `https://mastodon.example/@me`,
 * `@me@mastodon.example`.
 * @throws Problem invalid_request
 */
export function readInstance(typed: string | undefined): string {
  const host = typed
    ?.trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/.*$/s, '')
    .replace(/^.*@/s, '')
    .replace(/\.$/, '');
  const url = host ? URL.parse(`https://${host}`) : null;
  if (url?.hostname.includes('.') && url.host === url.hostname) return url.hostname;
  throw new Problem('invalid_request', 'instance: must be the name of a server, such as mastodon.social.', {
    field: 'instance',
  });
}
