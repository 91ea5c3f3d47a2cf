/** `npm run site -- add <site> <origin>…`: says which origins belong to a site, and how it treats new comments. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { applySchema } from './database.ts';
import { ROOT } from './root.ts';
import { checkSiteId, hostOfOrigin, siteSql } from './site-sql.ts';

const USAGE = `Usage: npm run site -- add <site> <origin>… [--remote] [--hold | --no-hold]

  <site>      a short name: a-z, 0-9 and -
  <origin>    where its pages live, e.g. https://blog.example
  --remote    in the deployed database; else in the local one
  --hold      new comments wait for approval`;

async function addSite(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: { remote: { type: 'boolean', default: false }, hold: { type: 'boolean' } },
  });
  const [command, site, ...origins] = positionals;
  if (command !== 'add' || site === undefined || (origins.length === 0 && values.hold === undefined)) {
    throw new Error(USAGE);
  }
  const id = checkSiteId(site);
  const hosts = origins.map(hostOfOrigin);
  const settings = values.hold === undefined ? {} : { hold: values.hold };
  const target = values.remote ? 'remote' : { persistDir: join(ROOT, '.wrangler/state') };
  await applySchema(target, siteSql({ id, name: id, hosts, settings }, Date.now()));
  const held =
    values.hold === undefined ? '' : `; new comments ${values.hold ? 'wait for approval' : 'appear at once'}`;
  console.log(`Site ${id}${hosts.length > 0 ? ` has ${hosts.join(', ')}` : ''}${held}.`);
}

try {
  await addSite();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
