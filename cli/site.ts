/**
 * `npm run site -- …`: which origins belong to a site, how it treats what is written there, and who runs it.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { applySchema } from './database.ts';
import { ROOT } from './root.ts';
import { checkSiteId, hostOfOrigin, readMember, readSettings, type SiteInput, siteSql } from './site-sql.ts';

const USAGE = `Usage: npm run site -- add  <site> <origin>… [--remote] [--hold | --no-hold]
       npm run site -- set  <site> <setting>=<value>… [--remote]
       npm run site -- team <site> <name> [<email>] [author | moderator] [--remote]

  <site>      a short name: a-z, 0-9 and -
  <origin>    where its pages live, e.g. https://blog.example
  <setting>   e.g. votes=both, editWindow=30, guests=false, reactions='["👍","❤️"]'; all are in docs/deploying.md
  <name>      of somebody who runs the site: nobody else may write under it
  <email>     whoever logs in with it has the role (moderator, if none is named)
  --remote    in the deployed database; else in the local one
  --hold      new comments wait for approval`;

async function changeSite(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: { remote: { type: 'boolean', default: false }, hold: { type: 'boolean' } },
  });
  const [command, site, ...rest] = positionals;
  if (site === undefined) throw new Error(USAGE);
  const id = checkSiteId(site);
  const [change, done] = readChange(command, rest, values.hold);
  const target = values.remote ? 'remote' : { persistDir: join(ROOT, '.wrangler/state') };
  await applySchema(target, siteSql({ id, name: id, hosts: [], ...change }, Date.now()));
  console.log(`Site ${id} ${done}.`);
}

/** @returns what to store, and how to say it @throws Error the usage, or what is wrong */
function readChange(
  command: string | undefined,
  rest: string[],
  hold: boolean | undefined,
): [Partial<SiteInput>, string] {
  if (command === 'add' && (rest.length > 0 || hold !== undefined)) {
    const hosts = rest.map(hostOfOrigin);
    const held = hold === undefined ? [] : [`new comments ${hold ? 'wait for approval' : 'appear at once'}`];
    const change = { hosts, ...(hold !== undefined && { settings: { hold } }) };
    return [change, [...(hosts.length > 0 ? [`has ${hosts.join(', ')}`] : []), ...held].join('; ')];
  }
  if (command === 'set' && rest.length > 0) {
    const settings = readSettings(rest);
    return [
      { settings },
      `has ${Object.entries(settings)
        .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
        .join(', ')}`,
    ];
  }
  if (command === 'team' && rest.length > 0) {
    const member = readMember(rest);
    return [{ member }, `is run by ${member.name} (${member.role}), among others or alone`];
  }
  throw new Error(USAGE);
}

try {
  await changeSite();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
