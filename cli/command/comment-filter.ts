/** Which comments a command means: its options, and the filter of the API that they make. */
import { type Command, Option } from 'commander';
import { Status } from '../../worker/contract.ts';
import type { AdminPages, CommentFilter } from '../../worker/contract-admin.ts';
import { Failure } from '../failure.ts';
import { harmlessLine } from '../output/harmless.ts';
import type { Client } from '../remote/client.ts';
import { chooseSite } from '../remote/sites.ts';
import { readTime } from './time-option.ts';

export interface FilterOptions {
  site?: string;
  status?: Status;
  search?: string;
  author?: string;
  page?: string;
  phase?: string;
  flagged?: boolean;
  from?: string;
  to?: string;
  ip?: string;
  network?: string;
}

export const addFilterOptions = (command: Command): Command =>
  command
    .option('--site <site>', 'of this site; all must fit what else is given')
    .addOption(new Option('--status <status>', 'what became of them').choices(Status.options))
    .option('--search <text>', 'with this text in body or name')
    .option('--author <key>', 'by this writer, as show tells it')
    .option('--page <page>', 'on this page: its id, or its address')
    .option('--phase <phase>', 'that this check of moderation found')
    .option('--flagged', 'that readers have reported')
    .option('--from <time>', 'written then or later: a day, a time, or how long ago, such as 7d')
    .option('--to <time>', 'written before')
    .option('--ip <hash>', 'from this address, as show tells it')
    .option('--network <hash>', 'from this network');

/** Whether any of them was given, besides the site. */
export const isFiltered = ({ site: _site, ...options }: FilterOptions): boolean =>
  Object.values(options).some((value) => value !== undefined);

/** @throws Failure `usage` for what no comment can fit */
export async function readFilter(client: Client, options: FilterOptions): Promise<CommentFilter> {
  const { site, status, search, author, page, phase, flagged, from, to, ip, network } = options;
  const filter = {
    site,
    status,
    q: search,
    author,
    phase,
    flagged,
    ip,
    network,
    from: from === undefined ? undefined : readTime(from, -1, '--from'),
    to: to === undefined ? undefined : readTime(to, -1, '--to'),
    page: page === undefined ? undefined : await findPage(client, site, page),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as CommentFilter;
}

/** @param page an id, or an address: then it is looked for in the site @returns its id */
async function findPage(client: Client, named: string | undefined, page: string): Promise<string> {
  if (!URL.canParse(page)) return page;
  const site = await chooseSite(client, named);
  const wanted = sameForm(page);
  let after: string | null = null;
  do {
    const query: URLSearchParams = new URLSearchParams({
      site,
      q: new URL(page).hostname.replace(/^www\./, ''),
      ...(after !== null && { after }),
    });
    const answer: AdminPages = await client.ask<AdminPages>('GET', `/admin/pages?${query}`);
    const found = answer.pages.find(({ url }) => sameForm(url) === wanted);
    if (found) return found.id;
    after = answer.next;
  } while (after !== null);
  throw new Failure(`Nothing was written on ${harmlessLine(page)} on the site ${site}, by that address.`);
}

/** Addresses that people take for the same. */
function sameForm(address: string): string {
  if (!URL.canParse(address)) return address;
  const { host, pathname, search } = new URL(address);
  return `${host.replace(/^www\./, '')}${pathname.replace(/\/$/, '')}${search}`;
}
