/** What providers say of mail that did not arrive, in one form; each has a file that knows how it says so, and how it signs. */
import type { Origins } from '../../../outgoing';
import { Problem } from '../../../problem';

/** An address that must get no mail any more. */
export interface Report {
  email: string;
  /** There is no such mailbox, or its owner called our mail spam. */
  state: 'bounced' | 'complained';
  /** Epoch ms, when that happened: whoever has agreed since is not stopped by it. */
  at: number;
}

export interface Delivered {
  headers: Headers;
  body: string;
  /** What the owner set for this provider. */
  secret: string;
  /** Epoch ms. */
  now: number;
  origins: Origins;
}

export interface Read {
  reports: Report[];
  /** What may not come a second time: of providers whose signature does not speak of the body. `iat`: seconds, as signed. */
  once?: { iat: number; token: string };
}

/** @throws Problem unauthorized for what is forged or stale, invalid_request for what is none of it */
export type ReadReports = (delivered: Delivered) => Promise<Read>;

/** How old a signature may be, and how far ahead of this clock. */
const TOLERANCE_S = 5 * 60;

export const refuse = (why: string): Problem =>
  new Problem('unauthorized', `The webhook is not as its sender signs: ${why}.`);

/** @param seconds since 1970, as text @throws Problem unauthorized */
export function checkFresh(seconds: string, now: number, toleranceS = TOLERANCE_S): number {
  const at = /^\d{1,12}$/.test(seconds) ? Number(seconds) : Number.NaN;
  if (!(Math.abs(now / 1000 - at) <= toleranceS)) throw refuse('its time is not now');
  return at;
}

/** @throws Problem invalid_request */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('invalid_json', undefined, { cause });
  }
}

/** A field of what somebody else sent: whatever is missing on the way is undefined. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let found = value;
  for (const name of path)
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, name)
        ? (found as Record<string | number, unknown>)[name]
        : undefined;
  return found;
}
export const textAt = (value: unknown, ...path: (string | number)[]): string => {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
};
export const listAt = (value: unknown, ...path: (string | number)[]): unknown[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** @returns ms; what is no time is now, and so stops whoever has not agreed since */
export const timeOr = (text: string, now: number): number => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? now : Math.min(ms, now);
};
