/** Which bans a comment falls under, and in what form they are compared. Pure. */
import ipaddr from 'ipaddr.js';
import type { BanRow } from '../../db';
import { listDomains, listHosts } from '../text/links';
import type { Judged } from '../verdict';

export type BanName = [kind: BanRow['kind'], value: string];
/** What of a comment a ban may name. */
export type Bannable = Pick<Judged, 'authorId' | 'ipHash' | 'netHash' | 'email' | 'url' | 'links'>;

/** How many domains are looked for; a comment of more is held for its links. */
const MAX_DOMAINS = 400;

/**
 * Every ban, as stored, under which a comment falls; but for `cidr`, which is compared with the address itself.
 * @param host of the page
 */
export function listBanNames({ authorId, ipHash, netHash, email, url, links }: Bannable, host: string): BanName[] {
  const folded = email === null ? '' : foldEmail(email);
  const hosts = [
    ...listHosts(url === null ? links : [completeUrl(url), ...links], host),
    folded.slice(folded.indexOf('@') + 1),
  ];
  const domains = new Set(hosts.flatMap(listDomains).slice(0, MAX_DOMAINS));
  const names: [BanRow['kind'], string | null][] = [
    ['author', authorId],
    ['ip', ipHash],
    ['network', netHash],
    ['email', folded],
    ...[...domains].map((domain): BanName => ['domain', domain]),
  ];
  return names.filter((name): name is BanName => name[1] !== null && name[1] !== '');
}

/** As people type a website: `spam.example` is one. */
const completeUrl = (typed: string): string =>
  /^https?:/i.test(typed.trim()) ? typed.trim() : `https://${typed.trim()}`;

/** Lower case, and without what some providers let one add behind a `+`: it is the same mailbox (RFC 5233). */
export function foldEmail(email: string): string {
  const [, local, domain] = /^([^+@]+)(?:\+[^@]*)?@(.+)$/.exec(email.trim().normalize('NFKC').toLowerCase()) ?? [];
  return local === undefined ? '' : `${local}@${domain}`;
}

/** Whether an address lies in a range, each of either kind; false for what is none. @param cidr as stored */
export function isInRange(address: string, cidr: string): boolean {
  if (!ipaddr.isValid(address) || !ipaddr.isValidCIDR(cidr)) return false;
  const client = ipaddr.process(address);
  const [network, bits] = ipaddr.parseCIDR(cidr);
  return client.kind() === network.kind() && client.match(network, bits);
}
