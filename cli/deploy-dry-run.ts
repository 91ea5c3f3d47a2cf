/** `npm run deploy -- --dry-run`: what can be proved about a deploy without an account, and what a real one would do. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeConfigWithoutBucket } from './bucket.ts';
import { applySchema } from './database.ts';
import type { DeployPlan } from './deploy.ts';
import { needWrangler } from './wrangler.ts';

/** Gzip bytes that a worker may have on the free plan. */
const FREE_PLAN_BYTES = 3 * 1024 * 1024;

/** @throws Error what does not hold */
export async function proveDeploy(plan: DeployPlan, scratch: string): Promise<void> {
  const bundle = join(scratch, 'worker');
  await needWrangler(['deploy', '--dry-run', '--assets', plan.assets, '--outdir', bundle]);
  const bytes = await measureBundle(bundle);
  const share = ((100 * bytes) / FREE_PLAN_BYTES).toFixed(1);
  console.log(
    `Bundle and bindings are valid: ${(bytes / 1024).toFixed(1)} kB gzip, ${share} % of the free plan's 3 MB.`,
  );
  if (bytes > FREE_PLAN_BYTES) throw new Error('The worker is too large for the free plan.');

  const without = await writeConfigWithoutBucket(scratch);
  await needWrangler(['deploy', '--dry-run', '--config', without, '--assets', plan.assets, '--outdir', bundle]);
  console.log('So they are without R2, where no backups are made.');

  const persistDir = join(scratch, 'state');
  await applySchema({ persistDir });
  await applySchema({ persistDir });
  console.log('The schema applies to an empty database, and again to its own result.');

  const steps = [
    ...(plan.createsDatabase ? ['create the D1 database and write its id into wrangler.toml'] : []),
    'apply schema.sql to the deployed database',
    'create the R2 bucket for backups, or deploy without one where R2 is not enabled',
    'generate ADMIN_TOKEN and AUTH_SECRET where the worker lacks them',
    'upload the worker and its static files',
    'tell it where it answers (PUBLIC_URL), where nothing says so',
    plan.hosts.length > 0
      ? `register ${plan.hosts.join(', ')} as site ${plan.site}`
      : 'register no site (add --origin https://blog.example)',
    'print the tag to paste',
  ];
  console.log(
    `\nNothing was deployed. Without --dry-run this would:\n${steps.map((step) => `  - ${step}`).join('\n')}`,
  );
}

async function measureBundle(folder: string): Promise<number> {
  const files = (await readdir(folder)).filter((name) => /\.(js|mjs|wasm)$/.test(name));
  const contents = await Promise.all(files.map((name) => readFile(join(folder, name))));
  return contents.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).byteLength, 0);
}
