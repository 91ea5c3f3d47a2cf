/** The site's bans: of people, addresses, networks, e-mail addresses, domains. Pure. */
import { isInRange, listBanNames } from '../ban-match';
import type { Phase } from '../verdict';

const WHAT = {
  author: 'Its author is',
  ip: 'Its address is',
  network: 'Its network is',
  cidr: 'Its address is',
  email: 'Its e-mail address is',
  domain: 'It names a domain that is',
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
    return { says: hit.silent ? 'spam' : 'refuse', reason: `${WHAT[hit.kind]} banned: ${hit.value}.` };
  },
};
