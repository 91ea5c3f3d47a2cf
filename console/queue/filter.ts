/** Which comments the queue shows, as the address says it, and as the API is asked. Pure. */
import type { AdminComment, CommentFilter, Verb } from '../../worker/contract-admin';
import { BECOMES } from './list';

export const TABS = ['held', 'reported', 'spam', 'trash', 'all'] as const;
export type Tab = (typeof TABS)[number];

/** Beside tab and site; empty: anything. */
export const FIELDS = ['q', 'author', 'ip', 'network', 'page', 'phase', 'from', 'to'] as const;
export type Field = (typeof FIELDS)[number];

export interface QueueFilter extends Partial<Record<Field, string>> {
  tab: Tab;
  /** '' for all. */
  site: string;
  oldest: boolean;
}

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

/** @param query of an address that anybody may have made: a day that is none is left out; what else is odd, the API says */
export function readFilter(query: Readonly<Record<string, string>>, site: string): QueueFilter {
  const given = FIELDS.filter((field) => query[field]).flatMap((field) => {
    const text = query[field]!;
    return (field === 'from' || field === 'to') && !isDay(text) ? [] : [[field, text]];
  });
  const tab = TABS.find((each) => each === query.tab) ?? 'held';
  return { ...Object.fromEntries(given), tab, site, oldest: query.sort === 'oldest' };
}

/** What the API understands: days become times, the last of them included. */
export function toFilter({ tab, site, oldest: _, ...fields }: QueueFilter): CommentFilter {
  const { from, to, phase, ...plain } = fields;
  const midnight = (day: string, plus = 0) => {
    const date = new Date(`${day}T00:00`);
    date.setDate(date.getDate() + plus);
    return date.toISOString();
  };
  const status = ({ held: 'pending', spam: 'spam', trash: 'trash' } as const)[tab as string];
  return {
    ...plain,
    ...(site && { site }),
    ...(phase && { phase }),
    ...(from && { from: midnight(from) }),
    ...(to && { to: midnight(to, 1) }),
    ...(status && { status }),
    ...(tab === 'reported' && { flagged: true }),
  };
}

/** Whether a comment is still to be seen in a tab once this was decided about it. */
export const staysIn = (tab: Tab, verb: Verb): boolean => tab === 'all' && verb !== 'delete';

/** Whether a decision would change anything about a comment. */
export function isDue({ status, flags }: AdminComment, verb: Verb): boolean {
  if (verb === 'restore') return status === 'spam' || status === 'trash';
  return status !== BECOMES[verb] || (verb === 'approve' && flags > 0);
}

/** The comment as it will be, until the server says. */
export const decided = (comment: AdminComment, verb: Verb): AdminComment =>
  verb === 'restore' ? comment : { ...comment, status: BECOMES[verb], flags: 0 };
