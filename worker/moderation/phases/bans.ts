/** The site's bans: of people, addresses, networks, e-mail addresses, domains. Pure. */
import type { BanRow } from '../../db';
import { isInRange, listBanNames } from '../bans/ban-match';
import type { Phase } from '../verdict';

/** Of hashes nothing is told: they are forgotten in a month, and what is said of a comment is not. */
const TELL: Record<BanRow['kind'], (value: string) => string> = {
  author: () => 'Its author is banned.',
  ip: () => 'Its address is banned.',
  network: () => 'Its network is banned.',
  cidr: (value) => `Its address is banned: ${value}.`,
  email: (value) => `Its e-mail address is banned: ${value}.`,
  domain: (value) => `It names a domain that is banned: ${value}.`,
};

/** Whoever is banned is told so, or, by a silent ban, not: then it is spam. */
export const bans: Phase = {
  name: 'bans',
  onEdit: true,
  judge(comment, facts) {
    const names = new Set(listBanNames(comment, facts.host).map(([kind, value]) => `${kind} ${value}`));
    const hits = facts.bans.filter(
      ({ kind, value, expires_at }) =>
        (expires_at === null || expires_at > facts.now) &&
        (kind === 'cidr' ? isInRange(comment.address ?? '', value) : names.has(`${kind} ${value}`)),
    );
    const hit = hits.find(({ silent }) => silent === 0) ?? hits[0];
    if (!hit) return null;
    return { says: hit.silent ? 'spam' : 'refuse', reason: TELL[hit.kind](hit.value) };
  },
};
