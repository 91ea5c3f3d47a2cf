/** What a ban names, as a moderator writes it or as a comment tells it, in the form it is stored and compared in. Pure. */
import ipaddr from 'ipaddr.js';
import type { BanRow, CommentRow } from '../../db';
import { Problem } from '../../problem';
import { listHosts } from '../text/links';
import { foldEmail } from './ban-match';

export type BanKind = BanRow['kind'];

/** The widest ranges: a /8 is one of 256 parts of the old internet, a /16 more than any provider of the new one has. */
const WIDEST = { ipv4: 8, ipv6: 16 };

const READ: Record<BanKind, { read(text: string): string | null; must: string }> = {
  author: {
    read: (text) => (/^(?:[0-9a-z]{26}|[\w-]{43})$/.test(text) ? text : null),
    must: 'an author’s key, as a comment tells it',
  },
  ip: { read: readHash, must: 'a hash of 32 hexadecimal digits; an address itself is of the kind cidr' },
  network: { read: readHash, must: 'a hash of 32 hexadecimal digits; a range of addresses is of the kind cidr' },
  cidr: {
    read: readRange,
    must: `an address or a range such as 203.0.113.0/24, no wider than /${WIDEST.ipv4}, or of IPv6 /${WIDEST.ipv6}`,
  },
  email: {
    read: (text) => (/^[^\s@"'<>()]+@[^\s@]+\.[^\s@]+$/.test(text) ? foldEmail(text) || null : null),
    must: 'an e-mail address',
  },
  domain: { read: readDomain, must: 'a domain such as spam.example' },
};

/** @throws Problem invalid_request that names `value` */
export function parseBanValue(kind: BanKind, text: string): string {
  const value = READ[kind].read(text.trim());
  if (value !== null) return value;
  throw refuse('value', `must be ${READ[kind].must}`);
}

function readHash(text: string): string | null {
  return /^[0-9a-f]{32}$/i.test(text) ? text.toLowerCase() : null;
}

/** The network of it, so that the same range is the same ban however it is written. */
function readRange(text: string): string | null {
  const [address = '', bits, more] = text.split('/');
  const isPlain = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  if (!isPlain || more !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return null;
  const parsed = ipaddr.parse(address);
  const kind = parsed.kind();
  const all = kind === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? all : Number(bits);
  // An IPv4 address in IPv6's clothes is compared as what it is.
  if (length > all || length < WIDEST[kind] || (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()))
    return null;
  const network = (kind === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(`${address}/${length}`);
  return `${network}/${length}`;
}

function readDomain(text: string): string | null {
  const name = text.replace(/^\*?\./, '');
  if (/[\s/@:?#\\]/.test(name)) return null;
  const [host = ''] = listHosts([`https://${name}`], 'page.invalid');
  return host.includes('.') ? host : null;
}

/** What of a comment a ban may be made of. */
export type BanSource = Pick<
  CommentRow,
  'author_id' | 'author_name' | 'author_badge' | 'author_email' | 'author_url' | 'ip_hash' | 'net_hash'
> & {
  /** Of the person who logged in to write it, or null. */
  person_email: string | null;
};

/** @throws Problem invalid_request that names `comment`, when it does not tell */
export function deriveBanValue(kind: BanKind, source: BanSource): string {
  // Not that of their mailbox: it is their provider's, and everybody's who is there.
  const website = source.author_url === null ? [] : listHosts([source.author_url], 'page.invalid');
  const values: Record<BanKind, string | null | undefined> = {
    author: source.author_id,
    ip: source.ip_hash,
    network: source.net_hash,
    cidr: null,
    email: foldEmail(source.author_email ?? source.person_email ?? ''),
    domain: website[0],
  };
  const value = values[kind];
  if (value) return value;
  throw refuse('comment', kind === 'cidr' ? 'tells no range of addresses' : `does not tell its ${WHAT[kind]}`);
}

const WHAT: Record<BanKind, string> = {
  author: 'author: nobody can prove who wrote it',
  ip: 'writer’s address any more',
  network: 'writer’s network any more',
  cidr: 'range',
  email: 'writer’s e-mail address',
  domain: 'writer’s website',
};

/** What a moderator reads. Who was at an address is not kept with it. @param name of an author, where it is known */
export function labelBan(kind: BanKind, value: string, name: string | null): string {
  if (kind === 'author') return name ?? `somebody, ${value.slice(0, 12)}…`;
  if (kind === 'ip') return `an address, ${value.slice(0, 4)}…`;
  if (kind === 'network') return `a network, ${value.slice(0, 4)}…`;
  return value;
}

export const refuse = (field: string, why: string) => new Problem('invalid_request', `${field}: ${why}.`, { field });
