/** What tests of the console need beside it: sites and tokens of their own, held comments, and the console opened by a token. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Page } from 'playwright-core';
import { inject } from 'vitest';
import type { AdminComments, AdminSite, CreatedToken, Log, Scope } from '../../../worker/contract-admin.ts';
import { adminToken, type Opened, type OpenOptions, serverUrl } from '../harness.ts';

const BUSY_MS = 5_000;

/** A request of the owner's. @throws Error what was answered instead */
export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${serverUrl()}/api/v1/admin${path}`, {
    method,
    headers: { Authorization: `Bearer ${adminToken()}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** A site that holds every comment, whoever comes how fast. */
export async function createSite(): Promise<{ site: string; origin: string }> {
  const site = `s${crypto.randomUUID().slice(0, 8)}`;
  const origin = `https://${site}.example`;
  const settings = { hold: true, attackAfter: 0, challenge: 'never', classifier: false };
  await ask<AdminSite>('POST', '/sites', { id: site, name: `Site ${site}`, origins: [origin], settings });
  return { site, origin };
}

export const ALL_OF_IT: Scope[] = ['comments:read', 'comments:moderate', 'pages:write', 'stats:read'];

/** @param site null: all of them */
export async function createToken(site: string | null, scopes = ALL_OF_IT, expiresAt?: string): Promise<CreatedToken> {
  return ask<CreatedToken>('POST', '/tokens', { name: 'A test', scopes, site, ...(expiresAt && { expiresAt }) });
}

/** Readers write; @returns ids, oldest first */
export async function writeHeld(origin: string, count: number, path = '/post'): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const answer = await fetch(`${serverUrl()}/api/v1/comments`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': crypto.randomUUID(),
        // Nobody can ban the address they moderate from.
        'CF-Connecting-IP': `203.0.113.${n % 200}`,
      },
      body: JSON.stringify({
        url: origin + path,
        title: 'A post',
        body: `Thought ${n} of ${crypto.randomUUID()}`,
        author: { name: `Reader ${n}` },
      }),
    });
    if (answer.status !== 201) throw new Error(`posting answered ${answer.status}: ${await answer.text()}`);
    ids.push(((await answer.json()) as { id: string }).id);
  }
  return ids;
}

/** How many comments of a site have each status, as the database says. */
export async function countStatuses(site: string): Promise<Record<string, number>> {
  return withDatabase((db) =>
    Object.fromEntries(
      db
        .prepare('SELECT status, COUNT(*) AS n FROM comments WHERE site_id = ? GROUP BY status')
        .all(site)
        .map((row) => [row.status, row.n as number]),
    ),
  );
}

/** Changes rows behind the server's back. */
export const runSql = (sql: string, ...values: SQLInputValue[]): void =>
  withDatabase((db) => void db.prepare(sql).run(...values));

function withDatabase<T>(use: (db: DatabaseSync) => T): T {
  for (const file of globSync(join(inject('server').persistDir, 'v3/d1/*/*.sqlite'))) {
    const db = new DatabaseSync(file, { timeout: BUSY_MS });
    try {
      if (db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'comments'").get()) return use(db);
    } finally {
      db.close();
    }
  }
  throw new Error('There is no database of the server.');
}

/** The console, signed in. @param hash such as `#/queue?tab=spam` */
export async function openConsole(
  open: (url: string, options?: OpenOptions) => Promise<Opened>,
  token: string,
  { hash = '', site, ...options }: OpenOptions & { hash?: string; site?: string } = {},
): Promise<Page> {
  const { page } = await open('/console/', options);
  if (site) await page.evaluate((id) => localStorage.setItem('afterword:console:site', id), site);
  await signIn(page, token);
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  if (hash) await page.goto(`${serverUrl()}/console/${hash}`);
  return page;
}

export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('API token').fill(token);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export const rowsOf = (page: Page) => page.locator('.rows li');

/** @returns ids of a site's comments, the newest first */
export async function listIds(site: string, status: string): Promise<string[]> {
  const { comments } = await ask<AdminComments>('GET', `/comments?site=${site}&status=${status}&limit=100`);
  return comments.map(({ id }) => id);
}

/** What the log says about a site's comments, the latest first: `spam × 3`. */
export async function listDecisions(site: string): Promise<string[]> {
  const { decisions } = await ask<Log>('GET', `/log?site=${site}`);
  return decisions
    .filter(({ action }) => !/^(site|token)\./.test(action))
    .map(({ action, count }) => `${action} × ${count}`);
}
