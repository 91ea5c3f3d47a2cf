/** A newcomer on a site that asks for work: their device does it by itself, and the comment arrives, once. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { NewComment, Thread } from '../../../worker/contract.ts';
import { OTHER_HOST } from '../global-setup.ts';
import { adminToken, freshPath, serverUrl, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const html =
  '<!doctype html><html lang="en"><title>A page</title><body><script src="{server}/embed.js" async></script></body></html>';

const newPage = () => `https://working.${OTHER_HOST}${freshPath('challenge')}`;
const field = (p: Page) => p.getByRole('textbox', { name: /write a response/i });
const postButton = (p: Page) => p.getByRole('button', { name: 'Post', exact: true }).first();
const checking = (p: Page) => p.locator('[part=comment]').getByText('Checking that you are no robot…');

const said = (p: Page, text: string) =>
  expect.poll(() => p.getByRole('status').first().textContent(), { timeout: 10_000 }).toBe(text);

async function write(p: Page, text: string): Promise<void> {
  await field(p).click();
  await p.getByRole('textbox', { name: 'Name' }).fill('Noor');
  await field(p).fill(text);
  await postButton(p).click();
}

async function stored(url: string): Promise<Thread> {
  const headers = { Authorization: `Bearer ${adminToken()}` };
  return (await (
    await fetch(`${serverUrl()}/api/v1/thread?${new URLSearchParams({ url })}`, { headers })
  ).json()) as Thread;
}

/** What is sent to the API, without preflights. */
function watch(p: Page) {
  const posts: { key: string | undefined; work: boolean; body: NewComment }[] = [];
  const asked: string[] = [];
  p.on('request', (request) => {
    const { pathname, hostname } = new URL(request.url());
    asked.push(hostname);
    if (request.method() !== 'POST' || !pathname.endsWith('/comments')) return;
    const headers = request.headers();
    const body = request.postDataJSON() as NewComment;
    posts.push({ key: headers['idempotency-key'], work: 'afterword-work' in headers, body });
  });
  return { posts, asked };
}

describe('a newcomer on a site that asks for work', () => {
  it('posts as anywhere: the device works by itself, says so, and the comment arrives once', async () => {
    const url = newPage();
    const { page: p } = await open(url, { html });
    const { posts, asked } = watch(p);
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    await p.route('**/api/v1/challenge?*', (route) => held.then(() => route.continue()));
    await write(p, 'The quieter path.');
    await checking(p).waitFor();
    await said(p, 'Checking that you are no robot…');
    release();
    await said(p, 'Posted');
    expect(await checking(p).count()).toBe(0);
    expect(posts.map(({ work }) => work)).toEqual([false, true]);
    expect(posts[0]!.key).toBe(posts[1]!.key);
    expect(posts[0]!.body).toEqual(posts[1]!.body);
    expect((await stored(url)).comments.map((c) => c.status)).toEqual(['approved']);
    // Nobody else was asked anything.
    expect(new Set(asked)).toEqual(new Set([new URL(serverUrl()).hostname]));
  });

  it('does it by keyboard alone, under a strict policy with Trusted Types', async () => {
    const url = newPage();
    const from = serverUrl();
    const policy =
      `default-src 'none'; script-src ${from}; style-src ${from}; img-src ${from}; connect-src ${from}; ` +
      "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types afterword";
    const { page: p } = await open(url, { html, headers: { 'Content-Security-Policy': policy } });
    const { posts } = watch(p);
    await field(p).focus();
    await p.getByRole('textbox', { name: 'Name' }).waitFor();
    await p.keyboard.type('Without a mouse.');
    await p.keyboard.press('Tab');
    // Fields that people do not see are not on the way.
    await expect
      .poll(() =>
        p.evaluate(() => document.querySelector('afterword-thread')!.shadowRoot!.activeElement?.getAttribute('name')),
      )
      .toBe('author.name');
    await p.keyboard.type('Mika');
    await field(p).focus();
    await p.keyboard.press('Control+Enter');
    await said(p, 'Posted');
    expect(posts.map(({ work }) => work)).toEqual([false, true]);
    expect((await stored(url)).comments).toHaveLength(1);
  });

  it('loses nothing when the connection goes in between, or the page is left', async () => {
    const url = newPage();
    const { page: p } = await open(url, { html });
    const { posts } = watch(p);
    await p.route('**/api/v1/challenge?*', (route) => route.abort());
    await write(p, 'Written on a train.');
    await p
      .locator('[part=comment]')
      .getByText(/waiting for connection/i)
      .waitFor();
    expect(await checking(p).count()).toBe(0);
    await p.reload();
    await p.locator('[part=comment]', { hasText: 'Written on a train.' }).waitFor();
    await p.unroute('**/api/v1/challenge?*');
    await expect.poll(async () => (await stored(url)).comments.length, { timeout: 15_000 }).toBe(1);
    expect(new Set(posts.map(({ key }) => key)).size).toBe(1);
    expect(posts.filter(({ work }) => work)).toHaveLength(1);
    await p
      .locator('[part=comment]')
      .getByText(/waiting for connection/i)
      .waitFor({ state: 'detached' });
  });

  it('waits like without a connection when the solver cannot come', async () => {
    const url = newPage();
    const { page: p } = await open(url, { html });
    await p.route('**/lazy/challenge-*', (route) => route.abort());
    await write(p, 'Half of it arrived.');
    await p
      .locator('[part=comment]')
      .getByText(/waiting for connection/i)
      .waitFor();
    expect((await stored(url)).comments).toEqual([]);
  });

  it('gets the text back, with the reason, where no browser can count', async () => {
    const { page: p } = await open(newPage(), { html });
    await p.evaluate(() => {
      SubtleCrypto.prototype.deriveBits = () => Promise.reject(new Error('not here'));
    });
    await write(p, 'From an old machine.');
    await said(p, 'This could not be posted. Your text is still here: try again.');
    expect(await field(p).inputValue()).toBe('From an old machine.');
  });
});

describe('a comment', () => {
  it('says how long it took to write, and leaves the field alone that only robots see', async () => {
    const url = `https://${OTHER_HOST}${freshPath('traces')}`;
    const { page: p } = await open(url, { html });
    const { posts } = watch(p);
    await field(p).click();
    await p.getByRole('textbox', { name: 'Name' }).fill('Noor');
    await field(p).pressSequentially('Letter by letter.', { delay: 10 });
    await postButton(p).click();
    await expect.poll(() => posts.length).toBe(1);
    const { body } = posts[0]!;
    expect(body.trap).toBe('');
    expect(body.writtenMs).toBeGreaterThan(100);
    expect(body.writtenMs).toBeLessThan(30_000);
  });

  it('that was kept from before says nothing of how long it took', async () => {
    const url = `https://${OTHER_HOST}${freshPath('kept')}`;
    const { page: p } = await open(url, { html });
    const { posts } = watch(p);
    await field(p).click();
    await p.getByRole('textbox', { name: 'Name' }).waitFor();
    await field(p).fill('Begun yesterday.');
    await p.reload();
    await expect.poll(() => field(p).inputValue()).toBe('Begun yesterday.');
    await p.getByRole('textbox', { name: 'Name' }).fill('Noor');
    await postButton(p).click();
    await expect.poll(() => posts.length).toBe(1);
    expect(posts[0]!.body.writtenMs).toBeUndefined();
  });

  it('of a robot that fills in every field is given away by one of them', async () => {
    const url = `https://${OTHER_HOST}${freshPath('trap')}`;
    const { page: p } = await open(url, { html });
    const { posts } = watch(p);
    await field(p).click();
    await p.getByRole('textbox', { name: 'Name' }).waitFor();
    await p.evaluate(() => {
      const { shadowRoot } = document.querySelector('afterword-thread')!;
      for (const input of shadowRoot!.querySelectorAll<HTMLInputElement>('input:not([type=email])')) {
        input.value = 'https://shop.example';
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
    await field(p).fill('In every field.');
    await postButton(p).click();
    await expect.poll(() => posts.length).toBe(1);
    expect(posts[0]!.body.trap).toBe('https://shop.example');
    await expect.poll(async () => (await stored(url)).comments.length).toBe(0);
  });
});
