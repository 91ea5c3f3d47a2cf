/** Times as people type them: a day, an ISO time, or how long from now (`90d`, `12h`). */
import { Failure } from '../failure.ts';

const UNITS_MS: Record<string, number> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * @param direction where a length of time leads: 1 ahead, -1 back @param option for the message
 * @returns ISO time @throws Failure `usage`
 */
export function readTime(text: string, direction: 1 | -1, option: string, now = Date.now()): string {
  const [, amount, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  const ms = amount !== undefined ? now + direction * Number(amount) * UNITS_MS[unit!]! : parse(text);
  if (ms >= 0) return new Date(ms).toISOString();
  throw new Failure(
    `${option} must be a time such as 2026-01-31, 2026-01-31T12:00:00Z, 12h, 7d or 4w, not "${text}".`,
    'usage',
  );
}

/** A day begins at midnight UTC; a time without a zone is UTC, too. @returns NaN for anything else */
function parse(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (!match) return Number.NaN;
  const [, day, time = '00:00', zone = 'Z'] = match;
  const ms = Date.parse(`${day}T${time}${zone}`);
  // 2026-02-31 would quietly be a day in March.
  const begin = Date.parse(`${day}T00:00Z`);
  return new Date(begin || 0).toISOString().startsWith(day!) ? ms : Number.NaN;
}
