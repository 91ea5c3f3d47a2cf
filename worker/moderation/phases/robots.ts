/** What gives away that no person is writing: a trap, haste, numbers. Pure. */
import ipaddr from 'ipaddr.js';
import { isNewcomer, isStranger, type Phase, type Recent } from '../verdict';

/** A field that people do not see was filled in. */
export const honeypot: Phase = {
  name: 'honeypot',
  onEdit: false,
  judge: ({ trap }) =>
    trap?.trim() ? { says: 'spam', reason: 'A field was filled in that people do not see.' } : null,
};

const HURRY_MS = 1_500;
/** Shorter texts are typed, or taken from a keyboard's suggestions, in no time. */
const HURRY_CHARS = 20;
/** Written faster than one can. What a client says of itself proves nothing the other way round. */
export const hurry: Phase = {
  name: 'hurry',
  onEdit: false,
  judge({ body, writtenMs }, facts) {
    if (writtenMs === null || writtenMs >= HURRY_MS || body.length <= HURRY_CHARS || !isStranger(facts)) return null;
    return { says: 'hold', reason: `${body.length} characters, written in ${(writtenMs / 1000).toFixed(1)} s.` };
  },
};

const MINUTE_MS = 60_000;
/** More than so many comments before this one, in so long: nobody writes that much, not even a class of students. */
const LIMITS: {
  who: string;
  same(comment: Sender, recent: Recent): boolean;
  after: number;
  ms: number;
  all: boolean;
}[] = [
  { who: 'its author', same: isAuthor, after: 8, ms: MINUTE_MS, all: true },
  { who: 'its author', same: isAuthor, after: 20, ms: 10 * MINUTE_MS, all: false },
  {
    who: 'its address',
    same: (c, r) => isClient(c) && r.ip_hash === c.ipHash,
    after: 10,
    ms: 10 * MINUTE_MS,
    all: false,
  },
  {
    who: 'its network',
    same: (c, r) => isClient(c) && r.net_hash === c.netHash,
    after: 30,
    ms: 10 * MINUTE_MS,
    all: false,
  },
];
type Sender = Parameters<Phase['judge']>[0];

/** Too many of the site's last comments come from here. `all`: known authors are counted, too. */
export const rate: Phase = {
  name: 'rate',
  onEdit: false,
  judge(comment, facts) {
    for (const { who, same, after, ms, all } of LIMITS) {
      if (!all && !isNewcomer(facts)) continue;
      const count = facts.recent.filter((one) => facts.now - one.created_at < ms && same(comment, one)).length;
      if (count >= after)
        return { says: 'hold', reason: `${count} other comments from ${who} in ${ms / MINUTE_MS} min.` };
    }
    return null;
  },
};

function isAuthor({ authorId }: Sender, { author_id }: Recent): boolean {
  return authorId !== null && author_id === authorId;
}

/** Addresses that belong to nobody in particular come from tunnels and test benches: they tell nothing. */
const SHARED = ['private', 'loopback', 'linkLocal', 'uniqueLocal', 'unspecified', 'carrierGradeNat'];
const isClient = ({ address }: Sender): boolean =>
  address !== null && ipaddr.isValid(address) && !SHARED.includes(ipaddr.process(address).range());
