/** Coming in, and being told exactly why one does not. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { adminToken, useBrowser } from '../harness.ts';
import { ask, createSite, createToken, openConsole, rowsOf, runSql, signIn, writeHeld } from './admin.ts';

const { open } = useBrowser();
const poll = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });

const problem = (page: Page) => page.getByRole('alert').first().textContent();
const expire = (id: string) => runSql('UPDATE tokens SET expires_at = 1 WHERE id = ?', id);

describe('signing in', () => {
  it('with the owner’s token shows everything there is, in this tab only', async () => {
    const { page } = await open('/console/');
    await signIn(page, adminToken());
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    const views = await page.getByRole('navigation', { name: 'Menu' }).getByRole('link').allTextContents();
    expect(views.map((view) => view.replace(/[\d,+]*$/, '').trim())).toEqual(
      'Queue Log Bans Pages Rules Sites Notices Tokens Numbers'.split(' '),
    );
    // The form that had the focus is gone; it is where the menu is done with.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByLabel('API token').waitFor();
  });

  it('stays on this device when that is wished, and ends everywhere by signing out', async () => {
    const { page } = await open('/console/');
    await page.getByLabel('Stay signed in').check();
    await signIn(page, adminToken());
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.reload();
    await page.getByLabel('API token').waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(
      adminToken(),
    );
  });

  it.each([
    ['wrong', 'not known', async () => 'no-token-at-all'],
    ['wrong by one letter', 'not known', async () => `${(await createToken(null)).token.slice(0, -1)}-`],
    [
      'expired',
      'has expired',
      async () => {
        const { id, token } = await createToken(null);
        expire(id);
        return token;
      },
    ],
    [
      'revoked',
      'was revoked',
      async () => {
        const { id, token } = await createToken(null);
        await ask('DELETE', `/tokens/${id}`);
        return token;
      },
    ],
    ['under-scoped', 'import and export', async () => (await createToken(null, ['transfer'])).token],
  ])('with a token that is %s says so, and keeps nothing', async (_, words, make) => {
    const { page } = await open('/console/');
    await signIn(page, await make());
    await poll(() => problem(page)).toContain(words);
    expect(await page.evaluate(() => sessionStorage.length + localStorage.length)).toBe(0);
  });

  it('with a token that may only read shows no decisions and no other menus', async () => {
    const { site, origin } = await createSite();
    await writeHeld(origin, 1);
    const page = await openConsole(open, (await createToken(site, ['comments:read'])).token);
    await page.getByText('this needs comments:moderate').waitFor();
    expect(await page.getByRole('button', { name: /Approve|Spam|Trash/ }).count()).toBe(0);
    await page.keyboard.press('a');
    expect(await rowsOf(page).count()).toBe(1);
    const views = await page.getByRole('navigation', { name: 'Menu' }).getByRole('link').allTextContents();
    expect(views.map((view) => view.replace(/\d*$/, '').trim())).toEqual(['Queue', 'Log', 'Bans', 'Pages']);
  });

  it('is over at once when the token is revoked meanwhile, and says so', async () => {
    const { site, origin } = await createSite();
    await writeHeld(origin, 1);
    const { id, token } = await createToken(site);
    const page = await openConsole(open, token);
    await poll(() => rowsOf(page).count()).toBe(1);
    await ask('DELETE', `/tokens/${id}`);
    await page.keyboard.press('a');
    await poll(() => problem(page)).toContain('was revoked');
    expect(await page.evaluate(() => sessionStorage.getItem('afterword:console'))).toBeNull();
  });
});
