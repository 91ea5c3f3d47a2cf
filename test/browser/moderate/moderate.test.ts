/** What those who run a site do with comments on the page itself; readers neither see it nor load it. */
import { SignJWT } from 'jose';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Thread } from '../../../worker/contract.ts';
import { findViolations } from '../axe.ts';
import { OTHER_HOST, SSO_SECRET } from '../global-setup.ts';
import { postComment, serverUrl, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const newPage = () => `https://moderated.${OTHER_HOST}/${crypto.randomUUID()}`;

/** A page whose site says who its reader is. */
async function openAs(url: string, role?: 'moderator'): Promise<Page> {
  const sso = await new SignJWT({ name: role ? 'Ines' : 'Noor', ...(role && { role }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(role ?? 'reader')
    .setAudience(serverUrl())
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SSO_SECRET));
  const html = `<!doctype html><html lang="en"><title>A page</title><body><main><h1>A page</h1>
    <afterword-thread sso="${sso}"></afterword-thread><script src="{server}/embed.js" async></script></main></body></html>`;
  const { page: p } = await open(url, { html });
  await p.locator('[part=comment]').first().waitFor();
  // Whoever is logged in is known once they act.
  await p.getByRole('textbox', { name: /write a response/i }).click();
  await p.getByText(`Writing as ${role ? 'Ines' : 'Noor'}`).waitFor();
  return p;
}

/** A newcomer's comment, which waits. */
async function postAsGuest(url: string, body: string): Promise<void> {
  const answer = await fetch(`${serverUrl()}/api/v1/comments`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify({ url, body, author: { name: 'Mika' } }),
  });
  expect(answer.status).toBe(201);
}

async function readBodies(url: string): Promise<string[]> {
  const answer = await fetch(`${serverUrl()}/api/v1/thread?${new URLSearchParams({ url, bookmark: 'fresh' })}`);
  return ((await answer.json()) as Thread).comments.map(({ html }) => html.replace(/<[^>]+>/g, '').trim());
}

const comment = (p: Page, text: string) =>
  p.locator('[part=comment]', { has: p.locator('[part=body]', { hasText: text }) });
/** Below the comment; screen readers are told as well. */
const said = (p: Page, words: string) => p.locator('.below .note', { hasText: words });
const openMenu = (p: Page, text: string) => comment(p, text).locator('[data-a=more]').click();
const item = (p: Page, name: string | RegExp) =>
  p.getByRole('group', { name: 'Moderation' }).getByRole('button', { name });

describe('somebody of the team', () => {
  it('sees in its place what waits, with why, and approves it', async () => {
    const url = newPage();
    await postComment({ url, body: 'The first word', author: { name: 'Mika' } });
    await postAsGuest(url, 'May I come in?');
    const p = await openAs(url, 'moderator');
    await comment(p, 'May I come in?').getByText('Waits for approval').waitFor();
    await comment(p, 'May I come in?').getByRole('button', { name: 'Approve' }).click();
    await said(p, 'Approved.').waitFor();
    await expect.poll(() => readBodies(url)).toEqual(['The first word', 'May I come in?']);
  });

  it('takes a comment off the page by keyboard, and back', async () => {
    const url = newPage();
    await postComment({ url, body: 'A mistake', author: { name: 'Mika' } });
    const p = await openAs(url, 'moderator');
    await openMenu(p, 'A mistake');
    await item(p, 'Spam').focus();
    await p.keyboard.press('Enter');
    await said(p, 'Moved to spam.').waitFor();
    await expect.poll(() => readBodies(url)).toEqual([]);
    await p.getByRole('button', { name: 'Undo' }).focus();
    await p.keyboard.press('Enter');
    await said(p, 'As before again.').waitFor();
    await comment(p, 'A mistake').waitFor();
    await expect.poll(() => readBodies(url)).toEqual(['A mistake']);
  });

  it('edits, pins and closes a comment', async () => {
    const url = newPage();
    await postComment({ url, body: 'The first word', author: { name: 'Mika' } });
    await postComment({ url, body: 'Teh second', author: { name: 'Mika' } });
    const p = await openAs(url, 'moderator');
    await openMenu(p, 'Teh second');
    await item(p, 'Edit').click();
    await p.getByRole('textbox', { name: 'Your comment, in Markdown' }).fill('The second');
    await p.getByRole('button', { name: 'Save' }).click();
    await comment(p, 'The second').waitFor();
    await openMenu(p, 'The second');
    await item(p, 'Pin to the top').click();
    await said(p, 'Pinned to the top.').waitFor();
    await expect.poll(() => readBodies(url)).toEqual(['The second', 'The first word']);
    await openMenu(p, 'The second');
    await item(p, 'Close to replies').click();
    await said(p, 'Closed to replies.').waitFor();
    await openMenu(p, 'The second');
    await item(p, 'Do not pin any more').waitFor();
    await item(p, 'Open to replies').waitFor();
    expect(await findViolations(p)).toEqual([]);
  });
});

it('readers neither see it nor load it', async () => {
  const url = newPage();
  await postComment({ url, body: 'The first word', author: { name: 'Mika' } });
  await postAsGuest(url, 'May I come in?');
  const p = await openAs(url);
  await openMenu(p, 'The first word');
  await p.getByRole('button', { name: 'Report' }).waitFor();
  expect(await item(p, 'Spam').count()).toBe(0);
  expect(await comment(p, 'May I come in?').count()).toBe(0);
  const loaded = await p.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  expect(loaded.filter((name) => /\/(lazy\/moderate|moderate\/)|\/admin\//.test(name))).toEqual([]);
});
