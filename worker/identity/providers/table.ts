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

/** By id. Each makes of the owner's secrets what they suffice for. */
const PROVIDERS: Record<string, (secrets: Secrets) => Provider[]> = {
  google,
  apple,
  microsoft,
  github,
  facebook,
  x,
  wordpress,
  discord,
  mastodon,
};

/**
 * Ids no issuer of the owner's may have, whether the provider is set up or not: accounts are kept under them, and one day's
 * issuer must not own what is another provider's the next. Single sign-on and codes by mail have such an id as well.
 */
const RESERVED = ['sso', 'email', ...Object.keys(PROVIDERS)];

const listed = new WeakMap<Secrets, Provider[]>();

/**
 * The providers whose secrets are set.
 * @throws Problem setup_required when OIDC_PROVIDERS cannot be read, or names one twice
 */
export function listProviders(secrets: Secrets): Provider[] {
  const known = listed.get(secrets);
  if (known) return known;
  const issuers = oidc(secrets);
  const ids = [...RESERVED, ...issuers.map(({ id }) => id)];
  const taken = ids.find((id, i) => ids.indexOf(id) !== i);
  if (taken) throw new Problem('setup_required', `OIDC_PROVIDERS: the id ${taken} is taken.`);
  const providers = [...issuers, ...Object.values(PROVIDERS).flatMap((make) => make(secrets))];
  listed.set(secrets, providers);
  return providers;
}
