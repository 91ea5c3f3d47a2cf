/** What came of an attempt, and when the next one is. Pure. */

/** `earlier`: what went out is what an earlier attempt said, whose answer was lost. */
export type Outcome =
  | { sent: true; answer?: string; earlier?: true }
  /** `final`: trying again helps nothing. `outage`: nothing else gets through there now, either; it does not count as an attempt of others. */
  | { sent: false; answer: string; final?: boolean; outage?: boolean; retryAfterS?: number };

/** About two days in all. */
export const MAX_ATTEMPTS = 17;
const FIRST_MS = 60_000;
const LONGEST_MS = 6 * 3_600_000;

/**
 * When to try again: twice as long after each attempt, six hours at most, a quarter more or less so that what failed together is
 * not tried together.
 * @param attempts begun so far, at least 1 @param random 0 to 1 @returns ms from now
 */
export function backOff(attempts: number, random: number): number {
  return Math.round(Math.min(FIRST_MS * 2 ** (attempts - 1), LONGEST_MS) * (0.75 + random / 2));
}

/** How long to wait while nothing gets through, so that a long outage costs little. @param age ms @returns ms from now */
export const waitOut = (age: number): number => Math.min(Math.max(age / 4, FIRST_MS), 3_600_000);

/** Whether a server said for good that there is no such mailbox, by the codes of RFC 3463; others it may have refused for what was in it. */
export const isGone = (outcome: Outcome): boolean =>
  !outcome.sent && outcome.final === true && /^5\d\d[ -]5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b/.test(outcome.answer);
