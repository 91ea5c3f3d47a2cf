/** What may be said of secrets without telling them: which are set, and whether they are good enough. Pure. */
import type { Instance } from '../../contract-transfer';

/** Chosen by the owner, so they can be as good as they should be; all others are given by somebody else. */
const OWN = ['ADMIN_TOKEN', 'AUTH_SECRET', 'AUTH_SECRET_PREVIOUS', 'PHASE_SECRET'];
const SECRET = /SECRET|TOKEN|PASSWORD|(^|_)KEY(_|$)/;
/** As env.ts: fewer are no secret. */
const OWN_CHARS = 32;
const OWN_DIFFERENT = 8;
/** Whatever a service gives, it is longer than this. */
const GIVEN_CHARS = 8;
const GIVEN_DIFFERENT = 4;

/** @param env bindings by name; those that are no secrets are passed over */
export function judgeSecrets(env: Record<string, unknown>): Instance['secrets'] {
  const set = Object.entries(env)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '')
    .filter(([name]) => SECRET.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return set.map(([name, value]) => ({ name, weakness: findWeakness(name, value, set) }));
}

function findWeakness(name: string, value: string, all: [string, string][]): string | null {
  const isOwn = OWN.includes(name);
  const [chars, different] = isOwn ? [OWN_CHARS, OWN_DIFFERENT] : [GIVEN_CHARS, GIVEN_DIFFERENT];
  if (value.length < chars) return `It is shorter than ${chars} characters.`;
  if (new Set(value).size < different) return `It has fewer than ${different} different characters.`;
  if (value !== value.trim()) return 'It begins or ends with a space or a line break.';
  const twin = isOwn && all.find(([other, text]) => other !== name && text === value);
  return twin ? `It is the same as ${twin[0]}.` : null;
}
