/**
 * What proves that somebody wrote what was imported: an address that a provider verified, or an account they log in with. A
 * guest's key proves nothing of the kind.
 */
import type { SubjectRow } from './claim-store';
import type { Person } from './standing';

export interface Claim {
  siteId: string;
  /** Lower case. */
  email: string | null;
  /** As `authors.account` may name them. */
  accounts: string[];
}

/** @param person null for a guest, who may claim nothing of it */
export async function claimOf(siteId: string, person: Person | null, accounts: SubjectRow[]): Promise<Claim> {
  if (!person) return { siteId, email: null, accounts: [] };
  const names = await Promise.all(accounts.map(async (account) => [plain(account), await hashed(account)]));
  return { siteId, email: person.email?.toLowerCase() ?? null, accounts: names.flat() };
}

const plain = ({ provider, subject }: SubjectRow): string => `${provider}:${subject}`;

/** Remark42 keeps no more of an account than the SHA-1 of what the provider calls it. */
async function hashed({ provider, subject }: SubjectRow): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', new TextEncoder().encode(subject)));
  return `remark42:${provider}_${[...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
