/** Tells the deployed worker where it answers: links in its mails lead there. What the owner has set stays. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './root.ts';
import { needWrangler } from './wrangler.ts';

const NAME = 'PUBLIC_URL';

/** @param url where it was deployed to, if wrangler said so @param secrets names of those it has */
export async function setPublicUrl(url: string | undefined, secrets: string[]): Promise<void> {
  if (url === undefined || !lacksPublicUrl(secrets, await readFile(join(ROOT, 'wrangler.toml'), 'utf8'))) return;
  await needWrangler(['secret', 'put', NAME], url);
}

/** Whether neither a secret nor a variable says it. */
export const lacksPublicUrl = (secrets: string[], config: string): boolean =>
  !secrets.includes(NAME) && !new RegExp(`^\\s*${NAME}\\s*=`, 'm').test(config);
