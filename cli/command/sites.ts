/** `afterword sites …`: what sites there are, where their pages live, and how they treat what is written there. */
import type { Command } from 'commander';
import * as v from 'valibot';
import type { AdminSite, AdminSites } from '../../worker/contract-admin.ts';
import { Settings } from '../../worker/contract-settings.ts';
import { Failure } from '../failure.ts';
import { formatTime } from '../output/format.ts';
import { harmlessLine } from '../output/harmless.ts';
import { drawTable } from '../output/table.ts';
import type { Client } from '../remote/client.ts';
import { readSiteId } from '../remote/sites.ts';
import { hostOfOrigin, readSettings } from '../site-sql.ts';
import type { Context } from './context.ts';
import { addExamples } from './examples.ts';

const DEFAULTS: Record<string, unknown> = v.parse(Settings, {});

export function addSitesCommand(program: Command, context: () => Context): void {
  const sites = program.command('sites').description('lists sites, and changes them');
  const list = sites
    .command('list')
    .description('lists all sites')
    .action(() => listSites(context()));
  addExamples(list, [['npx afterword sites list'], ['npx afterword sites list --json']]);
  const show = sites
    .command('show')
    .description('shows a site: origins, and the settings that differ from the defaults')
    .argument('<site>')
    .option('--all', 'all settings')
    .action((site: string, { all }: { all?: boolean }) => showSite(context(), site, all === true));
  addExamples(show, [['npx afterword sites show blog'], ['npx afterword sites show blog --all']]);
  const create = sites
    .command('create')
    .description('makes a site')
    .argument('<site>', 'its id: a-z, 0-9 and -')
    .argument('[settings...]', 'setting=value, as for set')
    .option('--name <name>', 'for people; its id, unless given')
    .option('--origin <origin>', 'where its pages live, such as https://blog.example; may be given again', collect, [])
    .action((site: string, settings: string[], options: { name?: string; origin: string[] }) =>
      createSite(context(), site, settings, options),
    );
  addExamples(create, [['npx afterword sites create blog --origin https://blog.example --name "My blog" hold=true']]);
  const set = sites
    .command('set')
    .description('changes settings; what is not named stays')
    .argument('<site>')
    .argument('[settings...]', 'setting=value; a value is JSON, or text as it is')
    .option('--name <name>', 'another name for people')
    .action((site: string, settings: string[], { name }: { name?: string }) =>
      changeSite(context(), site, { ...(name !== undefined && { name }), settings: readWords(settings) }),
    );
  addExamples(set, [
    ['npx afterword sites set blog hold=true votes=both editWindow=30'],
    [`npx afterword sites set blog 'reactions=["👍","❤️"]'`],
  ]);
  const add = sites
    .command('add-origin')
    .description('lets pages of more origins show this site’s conversations')
    .argument('<site>')
    .argument('<origins...>', 'such as https://blog.example')
    .action((site: string, origins: string[]) => {
      const hosts = origins.map(readHost);
      return changeOrigins(context(), site, (before) => [...new Set([...before, ...hosts])]);
    });
  addExamples(add, [['npx afterword sites add-origin blog https://www.blog.example http://localhost:3000']]);
  const remove = sites
    .command('remove-origin')
    .description('takes origins away; what was written on their pages stays')
    .argument('<site>')
    .argument('<origins...>')
    .action((site: string, origins: string[]) => {
      const hosts = origins.map(readHost);
      return changeOrigins(context(), site, (before) => removeAll(before, hosts));
    });
  addExamples(remove, [['npx afterword sites remove-origin blog http://localhost:3000']]);
  addExamples(sites, [
    ['npx afterword sites list'],
    ['npx afterword sites show blog --all'],
    ['npx afterword sites add-origin blog https://blog.example'],
  ]);
}

async function listSites(context: Context): Promise<void> {
  const { sites } = await context.client().ask<AdminSites>('GET', '/admin/sites');
  context.print({ sites }, () =>
    sites.length === 0
      ? 'There is no site yet: afterword sites create blog --origin https://blog.example'
      : drawTable(
          [{ title: 'SITE', whole: true }, { title: 'NAME' }, { title: 'ORIGINS' }, { title: 'SINCE', whole: true }],
          sites.map(({ id, name, origins, createdAt }) => [id, name, origins.join(', '), createdAt.slice(0, 10)]),
        ),
  );
}

async function showSite(context: Context, id: string, isAll: boolean): Promise<void> {
  printSite(context, await findSite(context.client(), id), isAll);
}

async function createSite(
  context: Context,
  id: string,
  settings: string[],
  { name, origin }: { name?: string; origin: string[] },
): Promise<void> {
  const input = {
    id: readSiteId(id),
    name: name ?? id,
    origins: origin.map(readHost).map(toOrigin),
    settings: readWords(settings),
  };
  // Asked again after it was made, it would find itself in its way.
  printSite(context, await context.client().ask<AdminSite>('POST', '/admin/sites', input, { once: true }), false);
  if (origin.length === 0)
    context.say(`Its pages have no origin yet: afterword sites add-origin ${id} https://blog.example`);
}

interface Change {
  name?: string;
  origins?: string[];
  settings?: Record<string, unknown>;
}

async function changeSite(context: Context, id: string, change: Change): Promise<void> {
  if (change.name === undefined && change.origins === undefined && Object.keys(change.settings ?? {}).length === 0)
    throw new Failure('Nothing to change: write setting=value, or --name.', 'usage');
  const path = `/admin/sites/${readSiteId(id)}`;
  printSite(context, await context.client().ask<AdminSite>('PATCH', path, change), false);
}

async function changeOrigins(context: Context, id: string, next: (before: string[]) => string[]): Promise<void> {
  const { origins } = await findSite(context.client(), id);
  const after = next(origins);
  await changeSite(context, id, { origins: after.map(toOrigin) });
  if (after.length === 0) context.say('No page can show its conversations now.');
}

async function findSite(client: Client, id: string): Promise<AdminSite> {
  const { sites } = await client.ask<AdminSites>('GET', '/admin/sites');
  const site = sites.find((each) => each.id === id);
  if (site) return site;
  const others = sites.length > 0 ? `; there is ${sites.map((each) => each.id).join(', ')}` : '';
  throw new Failure(`There is no site "${harmlessLine(id)}"${others}.`);
}

function printSite(context: Context, site: AdminSite, isAll: boolean): void {
  context.print(site, () => {
    const settings = Object.entries(site.settings).filter(
      ([name, value]) => isAll || JSON.stringify(value) !== JSON.stringify(DEFAULTS[name]),
    );
    const rows = [
      ['Site', site.id],
      ['Name', site.name],
      ['Origins', site.origins.join(', ') || 'none'],
      ['Since', `${formatTime(site.createdAt)} UTC`],
      ...(site.attackUntil === null ? [] : [['Attack mode', `until ${formatTime(site.attackUntil)} UTC`]]),
      ...settings.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ];
    const width = Math.max(...rows.map(([name]) => name!.length));
    const lines = rows.map(([name, value]) => `${name!.padEnd(width)}  ${harmlessLine(value!)}`);
    return [...lines, ...(isAll ? [] : ['Other settings are at their defaults.'])].join('\n');
  });
}

/** @throws Failure `usage` naming the setting */
function readWords(words: string[]): Record<string, unknown> {
  return asUsage(() => readSettings(words));
}

/** Takes `https://blog.example`, and the host alone as `sites show` prints it. @throws Failure `usage` */
const readHost = (origin: string): string =>
  asUsage(() => hostOfOrigin(/^[\p{L}\p{N}.-]+(:\d+)?$/u.test(origin) ? `https://${origin}` : origin));

/** The server takes origins, and keeps their hosts: the scheme does not matter. */
const toOrigin = (host: string): string => `https://${host}`;

const collect = (value: string, before: string[]): string[] => [...before, value];

function removeAll(before: string[], hosts: string[]): string[] {
  const strange = hosts.find((host) => !before.includes(host));
  if (strange === undefined) return before.filter((host) => !hosts.includes(host));
  throw new Failure(`${strange} is none of its origins: ${before.join(', ') || 'it has none'}.`, 'usage');
}

function asUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Failure((error as Error).message, 'usage');
  }
}
