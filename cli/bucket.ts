/**
 * The R2 bucket that backups go to: made on the first deploy, and left out of it where the account has no R2, which is a
 * product one has to switch on. Whether an error means that, is read off what wrangler says.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './root.ts';
import { runWrangler, type WranglerResult } from './wrangler.ts';

const BLOCK = /^\[\[r2_buckets\]\]\nbinding = "BACKUPS"\nbucket_name = "([^"]+)"[^\n]*\n/m;
/** Codes of Cloudflare's API: there is one of that name and it is ours; R2 is not enabled; the token is not for R2. */
const EXISTS = /\b10004\b|already exists, and you own it/;
const NOT_ENABLED = /\b10042\b|enable R2/i;
const NOT_ALLOWED = /\b(10000|10001|9109)\b|Authentication error|Unauthorized/i;

/** @returns why there is none; null: there is one @throws Error any other trouble: an instance does not lose its backups by it */
export async function makeBucket(): Promise<string | null> {
  const name = readBucketName(await readConfig());
  if (name === null) return 'wrangler.toml binds no bucket.';
  return judgeCreation(await runWrangler(['r2', 'bucket', 'create', name, '--update-config=false']));
}

/** What makeBucket says of wrangler's answer. */
export function judgeCreation({ code, stdout, stderr }: WranglerResult): string | null {
  const said = `${stderr}\n${stdout}`;
  if (code === 0 || EXISTS.test(said)) return null;
  if (NOT_ENABLED.test(said)) return 'R2 is not enabled on this account: enable it in the Cloudflare dashboard.';
  if (NOT_ALLOWED.test(said)) return 'CLOUDFLARE_API_TOKEN is not for R2: give it “Workers R2 Storage: Edit”.';
  throw new Error(`wrangler r2 bucket create failed:\n${(stderr || stdout).trim()}`);
}

export const readBucketName = (config: string): string | null => BLOCK.exec(config)?.[1] ?? null;

/** wrangler.toml for a deploy without backups, in another folder. @returns its path */
export async function writeConfigWithoutBucket(folder: string): Promise<string> {
  const path = join(folder, 'without-bucket.toml');
  await writeFile(path, dropBucket(await readConfig(), ROOT));
  return path;
}

/** @param root what paths in it are relative to */
export const dropBucket = (config: string, root: string): string =>
  config
    .replace(BLOCK, '')
    .replace(/^main = "([^"]+)"/m, (_, main: string) => `main = ${JSON.stringify(join(root, main))}`);

const readConfig = (): Promise<string> => readFile(join(ROOT, 'wrangler.toml'), 'utf8');
