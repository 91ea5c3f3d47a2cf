/** Signing in as somebody on a site's team, through a real provider, and moderating with the key of this device. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAll } from '../../../cli/build.ts';
import { useBrowser } from '../harness.ts';
import { type LoginServer, startLoginServer } from '../login/login-server.ts';
import { rowsOf } from './admin.ts';

const { open } = useBrowser();
const poll = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });

let server: LoginServer;
let assets: string;
beforeAll(async () => {
  assets = await mkdtemp(join(tmpdir(), 'afterword-console-'));
  await buildAll({ outDir: assets });
  const team = [{ name: 'Ines', email: 'marigold@mail.example', role: 'moderator' }];
  const settings = { team, hold: true, attackAfter: 0, challenge: 'never' };
  server = await startLoginServer({
    assets,
    sites: [{ id: 'journal', name: 'Journal', hosts: ['journal.example'], settings }],
  });
});
afterAll(async () => {
  await server?.close();
  await rm(assets, { recursive: true, force: true });
});

async function logIn(account: string | null): Promise<Page> {
  const { page } = await open(server.api.replace('/api/v1', '/console/'));
  await page.getByText('Sign in as somebody on a site’s team').click();
  await page.getByLabel('Address of the site').fill('journal.example');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Sign in with House' }).click();
  if (account === null) await page.getByRole('button', { name: 'Cancel' }).click();
  else {
    await page.getByLabel('Account').fill(account);
    await page.getByRole('button', { name: 'Continue' }).click();
  }
  return page;
}

async function writeHeld(): Promise<string> {
  const answer = await fetch(`${server.api}/comments`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify({ url: 'https://journal.example/a', body: 'A thought', author: { name: 'Quill' } }),
  });
  return ((await answer.json()) as { id: string }).id;
}

describe('somebody on the team', () => {
  it('signs in on the console of another origin than the site’s, decides, and stays signed in', async () => {
    const id = await writeHeld();
    const page = await logIn('marigold');
    await poll(() => rowsOf(page).count()).toBe(1);
    expect(new URL(page.url()).hash).toBe('');
    await page.keyboard.press('a');
    const status = async () => (await fetch(`${server.api}/comments/${id}`)).status;
    await poll(status).toBe(200);
    await page.keyboard.press('u');
    await poll(status).toBe(404);
    await page.reload();
    await poll(() => rowsOf(page).count()).toBe(1);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API token').waitFor();
  });

  it('is told when there is nothing for them here, and when they changed their mind', async () => {
    const stranger = await logIn('barnaby');
    await poll(() => stranger.getByRole('alert').first().textContent()).toContain('nobody on the site’s team');
    const undecided = await logIn(null);
    await poll(() => undecided.getByRole('alert').first().textContent()).toContain('cancelled');
  });
});
