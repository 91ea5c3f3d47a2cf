/** `GET /admin/stats`: numbers of the last days, for the dashboard. Days are UTC's; this one is counted as it is now. */
import { type Stats, StatsQuery } from '../contract-admin';
import { presentAdminPage } from '../pages/admin-present';
import { parseQuery } from '../parse';
import { type AppContext, openDb } from '../request';
import { needGrant, siteFor } from './grant';
import { dayOf, type KeptRow, type NumberRow, selectDay, selectKept, selectNamedPages } from './stats-store';

const DAY_MS = 86_400_000;
const DAYS = 30;
const PAGES = 10;

/** Two round trips. */
export async function readStats(c: AppContext): Promise<Response> {
  const db = openDb(c);
  const grant = await needGrant(c, db, 'stats:read');
  const { site, days = DAYS } = parseQuery(StatsQuery, new URL(c.req.url).searchParams);
  siteFor(grant, site);
  const now = Date.now();
  const today = dayOf(now);
  const named = Array.from({ length: days }, (_, i) => dayOf(now - (days - 1 - i) * DAY_MS));
  const [kept, ...counted] = await db.batch(selectKept(site, named[0]!, today), ...selectDay(site, today));
  const numbers: Numbers = new Map();
  for (const { day, name, value } of kept!.rows as KeptRow[]) add(numbers, day, name, value);
  for (const { name, value } of counted.flatMap(({ rows }) => rows) as NumberRow[]) add(numbers, today, name, value);
  const pages = await db.all(selectNamedPages(listMost(numbers, 'page:').slice(0, PAGES)));
  return c.json({
    days: named.map((day) => presentDay(day, numbers)),
    pages: pages.map(presentAdminPage),
    phases: listMost(numbers, 'hits:').map((phase) => ({
      phase,
      hits: numbers.get(`hits:${phase}`) ?? 0,
      good: numbers.get(`good:${phase}`) ?? 0,
    })),
  } satisfies Stats);
}

/** By day and name; what has a colon in its name is of all days together. */
type Numbers = Map<string, number>;

function add(numbers: Numbers, day: string, name: string, value: number): void {
  const key = name.includes(':') ? name : `${day} ${name}`;
  numbers.set(key, (numbers.get(key) ?? 0) + value);
}

/** What follows a prefix, that of the highest number first. */
const listMost = (numbers: Numbers, prefix: string): string[] =>
  [...numbers]
    .filter(([name]) => name.startsWith(prefix))
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name.slice(prefix.length));

function presentDay(day: string, numbers: Numbers): Stats['days'][number] {
  const get = (name: string) => numbers.get(`${day} ${name}`) ?? 0;
  const decided = get('decided');
  return {
    day,
    approved: get('approved'),
    pending: get('pending'),
    spam: get('spam'),
    trash: get('trash'),
    decided,
    waitS: decided === 0 ? null : Math.round(get('waited') / decided),
  };
}
