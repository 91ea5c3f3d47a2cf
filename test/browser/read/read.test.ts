/** Reading: order, more, permalinks, folding, what is new, and that nothing jumps. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Comment } from '../../../worker/contract.ts';
import { freshPath, postComment, serverUrl, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const html =
  '<!doctype html><html lang="en"><title>A page</title><body><script src="{server}/embed.js" async></script></body></html>';
const author = { name: 'Mika' };
const bodies = (p: Page) => p.locator('[part=body]').allInnerTexts();

async function say(url: string, body: string, parent?: Comment, hoursAgo?: number): Promise<Comment> {
  const createdAt =
    hoursAgo === undefined ? {} : { createdAt: new Date(Date.now() - hoursAgo * 3_600_000).toISOString() };
  return postComment({ url, body, author, ...createdAt, ...(parent && { parent: parent.id }) });
}

describe('reading', () => {
  it('shows the demo: 13 responses, five by the post’s author, in several scripts', async () => {
    const { page: p } = await open('/');
    await p.getByRole('heading', { name: '13 responses to “The mending drawer”' }).waitFor();
    expect(await p.locator('[part=comment]').count()).toBe(13);
    expect(await p.getByText('Author', { exact: true }).count()).toBe(5);
    const directions = await p
      .locator('[part=body]')
      .evaluateAll((all) => all.map((e) => getComputedStyle(e).direction));
    expect(new Set(directions)).toEqual(new Set(['ltr', 'rtl']));
  });

  it('sorts by oldest, newest and best', async () => {
    const url = freshPath('sort');
    for (const body of ['a', 'b', 'c']) await say(url, body);
    const { page: p } = await open(url, { html });
    await p.locator('[part=comment]').nth(2).waitFor();
    expect(await bodies(p)).toEqual(['a', 'b', 'c']);
    await p.getByRole('button', { name: 'Newest' }).click();
    await p.waitForFunction(
      () =>
        document.querySelector('afterword-thread')?.shadowRoot?.querySelector('[part=body]')?.textContent?.trim() ===
        'c',
    );
    expect(await bodies(p)).toEqual(['c', 'b', 'a']);
    expect(await p.getByRole('button', { name: 'Newest' }).getAttribute('aria-pressed')).toBe('true');
  });

  it('loads more, and moves the focus to the first new comment', async () => {
    const url = freshPath('more');
    for (let i = 0; i < 14; i++) await say(url, `Comment ${i}`);
    const short = html.replace('<script', '<afterword-thread limit="10"></afterword-thread><script');
    const { page: p } = await open(url, { html: short });
    await p.getByRole('button', { name: 'Show more' }).click();
    await p.getByText('Comment 13').waitFor();
    expect(await bodies(p)).toEqual(Array.from({ length: 14 }, (_, i) => `Comment ${i}`));
    const focused = () =>
      p.evaluate(() => document.querySelector('afterword-thread')!.shadowRoot!.activeElement?.textContent);
    await expect.poll(focused).toContain('Comment 10');
    expect(await p.getByRole('button', { name: 'Show more' }).count()).toBe(0);
  });

  it('loads the rest of a long branch, each reply under its parent', async () => {
    const url = freshPath('branch');
    const root = await say(url, 'root');
    const replies: Comment[] = [];
    for (let i = 0; i < 8; i++) replies.push(await say(url, `Reply ${i}`, root));
    await say(url, 'Reply to the first', replies[0]);
    const { page: p } = await open(url, { html });
    await p.getByRole('button', { name: 'Show 4 more replies' }).click();
    await p.getByText('Reply 7').waitFor();
    expect(await bodies(p)).toEqual([
      'root',
      'Reply 0',
      'Reply to the first',
      ...[1, 2, 3, 4, 5, 6, 7].map((i) => `Reply ${i}`),
    ]);
  });

  it('folds a branch by its line, with mouse and keyboard', async () => {
    const url = freshPath('fold');
    const root = await say(url, 'root');
    await say(url, 'below', root);
    const { page: p } = await open(url, { html });
    const line = p.getByRole('button', { name: /^Replies to/ });
    await line.click();
    await p.getByText('below').waitFor({ state: 'detached' });
    expect(await line.getAttribute('aria-expanded')).toBe('false');
    await p.getByRole('button', { name: 'Show 1 more reply' }).waitFor();
    await line.focus();
    await p.keyboard.press('Enter');
    await p.getByText('below').waitFor();
    await line.click();
    await p.getByRole('button', { name: 'Reply', exact: true }).click();
    await p.getByText('below').waitFor();
  });

  it('has its permalink at the time of a comment: a click copies it and goes there', async () => {
    const url = freshPath('time');
    await say(url, 'first', undefined, 3);
    const { id } = await say(url, 'second', undefined, 2);
    const { page: p } = await open(url, { html, permissions: ['clipboard-read', 'clipboard-write'] });
    const time = p.getByRole('link', { name: '2 hours ago' });
    await time.hover();
    expect(await time.locator('time').getAttribute('title')).toMatch(/\d{4}/);
    expect(await time.evaluate((a) => getComputedStyle(a).textDecorationLine)).toBe('none');
    await time.click();
    await p.getByRole('status').filter({ hasText: 'Link copied' }).waitFor({ state: 'attached' });
    await expect.poll(() => new URL(p.url()).hash).toBe(`#comment-${id}`);
    expect(await p.evaluate(() => navigator.clipboard.readText())).toBe(p.url());
    const focused = () =>
      p.evaluate(() => document.querySelector('afterword-thread')!.shadowRoot!.activeElement?.textContent);
    await expect.poll(focused).toContain('second');
  });

  it('offers what else can be done with a comment', async () => {
    const url = freshPath('options');
    await say(url, 'first');
    const { page: p } = await open(url, { html });
    const more = p.getByRole('button', { name: 'More', exact: true });
    await more.waitFor();
    expect(await more.getAttribute('aria-expanded')).toBe('false');
  });

  it('reveals a permalink: loaded, deep, or not loaded yet', async () => {
    const url = freshPath('permalink');
    let parent = await say(url, 'level 0');
    for (let i = 1; i < 12; i++) parent = await say(url, `level ${i}`, parent);
    for (let i = 0; i < 3; i++) await say(url, `other ${i}`);
    const { page: p } = await open(`${url}#comment-${parent.id}`, { html });
    await p.getByText('level 11').waitFor();
    await p.getByText('← All responses').click();
    await p.getByText('other 2').waitFor();
    await expect.poll(() => p.getByText('level 11').count()).toBe(0);
  });

  it('continues a thread that is deeper than the page is wide', async () => {
    const url = freshPath('deep');
    let parent = await say(url, 'level 0');
    for (let i = 1; i < 6; i++) parent = await say(url, `level ${i}`, parent);
    const shallow = html.replace('<script', '<afterword-thread max-depth="3"></afterword-thread><script');
    const { page: p } = await open(url, { html: shallow });
    await p.getByText('level 3').waitFor();
    expect(await p.getByText('level 4').count()).toBe(0);
    await p.getByText('Continue this thread').click();
    await p.getByText('level 5').waitFor();
    expect(new URL(p.url()).hash).toMatch(/^#comment-/);
    await p.goBack();
    await expect.poll(() => p.getByText('level 5').count()).toBe(0);
  });

  it('marks what is new since the last visit, in words for screen readers', async () => {
    const url = freshPath('new');
    await say(url, 'old', undefined, 1);
    const { page: p } = await open(url, { html });
    await p.getByText('old').waitFor();
    expect(await p.getByRole('img', { name: 'New' }).count()).toBe(0);
    await say(url, 'fresh');
    // Another limit is another address, for which the edge holds no older answer.
    const again = html
      .replace('<script', '<afterword-thread limit="20"></afterword-thread><script')
      .replace('{server}', serverUrl());
    await p.route(`**${url}`, (route) => route.fulfill({ contentType: 'text/html', body: again }));
    await p.reload();
    await p.getByText('fresh').waitFor();
    expect(await p.getByRole('img', { name: 'New' }).count()).toBe(1);
  });

  it('invites to the first word on an empty page', async () => {
    const { page: p } = await open(freshPath('empty'), { html });
    await p.getByText('The first word is yours').waitFor();
  });

  it('says when the conversation cannot be loaded, and tries again', async () => {
    const url = freshPath('failing');
    await say(url, 'here after all');
    const { page: p } = await open('about:blank');
    let fail = true;
    await p.route('**/api/v1/thread**', (route) => (fail ? route.abort() : route.continue()));
    await p.route(`**${url}`, (route) =>
      route.fulfill({ contentType: 'text/html', body: html.replace('{server}', '') }),
    );
    await p.goto(new URL(url, serverUrl()).href);
    await p.getByText('could not be loaded').first().waitFor();
    fail = false;
    await p.getByRole('button', { name: 'Try again' }).click();
    await p.getByText('here after all').waitFor();
  });

  it.each([1280, 360, 280])('neither jumps nor scrolls sideways at %i pixels', async (width) => {
    const { page: p } = await open('about:blank', { viewport: { width, height: 800 } });
    await p.addInitScript(() => {
      (window as unknown as { shift: number }).shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          (window as unknown as { shift: number }).shift += (entry as unknown as { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await p.goto(new URL('/', serverUrl()).href);
    await p.locator('[part=comment]').nth(12).waitFor();
    await p.locator('afterword-thread').scrollIntoViewIfNeeded();
    const seen = await p.evaluate(() => ({
      shift: (window as unknown as { shift: number }).shift,
      sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }));
    expect(seen.sideways).toBeLessThanOrEqual(0);
    expect(seen.shift).toBeLessThan(0.01);
  });
});
