/**
 * What a new setting must be beyond its type (contract-settings.ts): a rule compiles, an address is public, the secret it
 * needs is there. What stays as it was is not looked at again: a secret taken away must not keep an owner from other changes.
 */
import * as v from 'valibot';
import { notBlank } from '../contract';
import type { Settings } from '../contract-settings';
import { findBrokenRules } from '../moderation/rules';
import { mayAsk, type Origins } from '../outgoing';
import { Problem } from '../problem';

export type SomeSettings = { [K in keyof Settings]?: Settings[K] | undefined };

/** What this worker has. */
export interface Means {
  /** Whether a secret or a binding is set. */
  has(name: string): boolean;
  origins: Origins;
}

type Check = (given: SomeSettings, means: Means) => void;

const CHECKS: { [K in keyof Settings]?: Check } = {
  akismet: ({ akismet }, means) => needMeans(akismet, 'akismet', 'AKISMET_KEY', means),
  turnstile: ({ turnstile }, means) => needMeans(turnstile, 'turnstile', 'TURNSTILE_SECRET', means),
  phaseUrl({ phaseUrl }, means) {
    needMeans(phaseUrl, 'phaseUrl', 'PHASE_SECRET', means);
    needPublic(phaseUrl, 'phaseUrl', means);
  },
  ssoJwks: ({ ssoJwks }, means) => needPublic(ssoJwks, 'ssoJwks', means),
  ai({ ai }, { has }) {
    if (ai && !has('AI')) throw refuse('ai', 'needs the binding AI: add it to wrangler.toml and deploy again');
  },
  rules({ rules = [] }) {
    const [broken] = findBrokenRules(rules);
    if (broken)
      throw refuse(
        `rules.${broken.index}.pattern`,
        `cannot be used as a regular expression in RE2’s syntax (${broken.why})`,
      );
  },
  team({ team = [] }) {
    const blank = team.findIndex(({ name }) => !v.is(v.pipe(v.string(), notBlank), name));
    if (blank !== -1) throw refuse(`team.${blank}.name`, 'must not be blank');
  },
};

/** @throws Problem invalid_request that names the setting, as `settings.rules.3.pattern` */
export function checkSettings(given: SomeSettings, before: Settings, means: Means): void {
  for (const [name, check] of Object.entries(CHECKS) as [keyof Settings, Check][])
    if (given[name] !== undefined && JSON.stringify(given[name]) !== JSON.stringify(before[name])) check(given, means);
}

function needMeans(value: unknown, name: string, secret: string, { has }: Means): void {
  if (value && !has(secret))
    throw refuse(name, `needs the secret ${secret}: set it with \`npx wrangler secret put ${secret}\``);
}

function needPublic(url: string | null | undefined, name: string, { origins }: Means): void {
  if (url && !mayAsk(new URL(url), origins)) throw refuse(name, 'must be a public https address');
}

const refuse = (field: string, why: string) =>
  new Problem('invalid_request', `settings.${field}: ${why}.`, { field: `settings.${field}` });
