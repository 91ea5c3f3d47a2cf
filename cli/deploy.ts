/**
 * `npm run deploy`: builds, makes the D1 database and the bucket for backups on the first run, applies the schema and sites,
 * deploys with generated secrets and prints the tag to paste. `--dry-run` proves as much of it as works without an account.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeBucket, writeConfigWithoutBucket } from './bucket.ts';
import { buildAll } from './build.ts';
import { applySchema } from './database.ts';
import { proveDeploy } from './deploy-dry-run.ts';
import { setPublicUrl } from './public-url.ts';
import { ROOT } from './root.ts';
import { newSecret, SECRET_NAMES } from './secrets.ts';
import { checkSiteId, hostOfOrigin, siteSql } from './site-sql.ts';
import { needWrangler, runWrangler } from './wrangler.ts';

const CONFIG = join(ROOT, 'wrangler.toml');
const PLACEHOLDER = '00000000-0000-0000-0000-000000000000';
/** What Cloudflare answers about a worker that was never deployed. */
const NO_SUCH_WORKER = /\b10007\b|Worker "[^"]*"[^\n]* not found/;

export interface DeployPlan {
  /** Bundles and docs, built into a folder of their own: a running `npm start` keeps its demo. */
  assets: string;
  site: string;
  hosts: string[];
  createsDatabase: boolean;
}

async function deploy(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'dry-run': { type: 'boolean', default: false },
      origin: { type: 'string', multiple: true, default: [] },
      site: { type: 'string', default: 'main' },
    },
  });
  const scratch = await mkdtemp(join(tmpdir(), 'afterword-deploy-'));
  try {
    const plan: DeployPlan = {
      assets: join(scratch, 'dist'),
      site: checkSiteId(values.site),
      hosts: values.origin.map(hostOfOrigin),
      createsDatabase: (await readFile(CONFIG, 'utf8')).includes(PLACEHOLDER),
    };
    if (!values['dry-run']) await needLogin();
    console.log('Building …');
    await buildAll({ outDir: plan.assets });
    await (values['dry-run'] ? proveDeploy(plan, scratch) : deployFor(plan, scratch));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function needLogin(): Promise<void> {
  const { code } = await runWrangler(['whoami', '--json']);
  if (code === 0) return;
  throw new Error('You are not logged in to Cloudflare: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN.');
}

async function deployFor(plan: DeployPlan, scratch: string): Promise<void> {
  if (plan.createsDatabase) await createDatabase();
  console.log('Applying the schema …');
  const sites = plan.hosts.length > 0 ? siteSql({ id: plan.site, name: plan.site, hosts: plan.hosts }, Date.now()) : '';
  await applySchema('remote', sites);
  const noBucket = await makeBucket();

  console.log('Deploying …');
  const known = await listSecrets();
  const fresh = makeMissingSecrets(known);
  const args = ['deploy', '--assets', plan.assets];
  if (noBucket !== null) args.push('--config', await writeConfigWithoutBucket(scratch));
  if (Object.keys(fresh).length > 0) {
    // Uploaded together with the code, so that the worker never runs without them.
    const file = join(scratch, 'secrets.json');
    await writeFile(file, JSON.stringify(fresh), { mode: 0o600 });
    args.push('--secrets-file', file);
  }
  const { stdout } = await needWrangler(args);
  const url = /https:\/\/[^\s]+\.workers\.dev/.exec(stdout)?.[0];
  await setPublicUrl(url, known);
  report(plan, url, fresh.ADMIN_TOKEN);
  if (noBucket !== null) console.log(`No backups are made. ${noBucket} Then deploy again.`);
}

/** Finds or makes the database and writes its id into wrangler.toml. */
async function createDatabase(): Promise<void> {
  const find = async () => {
    const { stdout } = await needWrangler(['d1', 'list', '--json']);
    const all = JSON.parse(stdout) as { name: string; uuid: string }[];
    return all.find((database) => database.name === 'afterword')?.uuid;
  };
  let id = await find();
  if (id === undefined) {
    console.log('Creating the database …');
    await needWrangler(['d1', 'create', 'afterword', '--update-config=false']);
    id = await find();
  }
  if (id === undefined) throw new Error('The database was made but is not listed yet: run this again in a minute.');
  await writeFile(CONFIG, (await readFile(CONFIG, 'utf8')).replace(PLACEHOLDER, id));
  console.log('wrangler.toml now has the id of your database: commit it.');
}

/** Names of the secrets that the deployed worker has. */
async function listSecrets(): Promise<string[]> {
  const { code, stdout, stderr } = await runWrangler(['secret', 'list', '--format', 'json']);
  if (code !== 0 && !NO_SUCH_WORKER.test(stderr + stdout)) throw new Error(`wrangler secret list failed:\n${stderr}`);
  return code === 0 ? (JSON.parse(stdout) as { name: string }[]).map((secret) => secret.name) : [];
}

/** New values for the secrets the deployed worker lacks. Those it has are never replaced. */
function makeMissingSecrets(known: string[]): Record<string, string> {
  const missing = SECRET_NAMES.filter((name) => !known.includes(name));
  return Object.fromEntries(missing.map((name) => [name, newSecret()]));
}

function report(plan: DeployPlan, url: string | undefined, adminToken: string | undefined): void {
  const base = url ?? 'https://<your worker>';
  console.log(`\nAfterword is deployed. Paste this where the conversation shall be:\n`);
  console.log(`  <script src="${base}/embed.js" async></script>\n`);
  if (plan.hosts.length > 0) console.log(`Site ${plan.site}: ${plan.hosts.join(', ')}`);
  else console.log('Say where your pages live: npm run site -- add main https://blog.example --remote');
  if (adminToken) console.log(`Admin token, shown this once, keep it safe: ${adminToken}`);
}

try {
  await deploy();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
