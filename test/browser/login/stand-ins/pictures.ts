/** The hosts that serve people's pictures for the providers: whatever names one of the accounts gets that account's. */
import { createHash } from 'node:crypto';
import { ACCOUNTS, type Account, readPicture } from '../accounts.ts';
import type { Answer, Route } from './exchange.ts';

export const GRAVATAR = '0.gravatar.com';
export const X_PICTURES = 'pbs.twimg.com';
export const FACEBOOK_PICTURES = 'platform-lookaside.fbsbx.com';
export const GITHUB_PICTURES = 'avatars.githubusercontent.com';
export const MASTODON_PICTURES = 'files.social.example';

const hashEmail = ({ email, id }: Account) =>
  createHash('sha256')
    .update(email ?? id)
    .digest('hex');

/** Where a host puts the name of the account. */
const ADDRESSES: [host: string, path: RegExp, nameOf: (account: Account) => string][] = [
  [GRAVATAR, /^\/avatar\/(?<name>\w+)$/, hashEmail],
  ['gravatar.com', /^\/avatar\/(?<name>\w+)$/, hashEmail],
  [X_PICTURES, /^\/profile_images\/1\/(?<name>\w+?)(_\w+)?\.png$/, ({ id }) => id],
  [GITHUB_PICTURES, /^\/u\/(?<name>\d+)$/, ({ number }) => `${number}`],
  [MASTODON_PICTURES, /^\/accounts\/avatars\/(?<name>\w+)\.png$/, ({ id }) => id],
];

export const PICTURE_ROUTES: Route[] = [
  ...ADDRESSES.map(
    ([host, path, nameOf]): Route => ({
      method: 'GET',
      host,
      path,
      answer: (asked) => {
        const name = path.exec(asked.path)?.groups?.name;
        return answerWith(ACCOUNTS.find((account) => nameOf(account) === name));
      },
    }),
  ),
  {
    method: 'GET',
    host: FACEBOOK_PICTURES,
    path: /^\/platform\/profilepic\/$/,
    answer: ({ query }) => answerWith(ACCOUNTS.find(({ id }) => id === query.get('asid'))),
  },
];

function answerWith(account: Account | undefined): Answer {
  const bytes = account && readPicture(account);
  if (!bytes) return { status: 404, headers: { 'Content-Type': 'text/plain' }, body: '404 Not Found' };
  return { status: 200, headers: { 'Content-Type': 'image/png' }, body: bytes };
}
