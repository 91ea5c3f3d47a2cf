/** Which backups are kept: 7 daily, 4 weekly, 12 monthly ones (grandfather, father, son). Pure. */
import type { Backup } from '../../contract-transfer';

const DAY_MS = 86_400_000;
/** Of each period the newest backup, in as many of the latest periods as have one: a pause of a year makes none old. */
const KEPT: [count: number, period: (startedAt: Date) => string][] = [
  [7, (at) => at.toISOString().slice(0, 10)],
  [4, weekOf],
  [12, (at) => at.toISOString().slice(0, 7)],
];
/** How long one may be written, and how long one that failed is told of. */
export const UNFINISHED_MS = DAY_MS;
const FAILED_MS = 7 * DAY_MS;
/** What one whose time is over says while it is taken away: that is gone on with, if it was interrupted. */
export const OVER = 'Its time was over.';

/** @param now epoch ms @returns ids */
export function chooseOver(backups: Backup[], now: number): string[] {
  const done = backups.filter(({ status }) => status === 'done');
  const kept = chooseKept(done.map(({ startedAt }) => startedAt));
  const isOver = ({ status, startedAt, error }: Backup) => {
    if (status === 'done') return !kept.has(startedAt);
    if (status === 'failed') return error === OVER || Date.parse(startedAt) < now - FAILED_MS;
    return Date.parse(startedAt) < now - FAILED_MS - UNFINISHED_MS;
  };
  return backups.filter(isOver).map(({ id }) => id);
}

/** @param times ISO, in any order @returns those that are kept */
export function chooseKept(times: string[]): Set<string> {
  const newestFirst = [...times].sort((a, b) => Date.parse(b) - Date.parse(a));
  return new Set(
    KEPT.flatMap(([count, period]) => {
      const newest = new Map<string, string>();
      for (const time of newestFirst) {
        const name = period(new Date(time));
        if (!newest.has(name)) newest.set(name, time);
      }
      return [...newest.values()].slice(0, count);
    }),
  );
}

/** The week of ISO 8601: it begins on Monday and belongs to the year of its Thursday. Named by that Thursday. */
function weekOf(at: Date): string {
  const daysSinceMonday = (at.getUTCDay() + 6) % 7;
  return new Date(at.getTime() + (3 - daysSinceMonday) * DAY_MS).toISOString().slice(0, 10);
}
