/** Logging in and following by mail, as a reader does it: in Chromium, with mails that a mail server got. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Comment } from '../../../worker/contract.ts';
import { findViolations } from '../axe.ts';
import { serverUrl, useBrowser } from '../harness.ts';
import { type MailStage, startMailStage } from './mail-stage.ts';

const { open } = useBrowser();
let stage: MailStage;
beforeAll(async () => {
  stage = await startMailStage(serverUrl());
}, 120_000);
afterAll(() => stage?.close());

const composer = (p: Page) => p.locator('afterword-thread form').first();
const button = (p: Page, name: string | RegExp) => composer(p).getByRole('button', { name, exact: true });
const address = (p: Page) => composer(p).getByRole('textbox', { name: 'Your e-mail address' });
const code = (p: Page) => composer(p).getByRole('textbox', { name: 'Code from the mail' });
const announced = (p: Page, words: string | RegExp) =>
  expect.poll(() => p.getByRole('status').first().textContent(), { timeout: 20_000 }).toMatch(words);
const isFocused = (p: Page, name: string) =>
  expect
    .poll(() =>
      p.evaluate(() => document.querySelector('afterword-thread')?.shadowRoot?.activeElement?.getAttribute('name')),
    )
    .toBe(name);
const newReader = () => `reader-${crypto.randomUUID()}@mail.example`;

const newPost = () => `${stage.blog.origin}/${crypto.randomUUID()}`;
async function openPost(prepare?: (p: Page) => Promise<unknown>, url = newPost()): Promise<Page> {
  const { page: p } = await open('about:blank');
  await prepare?.(p);
  await p.goto(url);
  await p.getByRole('textbox', { name: /write a response/i }).click();
  await button(p, 'E-mail').waitFor();
  return p;
}
async function askCode(p: Page, email: string): Promise<string> {
  await button(p, 'E-mail').click();
  await isFocused(p, 'address');
  await p.keyboard.type(email);
  await p.keyboard.press('Enter');
  await isFocused(p, 'code');
  return readCode(email);
}
async function readCode(email: string): Promise<string> {
  const { parsed } = await stage.mailTo(email);
  return /\b\d{6}\b/.exec(parsed.text ?? '')![0];
}
const pasted = (p: Page, text: string) =>
  code(p).evaluate((field: HTMLInputElement, text) => {
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }));
  }, text);
const changeDigit = (digits: string) => digits.replace(/^./, (first) => String((Number(first) + 1) % 10));

describe('logging in by mail', () => {
  it('goes by keyboard alone: an address, a code, and one is somebody', async () => {
    const p = await openPost();
    const email = newReader();
    const digits = await askCode(p, email);
    await announced(p, /Six digits are on their way/);
    await p.keyboard.type(digits);
    await composer(p).getByText('Writing as Reader').waitFor();
    await announced(p, 'You are logged in as Reader.');
    expect(
      await p.evaluate(() => document.querySelector('afterword-thread')?.shadowRoot?.activeElement?.localName),
    ).toBe('textarea');
    await p.reload();
    await p.getByRole('textbox', { name: /write a response/i }).click();
    await composer(p).getByText('Writing as Reader').waitFor();
  });

  it('threat 10: by a mail that has six digits and no link that logs in', async () => {
    const p = await openPost();
    const email = newReader();
    await button(p, 'E-mail').click();
    await address(p).fill(email);
    await button(p, 'Send me a code').click();
    const { parsed, source } = await stage.mailTo(email);
    expect(parsed.subject).toContain('A pot of tea');
    expect(`${parsed.text} ${parsed.html}`).not.toMatch(/https?:\/\/[^\s"]*(api|login|session)/);
    expect(source).not.toMatch(/^List-Unsubscribe/im);
  });

  it('takes a code that was pasted with what stood around it, and in the digits of other scripts', async () => {
    const p = await openPost();
    const digits = await askCode(p, newReader());
    const arabic = digits.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)));
    await pasted(p, `Code: ${arabic.slice(0, 3)} ${arabic.slice(3)}.`);
    await composer(p).getByText('Writing as Reader').waitFor();
  });

  it('keeps the name one has as a guest', async () => {
    const p = await openPost((page) =>
      page.addInitScript(() => localStorage.setItem('afterword:me', JSON.stringify({ name: 'Noor' }))),
    );
    await p.keyboard.type(await askCode(p, newReader()));
    await composer(p).getByText('Writing as Noor').waitFor();
  });

  it('says that a code is wrong, which ends after five, and asks for an address again then', async () => {
    const p = await openPost();
    const email = newReader();
    const digits = await askCode(p, email);
    for (let i = 0; i < 4; i++) {
      await code(p).fill(changeDigit(digits));
      await composer(p).getByText('This is not the code.').waitFor();
      await expect.poll(() => code(p).getAttribute('aria-invalid')).toBe('true');
      await code(p).fill('');
    }
    await code(p).fill(changeDigit(digits));
    await composer(p).getByText('This code is over.').waitFor();
    await isFocused(p, 'address');
    expect(await address(p).inputValue()).toBe(email);
  });

  it('does not take what is no address, and says so', async () => {
    const p = await openPost();
    await button(p, 'E-mail').click();
    await address(p).fill('nobody');
    await p.keyboard.press('Enter');
    await announced(p, 'This needs to be an e-mail address.');
  });

  it('says after the third that it is enough for now', async () => {
    const p = await openPost();
    const email = newReader();
    await askCode(p, email);
    for (let i = 0; i < 3; i++) {
      await button(p, 'Another address').click();
      await address(p).fill(email);
      await p.keyboard.press('Enter');
      if (i < 2) await isFocused(p, 'code');
    }
    await composer(p)
      .getByText(/enough mail for now.* 15 minutes/)
      .waitFor();
  });

  it('lets what is being written be posted while the form is open', async () => {
    const p = await openPost((page) =>
      page.addInitScript(() => localStorage.setItem('afterword:me', JSON.stringify({ name: 'Noor' }))),
    );
    await p.keyboard.type('Well said.');
    await button(p, 'E-mail').click();
    await address(p).fill('half an addr');
    await button(p, 'Post').click();
    await announced(p, 'Posted');
  });

  it('violates no rule of accessibility, at either step', async () => {
    const p = await openPost();
    await button(p, 'E-mail').click();
    await address(p).waitFor();
    expect(await findViolations(p)).toEqual([]);
    await address(p).fill(newReader());
    await p.keyboard.press('Enter');
    await code(p).waitFor();
    expect(await findViolations(p)).toEqual([]);
    await p.setViewportSize({ width: 320, height: 700 });
    expect(await p.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    expect(await code(p).evaluate((field: HTMLInputElement) => [field.inputMode, field.autocomplete])).toEqual([
      'numeric',
      'one-time-code',
    ]);
  });
});

const asGuest = (email: string) => (page: Page) =>
  page.addInitScript(
    (author) => {
      localStorage.setItem('afterword:me', JSON.stringify(author));
    },
    { name: 'Noor', email },
  );
const replies = (p: Page) => composer(p).getByRole('checkbox', { name: 'E-mail me replies' });

describe('following by mail', () => {
  it('tells a guest of replies to what they wrote, once they have agreed', async () => {
    const email = newReader();
    const p = await openPost(asGuest(email));
    expect(await replies(p).isChecked()).toBe(false);
    await replies(p).check();
    await p.getByRole('textbox', { name: /write a response/i }).fill('Who else warms the pot?');
    const [answer] = await Promise.all([p.waitForResponse(/\/comments$/), button(p, 'Post').click()]);
    const { id } = (await answer.json()) as Comment;
    await p.locator(`#below-${id}`).getByText('Nearly done').waitFor();
    await announced(p, /Nearly done/);
    const { parsed } = await stage.mailTo(email);
    const [link] = /http:\/\/localhost:\d+\/api\/v1\/mail\/confirm\/\S+/.exec(parsed.text!)!;
    const { page: confirming } = await open(link);
    await confirming.getByRole('button').first().click();
    await confirming.waitForLoadState();
    await stage.approve(id);
    await stage.postAsOwner(p.url(), 'Everybody does.', id);
    const notice = await stage.mailTo(email);
    expect(notice.parsed.text).toContain('Everybody does.');
    await p.reload();
    await p.getByRole('textbox', { name: /write a response/i }).click();
    expect(await replies(p).isChecked()).toBe(true);
  });

  it('follows the page as often as one likes', async () => {
    const email = newReader();
    const p = await openPost(asGuest(email));
    await button(p, 'Follow by e-mail').click();
    const form = p.locator('.below form');
    await form.getByRole('radio', { name: 'Every day' }).check();
    expect(await form.getByRole('textbox').inputValue()).toBe(email);
    const [request] = await Promise.all([
      p.waitForRequest(/\/subscriptions$/),
      form.getByRole('button', { name: 'Follow' }).click(),
    ]);
    expect(request.postDataJSON()).toMatchObject({ email, frequency: 'daily', language: 'en' });
    await p.locator('.below').getByText('Nearly done').waitFor();
    expect((await stage.mailTo(email)).parsed.subject).toBeTruthy();
  });

  it('is in the menu of a comment as well', async () => {
    const email = newReader();
    const url = newPost();
    const { id } = await stage.postAsOwner(url, 'Warm it twice.');
    const p = await openPost(asGuest(email), url);
    await p.locator(`#comment-${id}`).getByRole('button', { name: 'More' }).click();
    await p.locator(`#below-${id}`).getByRole('button', { name: 'Follow by e-mail' }).click();
    await p.locator(`#below-${id} form`).getByText('E-mail me replies to').waitFor();
    expect(await findViolations(p)).toEqual([]);
    await p.keyboard.press('Enter');
    await p.locator(`#below-${id}`).getByText('Nearly done').waitFor();
  });

  it.each(['**/subscriptions', '**/lazy/forms-*'])('loses no comment when %s cannot be reached', async (path) => {
    const p = await openPost(async (page) => {
      await asGuest(newReader())(page);
      await page.addInitScript(() => localStorage.setItem('afterword:follow', 'true'));
      await page.route(path, (route) => route.abort());
    });
    await p.getByRole('textbox', { name: /write a response/i }).fill('Still here.');
    await button(p, 'Post').click();
    await p.locator('[id^=comment-]').getByText('Still here.').waitFor();
    if (path.includes('subscriptions')) await p.locator('.below').getByText('Following did not work').waitFor();
    await p.reload();
    await p.locator('[id^=comment-]').getByText('Still here.').waitFor();
  });

  it('is not offered to a guest without an address, nor is mail asked for', async () => {
    const p = await openPost((page) =>
      page.addInitScript(() => localStorage.setItem('afterword:me', JSON.stringify({ name: 'Noor' }))),
    );
    await button(p, 'Follow by e-mail').waitFor();
    expect(await replies(p).count()).toBe(0);
  });
});
