/** What a server says of when to ask it again (RFC 9110, section 10.2.3). Pure. */

const LONGEST_S = 86_400;

/** @param value of the header: seconds, or a date @param now epoch ms @returns seconds, a day at most; null: it says nothing */
export function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  const seconds = /^\d{1,10}$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(Math.ceil(seconds), 0), LONGEST_S);
}
