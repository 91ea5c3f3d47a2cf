/** Writing: what is typed is never lost, never sent twice, and always answered in words. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Thread } from '../../../worker/contract.ts';
import { OTHER_HOST } from '../global-setup.ts';
import { freshPath, postComment, serverUrl, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const html =
  '<!doctype html><html lang="en"><title>A page</title><body><script src="{server}/embed.js" async></script></body></html>';

const POST_URL = /\/api\/v1\/comments\??$/;
const field = (p: Page) => p.getByRole('textbox', { name: /write a response/i });
const waiting = (p: Page) => p.locator('[part=comment]').getByText(/waiting for connection/i);
const postButton = (p: Page) => p.getByRole('button', { name: 'Post', exact: true }).first();

async function write(p: Page, text: string, name: string | null = 'Noor'): Promise<void> {
  await field(p).click();
  await postButton(p).waitFor();
  if (name !== null) await p.getByRole('textbox', { name: 'Name' }).fill(name);
  await field(p).fill(text);
}

async function stored(url: string): Promise<Thread> {
  const address = new URL(url, serverUrl()).href;
  // A bookmark passes the edge cache by.
  const bookmark = '00000000-00000000-00000000-00000000000000000000000000000000';
  const answer = await fetch(`${serverUrl()}/api/v1/thread?${new URLSearchParams({ url: address, bookmark })}`);
  return (await answer.json()) as Thread;
}

describe('writing', () => {
  it('opens on focus, posts, shows the comment at once and after a reload, and remembers who wrote', async () => {
    const url = freshPath('post');
    const { page: p } = await open(url, { html });
    expect(await p.getByRole('textbox').count()).toBe(1);
    await write(p, 'Hello **there** :)');
    await postButton(p).click();
    await p.locator('[part=body] strong', { hasText: 'there' }).waitFor();
    expect(await p.getByText('🙂').count()).toBe(1);
    await p.getByRole('heading', { name: '1 response to' }).waitFor();
    await p.reload();
    await p.locator('[part=body] strong', { hasText: 'there' }).waitFor();
    expect(await p.locator('[part=comment]').count()).toBe(1);
    await field(p).click();
    await p.getByText('Writing as Noor').waitFor();
    await p.getByRole('button', { name: 'Change' }).click();
    expect(await p.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('');
  });

  it('is done by keyboard alone, posting with Ctrl+Enter, and announces it', async () => {
    const url = freshPath('keyboard');
    const { page: p } = await open(url, { html });
    await field(p).focus();
    await postButton(p).waitFor();
    await p.keyboard.type('Typed ');
    await p.keyboard.press('Control+b');
    await p.keyboard.type('boldly');
    await p.getByRole('textbox', { name: 'Name' }).focus();
    await p.keyboard.type('Mika');
    await field(p).focus();
    await p.keyboard.press('Control+Enter');
    await p.locator('[part=body] strong', { hasText: 'boldly' }).waitFor();
    await expect.poll(() => p.getByRole('status').first().textContent()).toMatch(/posted/i);
  });

  it('replies in place, and Escape leaves with the draft kept', async () => {
    const url = freshPath('reply');
    await postComment({ url, body: 'A question', author: { name: 'Mika' } });
    const { page: p } = await open(url, { html });
    await p.getByRole('button', { name: 'Reply' }).click();
    const reply = p.getByRole('textbox', { name: 'Reply to Mika' });
    await reply.fill('An answ');
    await p.keyboard.press('Escape');
    await expect.poll(() => reply.count()).toBe(0);
    await p.getByRole('button', { name: 'Reply' }).click();
    expect(await reply.inputValue()).toBe('An answ');
    await reply.fill('An answer');
    await p.getByRole('textbox', { name: 'Name' }).last().fill('Noor');
    await reply.press('Control+Enter');
    await p.locator('[part=body]', { hasText: 'An answer' }).waitFor();
    await expect.poll(async () => (await stored(url)).comments.map((c) => c.depth)).toEqual([0, 1]);
  });

  it('keeps drafts for each page through a reload', async () => {
    const url = freshPath('draft');
    const { page: p } = await open(url, { html });
    await write(p, 'Half a thou', null);
    await p.reload();
    await expect.poll(() => field(p).inputValue()).toBe('Half a thou');
    const other = freshPath('other');
    await p
      .context()
      .route(`**${other}`, (route) => route.fulfill({ contentType: 'text/html', body: html.replace('{server}', '') }));
    await p.goto(new URL(other, serverUrl()).href);
    await p.getByText('The first word is yours').waitFor();
    expect(await field(p).inputValue()).toBe('');
  });

  it('keeps to each page what was typed there when the element goes on to another', async () => {
    const { page: p } = await open(freshPath('routed'), { html });
    const goTo = (url: string) =>
      p.locator('afterword-thread').evaluate((element, to) => {
        const ready = new Promise((done) => element.addEventListener('afterword:ready', done, { once: true }));
        element.setAttribute('url', to);
        return ready.then(() => {});
      }, url);
    const [one, two] = [freshPath('one'), freshPath('two')];
    await goTo(one);
    await write(p, 'For the first page', null);
    await goTo(two);
    expect(await field(p).inputValue()).toBe('');
    await write(p, 'For the second', null);
    await goTo(one);
    await expect.poll(() => field(p).inputValue()).toBe('For the first page');
  });

  it('keeps what is typed on while it is not known yet who writes', async () => {
    const { page: p } = await open(freshPath('typed-on'), { html });
    await write(p, 'First');
    await postButton(p).click();
    await p.locator('[part=comment] [data-a=more]').waitFor();
    await p.reload();
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    await p.route('**/lazy/identity-*', (route) => held.then(() => route.continue()));
    await write(p, 'Second', null);
    await postButton(p).click();
    await field(p).press('End');
    await p.keyboard.type(' thought');
    release();
    await p.locator('[part=body]', { hasText: 'Second thought' }).waitFor();
  });

  it('keeps what was typed before the editor arrived, and when it cannot arrive', async () => {
    const { page: p } = await open(freshPath('late'), { html });
    await p.route('**/lazy/**', (route) => route.abort());
    await field(p).click();
    await field(p).fill('Early bird');
    await p.locator('form').getByText('This could not be loaded.').waitFor();
    expect(await field(p).inputValue()).toBe('Early bird');
    await p.unroute('**/lazy/**');
    // The next visit to the field tries again.
    await field(p).blur();
    await field(p).focus();
    await postButton(p).waitFor();
    expect(await field(p).inputValue()).toBe('Early bird');
    // Nothing more is typed.
    await p.reload();
    await expect.poll(() => field(p).inputValue()).toBe('Early bird');
  });

  it('says at the field what is missing or wrong', async () => {
    const { page: p } = await open(freshPath('fields'), { html });
    await write(p, 'Text', null);
    await postButton(p).click();
    const name = p.getByRole('textbox', { name: 'Name' });
    await p.locator('form').getByText('A name is needed, of 80 characters at most.').waitFor();
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    await name.fill('Noor');
    await p.getByRole('textbox', { name: 'E-mail' }).fill('nobody');
    await postButton(p).click();
    await p.locator('form').getByText('This needs to be an e-mail address.').waitFor();
    await p.getByRole('textbox', { name: 'E-mail' }).fill('');
    await p.getByRole('textbox', { name: 'Website' }).fill('noor.example');
    await postButton(p).click();
    await p.getByRole('link', { name: 'Noor' }).waitFor();
    expect(await p.getByRole('link', { name: 'Noor' }).getAttribute('href')).toBe('https://noor.example/');
  });

  it('previews as it will be', async () => {
    const { page: p } = await open(freshPath('preview'), { html });
    await write(p, 'A `preview` <b>of</b> it');
    await p.getByRole('button', { name: 'Preview' }).click();
    await p.locator('form code', { hasText: 'preview' }).waitFor();
    await p.getByText('<b>of</b>').waitFor();
  });

  it('keeps the text with one clear sentence when the server refuses', async () => {
    const url = freshPath('refused');
    const { page: p } = await open(url, { html });
    await p.route(POST_URL, (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        headers: { 'Access-Control-Allow-Origin': '*' },
        body: JSON.stringify({ type: 'x', title: 'x', status: 403, code: 'page_locked', detail: 'x' }),
      }),
    );
    await write(p, 'Kept text');
    await postButton(p).click();
    await p.locator('form').getByText('This conversation has been closed.').waitFor();
    expect(await field(p).inputValue()).toBe('Kept text');
    expect((await stored(url)).page.count).toBe(0);
  });

  it('waits in an outbox while D1 or the network is down, survives a reload, and sends each comment once', async () => {
    const url = freshPath('outbox');
    const { page: p } = await open(url, { html });
    const keys: (string | undefined)[] = [];
    // The server writes, but its answer never arrives: the worst kind of failure.
    let lost = 1;
    await p.context().route(POST_URL, async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      if (lost-- > 0) {
        await route.fetch();
        return route.abort();
      }
      return route.continue();
    });
    await write(p, 'Sent into the dark');
    await postButton(p).click();
    await p.getByText('Sent into the dark').first().waitFor();
    await waiting(p).waitFor();
    await p.reload();
    await p.locator('[part=body]', { hasText: 'Sent into the dark' }).waitFor();
    await expect.poll(() => keys.length).toBeGreaterThanOrEqual(2);
    await expect.poll(() => waiting(p).count()).toBe(0);
    expect(new Set(keys).size).toBe(1);
    expect((await stored(url)).comments).toHaveLength(1);
    await expect.poll(() => p.locator('[part=comment]').count()).toBe(1);
  });

  it('sends what an older version left waiting, which did not know yet who wrote', async () => {
    const { page: p } = await open('about:blank');
    const url = new URL(freshPath('older'), serverUrl()).href;
    const item = {
      key: crypto.randomUUID(),
      api: `${serverUrl()}/api/v1`,
      page: ` ${url}`,
      body: { url, body: 'From before', author: { name: 'Noor' } },
      createdAt: new Date().toISOString(),
      due: 0,
      note: 'waiting',
    };
    // What else may be there from others is no reason to show nothing.
    await p.addInitScript(
      (items) => {
        if (!sessionStorage.getItem('begun')) localStorage.setItem('afterword:outbox', JSON.stringify(items));
        sessionStorage.setItem('begun', '1');
      },
      [null, 5, item],
    );
    await p.route(url, (route) => route.fulfill({ contentType: 'text/html', body: html.replace('{server}', '') }));
    await p.goto(url);
    const comment = p.locator('[part=comment]', { hasText: 'From before' });
    await comment.getByText('Noor').waitFor();
    await comment.getByRole('button', { name: 'Reply' }).waitFor();
    expect(await p.evaluate(() => localStorage.getItem('afterword:outbox'))).toBe('null');
  });

  it('sends what was written offline when the connection is back', async () => {
    const url = freshPath('offline');
    const { page: p } = await open(url, { html });
    await write(p, 'From a train');
    await p.context().setOffline(true);
    await postButton(p).click();
    await waiting(p).waitFor();
    await p.context().setOffline(false);
    await expect.poll(async () => (await stored(url)).page.count, { timeout: 10_000 }).toBe(1);
    await expect.poll(() => waiting(p).count()).toBe(0);
  });

  it('shows a held comment to its writer only, also after a reload', async () => {
    const url = `http://held.${OTHER_HOST}${freshPath('held')}`;
    const { page: p } = await open(url, { html });
    await write(p, 'Patience');
    await postButton(p).click();
    await p.locator('[part=comment]').getByText('Waiting for approval. Only you can see it.').waitFor();
    await p.reload();
    await p.locator('[part=comment]').getByText('Waiting for approval. Only you can see it.').waitFor();
    expect((await stored(url)).comments).toHaveLength(0);
    const { page: other } = await open(url, { html });
    await other.getByText('The first word is yours').waitFor();
    expect(await other.getByText('Patience').count()).toBe(0);
  });

  it('posts in the same place when the page is left in mid-send', async () => {
    const url = freshPath('left');
    const { page: p } = await open(url, { html });
    await write(p, 'Parting words');
    await p.context().route(POST_URL, (route) => route.abort());
    await postButton(p).click();
    await p.reload();
    await p.context().unroute(POST_URL);
    await p.reload();
    await p.locator('[part=body]', { hasText: 'Parting words' }).waitFor();
    await expect.poll(async () => (await stored(url)).page.count, { timeout: 10_000 }).toBe(1);
  });
});
