/** The panel about oneself: of a guest, of somebody who logged in; everything about them, to take along or to have deleted. */

import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostOfOrigin } from '../../../cli/site-sql.ts';
import type { MyData } from '../../../worker/contract.ts';
import { findViolations } from '../axe.ts';
import { freshPath, serverUrl, useBrowser } from '../harness.ts';
import { type Blog, startBlog } from '../login/blog.ts';
import { type LoginServer, startLoginServer } from '../login/login-server.ts';

const { open } = useBrowser();
const html =
  '<!doctype html><html lang="en"><head><title>A pot of tea</title><style>:root { color-scheme: light dark; background: light-dark(#fff, #111) }</style></head><body><main><h1>A pot of tea</h1><script src="{server}/embed.js" async></script></main></body></html>';

const field = (p: Page) => p.getByRole('textbox', { name: /write a response/i });
const panel = (p: Page) => p.getByRole('dialog', { name: 'My comments and data' });
const inPanel = (p: Page, name: string | RegExp) => panel(p).getByRole('button', { name });
const more = (p: Page, text: string) => p.locator('.b', { hasText: text }).last().locator('[data-a=more]').first();
const focused = (p: Page) =>
  p.locator('afterword-thread').evaluate((e) => {
    const active = e.shadowRoot!.activeElement;
    return active?.getAttribute('data-a') || active?.textContent || active?.localName;
  });

/** @param shown a part of it as it is rendered */
async function write(p: Page, text: string, shown = text): Promise<void> {
  await field(p).click();
  await p.getByRole('textbox', { name: 'Name' }).fill('Noor');
  await field(p).fill(text);
  await p.getByRole('button', { name: 'Post', exact: true }).click();
  await more(p, shown).waitFor();
}

async function openPanel(p: Page): Promise<void> {
  await field(p).click();
  await p.locator('[data-a=me]').first().click();
  await panel(p).waitFor();
}

describe('a guest', () => {
  it('finds what they wrote, changes their name on this device, and is back where they were with Escape', async () => {
    const url = freshPath('me');
    const { page: p } = await open(url, { html });
    await write(p, 'Warm the pot');
    await field(p).click();
    await p.locator('[data-a=me]').first().focus();
    await p.keyboard.press('Enter');
    await panel(p).getByText('Warm the pot').waitFor();
    expect(await panel(p).getByRole('link', { name: 'A pot of tea' }).getAttribute('href')).toContain(url);
    await panel(p).getByRole('textbox', { name: 'Name' }).fill('Noor B.');
    await p.keyboard.press('Enter');
    await panel(p).getByText('Saved').waitFor();
    await p.keyboard.press('Escape');
    await expect.poll(() => panel(p).count()).toBe(0);
    await expect.poll(() => focused(p)).toBe('me');
    await p.getByText('Writing as Noor B.').waitFor();
  });

  it('downloads everything that is stored about them', async () => {
    const { page: p } = await open(freshPath('download'), { html });
    await write(p, 'To the **kettle**', 'To the kettle');
    await openPanel(p);
    const [download] = await Promise.all([p.waitForEvent('download'), inPanel(p, /^Download/).click()]);
    expect(download.suggestedFilename()).toBe('afterword-my-data.json');
    const data = JSON.parse(await readFile(await download.path(), 'utf8')) as MyData;
    expect(data.comments.map(({ body }) => body)).toEqual(['To the **kettle**']);
  });

  it('asks to be deleted, by keyboard, is told when, and changes their mind', async () => {
    const { page: p } = await open(freshPath('forget'), { html });
    await write(p, 'Forget this');
    await openPanel(p);
    await inPanel(p, 'Delete me').press('Enter');
    await panel(p).getByText('In 24 hours').waitFor();
    await expect.poll(() => focused(p)).toBe('Keep');
    await p.keyboard.press('Enter');
    await expect.poll(() => focused(p)).toBe('Delete me');
    await p.keyboard.press('Enter');
    await inPanel(p, 'Delete everything').press('Enter');
    await panel(p).getByText('Everything about you will be deleted on').waitFor();
    await expect.poll(() => focused(p)).toBe('Keep everything after all');
    await p.keyboard.press('Escape');
    await p.reload();
    await openPanel(p);
    await inPanel(p, 'Keep everything after all').click();
    await inPanel(p, 'Delete me').waitFor();
  });

  it('who has never written has no key made for them', async () => {
    const { page: p } = await open(freshPath('nobody'), { html });
    await p.evaluate(() => localStorage.setItem('afterword:me', JSON.stringify({ name: 'Noor' })));
    let asked = 0;
    await p.context().route('**/api/v1/me*', (route) => {
      asked++;
      return route.continue();
    });
    await openPanel(p);
    await panel(p).getByRole('textbox', { name: 'Name' }).waitFor();
    await expect.poll(() => panel(p).getByText('Loading').count()).toBe(0);
    expect(asked).toBe(0);
    expect(await inPanel(p, 'Delete me').count()).toBe(0);
  });
});

describe('axe finds nothing', () => {
  it.each(['light', 'dark'] as const)('in what is open below a comment, and in the panel, %s', async (colorScheme) => {
    const { page: p } = await open(freshPath('axe'), { html, colorScheme, viewport: { width: 280, height: 700 } });
    await write(p, 'Accessible');
    await more(p, 'Accessible').click();
    await p.getByRole('button', { name: 'Edit', exact: true }).waitFor();
    expect(await findViolations(p)).toEqual([]);
    await p.getByRole('button', { name: 'Edit', exact: true }).click();
    await p.getByRole('textbox', { name: 'Your comment, in Markdown' }).fill('Changed');
    await p.keyboard.press('Escape');
    await p.getByRole('button', { name: 'Discard' }).waitFor();
    expect(await findViolations(p)).toEqual([]);
    await p.getByRole('button', { name: 'Discard' }).click();
    await openPanel(p);
    await inPanel(p, 'Delete me').click();
    await inPanel(p, 'Delete everything').waitFor();
    expect(await findViolations(p)).toEqual([]);
    const { box, small } = await panel(p).evaluate((dialog) => ({
      box: dialog.scrollWidth <= dialog.clientWidth && dialog.getBoundingClientRect().width <= innerWidth,
      small: [...dialog.querySelectorAll('button, input')]
        .map((x) => x.getBoundingClientRect())
        .filter(({ width, height }) => width < 24 || height < 24).length,
    }));
    expect(box).toBe(true);
    expect(small).toBe(0);
  });

  it.each(['de', 'fr', 'es', 'ja', 'ar'])('in the panel in %s, all of whose words are there', async (lang) => {
    const { page: p } = await open(freshPath(lang), { html: html.replace('lang="en"', `lang="${lang}"`) });
    await p.getByRole('textbox').first().click();
    await p.locator('[name="author.name"]').fill('Noor');
    await p.getByRole('textbox').first().fill('1 + 1');
    await p.locator('[part=post-button]').click();
    await p.locator('[data-a=more]').click();
    await p.locator('.menu [data-a=delete]').waitFor();
    const menu = await p.locator('.menu').textContent();
    await p.getByRole('textbox').first().click();
    await p.locator('[data-a=me]').first().click();
    await p.getByRole('dialog').locator('.forget button').click();
    await p.getByRole('dialog').locator('.forget button').nth(1).waitFor();
    const words = `${menu} ${await p.getByRole('dialog').textContent()}`;
    expect(words).not.toMatch(/\b(Copy|Edit|Delete|Download|Save|guest)\b|undefined/);
    expect(await findViolations(p)).toEqual([]);
  });
});

describe('somebody who logged in', () => {
  let blog: Blog;
  let server: LoginServer;
  beforeAll(async () => {
    blog = await startBlog();
    server = await startLoginServer({ sites: [{ id: 'blog', name: 'Blog', hosts: [hostOfOrigin(blog.origin)] }] });
    blog.embed(`${serverUrl()}/embed.js`, server.api);
  });
  afterAll(() => Promise.all([server?.close(), blog?.close()]));

  async function logIn(p: Page, provider: string, account: string): Promise<void> {
    const [popup] = await Promise.all([
      p.waitForEvent('popup'),
      p.getByRole('button', { name: provider, exact: true }).last().click(),
    ]);
    await popup.getByLabel('Account').fill(account);
    const closed = popup.waitForEvent('close');
    await popup.getByRole('button', { name: 'Continue' }).click();
    await closed;
  }

  it('changes their name on all they wrote, adds another login, and logs out', async () => {
    const { page: p } = await open(`${blog.origin}/${crypto.randomUUID()}`);
    await field(p).click();
    await logIn(p, 'X', 'marigold');
    await p.getByText('Writing as Marigold').waitFor();
    await field(p).fill('Well said');
    await p.getByRole('button', { name: 'Post', exact: true }).click();
    await more(p, 'Well said').waitFor();
    await openPanel(p);
    await panel(p).getByText('Logged in with X').waitFor();
    await panel(p).getByText('This device').waitFor();
    expect(await findViolations(p)).toEqual([]);
    await panel(p).getByRole('textbox', { name: 'Name' }).fill('Marigold P.');
    await p.keyboard.press('Enter');
    await panel(p).getByText('Saved').waitFor();
    await logIn(p, 'GitHub', 'marigold');
    await expect.poll(() => panel(p).locator('.accounts li').allTextContents()).toHaveLength(2);
    await inPanel(p, 'Log out').click();
    await expect.poll(() => panel(p).getByText('Logged in with').count()).toBe(0);
    await p.keyboard.press('Escape');
    await p.locator('[part=author]', { hasText: 'Marigold P.' }).waitFor();
    await more(p, 'Well said').click();
    await p.getByRole('button', { name: 'Report' }).waitFor();
  });
});
