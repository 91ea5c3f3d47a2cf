/** All login providers, in the order readers are offered them. */
import { Problem } from '../../problem';
import { apple } from './apple';
import { discord } from './discord';
import { facebook } from './facebook';
import { github } from './github';
import { google } from './google';
import { mastodon } from './mastodon';
import { microsoft } from './microsoft';
import { oidc } from './oidc';
import type { Provider, Secrets } from './provider';
import { wordpress } from './wordpress';
import { x } from './x';

/** Each makes of the owner's secrets what they suffice for. */
const PROVIDERS: ((secrets: Secrets) => Provider[])[] = [
  oidc,
  google,
  apple,
  microsoft,
  github,
  facebook,
  x,
  wordpress,
  discord,
  mastodon,
];

/** What single sign-on calls itself where a provider's id would stand. */
const RESERVED = 'sso';

const listed = new WeakMap<Secrets, Provider[]>();

/**
 * The providers whose secrets are set.
 * @throws Problem setup_required when OIDC_PROVIDERS cannot be read, or names one twice
 */
export function listProviders(secrets: Secrets): Provider[] {
  const known = listed.get(secrets);
  if (known) return known;
  const providers = PROVIDERS.flatMap((make) => make(secrets));
  const ids = [RESERVED, ...providers.map(({ id }) => id)];
  const taken = ids.find((id, i) => ids.indexOf(id) !== i);
  if (taken) throw new Problem('setup_required', `OIDC_PROVIDERS: the id ${taken} is taken.`);
  listed.set(secrets, providers);
  return providers;
}
