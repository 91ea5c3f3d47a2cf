/**
 * Whose name is whose: a guest may not pass for somebody of the site's team. Look-alikes count as the same, by Unicode's
 * table of confusable characters (UTS #39). Pure.
 */
import lookAlike from 'unhomoglyph';

/** Somebody whose name and address are reserved. */
export interface TeamMember {
  name: string;
  email?: string | null | undefined;
}

/** @returns which of the two is reserved, or null */
export function findReserved(
  author: { name: string; email?: string | null | undefined },
  team: TeamMember[],
): 'name' | 'email' | null {
  const email = author.email && foldEmail(author.email);
  if (email && team.some((member) => member.email && foldEmail(member.email) === email)) return 'email';
  const looks = foldName(author.name);
  return team.some((member) => foldName(member.name).some((look) => looks.includes(look))) ? 'name' : null;
}

/**
 * What a name looks like: two names that share a look can be taken for each other. Not for display. Letters that differ in
 * one case may look alike in the other, hence several.
 * @see https://www.unicode.org/reports/tr39/#Confusable_Detection
 */
export function foldName(name: string): string[] {
  const cases = [name, name.toLowerCase(), name.toUpperCase()];
  return [...new Set(cases.map(foldCase))].filter((look) => look !== '');
}

function foldCase(name: string): string {
  const plain = (text: string) => text.normalize('NFKD').replace(/[^\p{L}\p{N}]/gu, '');
  const skeleton = plain(lookAlike(plain(lookAlike(plain(name))))).toLowerCase();
  // Beyond the table: i, l and 1, and o and 0, in the many typefaces that a page may have.
  return skeleton.replaceAll('rn', 'm').replace(/[l1]/g, 'i').replaceAll('0', 'o');
}

const foldEmail = (email: string): string => email.trim().normalize('NFKC').toLowerCase();
