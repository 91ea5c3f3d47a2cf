/** Votes, reactions, reports, and people whom one does not want to read. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Comment, Thread } from '../../../worker/contract.ts';
import { OTHER_HOST } from '../global-setup.ts';
import { freshPath, postComment, serverUrl, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const html =
  '<!doctype html><html lang="en"><title>A page</title><body><main><h1>A page</h1><script src="{server}/embed.js" async></script></main></body></html>';

const comment = (p: Page, text: string) => p.locator('.b', { has: p.locator('[part=body]', { hasText: text }) }).last();
const up = (p: Page, text: string) => comment(p, text).locator('[data-a=vote]').first();
const more = (p: Page, text: string) => comment(p, text).locator('[data-a=more]').first();
const focused = (p: Page) =>
  p.locator('afterword-thread').evaluate((e) => {
    const active = e.shadowRoot!.activeElement;
    return active?.id || active?.getAttribute('data-a') || active?.textContent || active?.localName;
  });

async function write(p: Page, text: string, name = 'Noor'): Promise<void> {
  await p.getByRole('textbox', { name: /write a response/i }).click();
  await p.getByRole('textbox', { name: 'Name' }).fill(name);
  await p.getByRole('textbox', { name: /write a response/i }).fill(text);
  await p.getByRole('button', { name: 'Post', exact: true }).click();
  await more(p, text).waitFor();
}

async function votesOf(url: string): Promise<number[]> {
  const address = new URL(url, serverUrl()).href;
  const bookmark = '00000000-00000000-00000000-00000000000000000000000000000000';
  const answer = await fetch(`${serverUrl()}/api/v1/thread?${new URLSearchParams({ url: address, bookmark })}`);
  return ((await answer.json()) as Thread).comments.map(({ votes }) => votes);
}

describe('a vote', () => {
  it('counts at once, is there after a reload, and a second click takes it back', async () => {
    const url = freshPath('vote');
    await postComment({ url, body: 'A good point', author: { name: 'Mika' } });
    const { page: p } = await open(url, { html });
    await up(p, 'A good point').focus();
    await p.keyboard.press('Enter');
    await expect.poll(() => up(p, 'A good point').getAttribute('aria-pressed')).toBe('true');
    await expect.poll(() => up(p, 'A good point').textContent()).toContain('1');
    await expect.poll(() => votesOf(url)).toEqual([1]);
    expect(await focused(p)).toBe('vote');
    await p.reload();
    await expect.poll(() => up(p, 'A good point').getAttribute('aria-pressed')).toBe('true');
    expect(await up(p, 'A good point').textContent()).toContain('1');
    await up(p, 'A good point').click();
    await expect.poll(() => up(p, 'A good point').getAttribute('aria-pressed')).toBe('false');
    await expect.poll(() => votesOf(url)).toEqual([0]);
  });

  it('of many quick clicks the last one counts, and requests never overtake each other', async () => {
    const url = freshPath('vote-quick');
    await postComment({ url, body: 'Undecided', author: { name: 'Mika' } });
    const { page: p } = await open(url, { html });
    let running = 0;
    let most = 0;
    await p.context().route('**/vote', async (route) => {
      running++;
      most = Math.max(most, running);
      const answer = await route.fetch();
      running--;
      await route.fulfill({ response: answer });
    });
    await up(p, 'Undecided').click();
    await expect.poll(() => up(p, 'Undecided').getAttribute('aria-pressed')).toBe('true');
    for (let i = 0; i < 4; i++) await up(p, 'Undecided').click();
    await expect.poll(() => votesOf(url)).toEqual([1]);
    await expect.poll(() => running).toBe(0);
    expect(await up(p, 'Undecided').getAttribute('aria-pressed')).toBe('true');
    expect(most).toBe(1);
  });

  it('is taken back in words when it did not arrive', async () => {
    const url = freshPath('vote-lost');
    await postComment({ url, body: 'Far away', author: { name: 'Mika' } });
    const { page: p } = await open(url, { html });
    await p.context().route('**/vote', (route) => route.abort());
    await up(p, 'Far away').click();
    await comment(p, 'Far away').getByText('No connection.').waitFor();
    expect(await up(p, 'Far away').getAttribute('aria-pressed')).toBe('false');
    expect(await up(p, 'Far away').textContent()).not.toContain('1');
  });

  it('is for others’ comments, and says so', async () => {
    const url = freshPath('vote-own');
    const { page: p } = await open(url, { html });
    await write(p, 'I am right');
    await up(p, 'I am right').click();
    await comment(p, 'I am right').getByText('This comment is yours').waitFor();
    expect(await votesOf(url)).toEqual([0]);
  });
});

describe('a reaction', () => {
  it('counts at once, is one for each reader, and is taken back by a second click', async () => {
    // There are no keys without https.
    const url = `https://opinions.${OTHER_HOST}${freshPath('react')}`;
    const { page: p } = await open(url, { html });
    const button = (value: string) => p.locator(`[data-a=react][value="${value}"]`);
    const pressed = (value: string) => button(value).getAttribute('aria-pressed');
    await button('👍').focus();
    await p.keyboard.press('Enter');
    await expect.poll(() => button('👍').textContent()).toContain('1');
    await expect.poll(() => pressed('👍')).toBe('true');
    await button('💡').click();
    await expect.poll(() => pressed('💡')).toBe('true');
    expect(await pressed('👍')).toBe('false');
    await p.reload();
    await expect.poll(() => pressed('💡')).toBe('true');
    await expect.poll(() => button('💡').textContent()).toContain('1');
    expect(await button('👍').textContent()).not.toContain('1');
    await button('💡').click();
    await expect.poll(() => button('💡').textContent()).not.toContain('1');
    await p.context().route('**/reaction', (route) => route.abort());
    await button('👍').click();
    await p.getByText('No connection.').first().waitFor();
    await expect.poll(() => pressed('👍')).toBe('false');
  });
});

describe('a report', () => {
  it('asks for a reason, is sent by keyboard, and is answered with thanks', async () => {
    const url = freshPath('report');
    await postComment({ url, body: 'Buy now', author: { name: 'Mika' } });
    const { page: p } = await open(url, { html });
    await more(p, 'Buy now').focus();
    await p.keyboard.press('Enter');
    await p.getByRole('button', { name: 'Report' }).press('Enter');
    await p.getByRole('radio', { name: 'Advertising' }).waitFor();
    await expect.poll(() => focused(p)).toBe('input');
    const sent = p.waitForRequest((request) => request.url().endsWith('/flags') && request.method() === 'POST');
    await p.keyboard.press('Space');
    await p.getByRole('textbox', { name: 'Anything to add?' }).fill('Every day the same');
    await p.keyboard.press('Enter');
    expect((await sent).postDataJSON()).toEqual({ reason: 'spam', note: 'Every day the same' });
    await comment(p, 'Buy now').getByText('Thank you. The moderators will look at it.').waitFor();
    await expect.poll(() => focused(p)).toBe('more');
  });
});

describe('muting', () => {
  it('hides all of one person here, is undone at once or later, and survives a reload', async () => {
    const url = freshPath('mute');
    const { page: loud } = await open(url, { html });
    await write(loud, 'Loud one', 'Loudmouth');
    await loud.getByRole('textbox', { name: /write a response/i }).fill('Loud two');
    await loud.getByRole('button', { name: 'Post', exact: true }).click();
    await more(loud, 'Loud two').waitFor();
    const quiet: Comment = await postComment({ url, body: 'Quiet word', author: { name: 'Mika' } });
    const { page: p } = await open(url, { html });
    await expect
      .poll(
        async () => {
          await p.reload();
          await p.locator('.in h2').waitFor();
          return p.locator('[part=body]').count();
        },
        { timeout: 10_000, interval: 1000 },
      )
      .toBe(3);
    await more(p, 'Loud one').click();
    await p.getByRole('button', { name: 'Mute Loudmouth' }).click();
    await expect.poll(() => p.locator('[part=body]').count()).toBe(1);
    await p.getByText('Loudmouth is hidden on this device.').first().waitFor();
    await p.getByRole('button', { name: 'Show again' }).click();
    await expect.poll(() => p.locator('[part=body]').count()).toBe(3);
    await more(p, 'Loud two').click();
    await p.getByRole('button', { name: 'Mute Loudmouth' }).click();
    await expect.poll(() => p.locator('[part=body]').count()).toBe(1);
    await p.reload();
    await p.locator(`#comment-${quiet.id}`).waitFor();
    expect(await p.getByText('Loud one').count()).toBe(0);
    await p.locator('[data-a=unmute-once]').first().click();
    await p.getByText('Loud one').waitFor();
    expect(await p.getByText('Loud two').count()).toBe(0);
    // Whoever is muted and has not written a word here is found among one's own things.
    await p.getByRole('textbox', { name: /write a response/i }).click();
    await p.getByRole('textbox', { name: 'Name' }).fill('Noor');
    await p.getByRole('textbox', { name: /write a response/i }).fill('At peace');
    await p.getByRole('button', { name: 'Post', exact: true }).click();
    await more(p, 'At peace').waitFor();
    await p.getByRole('textbox', { name: /write a response/i }).click();
    await p.locator('[data-a=me]').first().click();
    await p.getByRole('dialog').getByRole('button', { name: 'Show again' }).click();
    await p.keyboard.press('Escape');
    await p.getByText('Loud two').waitFor();
  });
});
