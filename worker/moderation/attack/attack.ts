/**
 * Attack mode: when it turns itself on, and how long it lasts. While it is on, newcomers' comments wait (phases.ts) and need
 * proof of work first (challenge.ts). It ends by itself. Pure; who counts as a newcomer's comment, attack-store.ts knows.
 */

/** How far back newcomers' comments are counted. */
export const WINDOW_MS = 60_000;
/** How long it lasts, and with how much left a flood that goes on prolongs it. */
export const LASTS_MS = 30 * 60_000;
const PROLONG_MS = 15 * 60_000;

/**
 * @param surge newcomers' comments of the last minute, with the one that is about to be written
 * @param attackUntil epoch ms, as stored
 * @param attackAfter the site's setting; 0: never by itself
 * @param now epoch ms
 * @returns until when it lasts from now on, or null: nothing changes
 */
export function decideAttack(surge: number, attackUntil: number, attackAfter: number, now: number): number | null {
  if (attackAfter === 0 || surge < attackAfter) return null;
  return attackUntil - now < PROLONG_MS ? now + LASTS_MS : null;
}
