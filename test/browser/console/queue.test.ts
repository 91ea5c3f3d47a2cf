/** The queue by keyboard, and what undo brings back. The database has the last word. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { serverUrl, useBrowser } from '../harness.ts';
import {
  ask,
  countStatuses,
  createSite,
  createToken,
  listDecisions,
  listIds,
  openConsole,
  rowsOf,
  writeHeld,
} from './admin.ts';

const { open } = useBrowser();
/** Other tests may keep this machine busy. */
const poll = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });
const status = (page: Page) => page.getByRole('status');
const alert = (page: Page) => page.locator('.notice [role=alert]');

async function openQueue(count: number) {
  const { site, origin } = await createSite();
  const ids = await writeHeld(origin, count);
  const { token, id } = await createToken(site);
  const page = await openConsole(open, token);
  await poll(() => rowsOf(page).count()).toBe(count);
  return { site, origin, ids, page, token, tokenId: id };
}

describe('the queue', () => {
  it('is cleared of 50 held comments by keyboard alone', async () => {
    const { site, page } = await openQueue(50);
    for (let n = 0; n < 50; n++) {
      await page.keyboard.press(['a', 'a', 's', 'a', 'd'][n % 5]!);
      await poll(() => rowsOf(page).count()).toBe(49 - n);
    }
    await page.getByText('Nothing waits').waitFor();
    await poll(() => countStatuses(site)).toEqual({ approved: 30, spam: 10, trash: 10 });
  });

  it('makes every one of fast keys a decision of its own, and takes back one alone, as the log says', async () => {
    const { site, page } = await openQueue(12);
    for (let n = 0; n < 10; n++) await page.keyboard.press('a');
    expect(await rowsOf(page).count()).toBe(2);
    await page.keyboard.press('u');
    expect(await rowsOf(page).count()).toBe(3);
    await page.keyboard.press('u');
    await poll(() => countStatuses(site)).toEqual({ approved: 8, pending: 4 });
    await page.keyboard.press('s');
    await poll(() => countStatuses(site)).toEqual({ approved: 8, pending: 3, spam: 1 });
    const log = await listDecisions(site);
    // What had not been sent yet when it was taken back never happened.
    const takenBack = log.filter((entry) => entry === 'undo × 1').length;
    expect(log.filter((entry) => entry === 'approve × 1')).toHaveLength(8 + takenBack);
    expect(log).toHaveLength(8 + 2 * takenBack + 1);
  });

  it('takes back a decision of before by its batch, so that the log says so', async () => {
    const { site, page } = await openQueue(3);
    await page.keyboard.press('a');
    await poll(() => countStatuses(site)).toEqual({ approved: 1, pending: 2 });
    await page.keyboard.press('s');
    await poll(() => countStatuses(site)).toEqual({ approved: 1, pending: 1, spam: 1 });
    await page.keyboard.press('u');
    await page.keyboard.press('u');
    await poll(() => countStatuses(site)).toEqual({ pending: 3 });
    expect(await listDecisions(site)).toEqual(['undo × 1', 'undo × 1', 'spam × 1', 'approve × 1']);
  });

  it('leaves alone what a key would not change', async () => {
    const { site, page } = await openQueue(2);
    for (const key of ['h', 'r']) await page.keyboard.press(key);
    expect(await rowsOf(page).count()).toBe(2);
    await page.keyboard.press('a');
    await poll(() => countStatuses(site)).toEqual({ approved: 1, pending: 1 });
    expect(await listDecisions(site)).toEqual(['approve × 1']);
  });

  it('keeps the focus on the list, also when nothing is left in it', async () => {
    const { site, page } = await openQueue(2);
    const focused = () => page.evaluate(() => document.activeElement?.closest('.rows, .detail')?.className);
    await page.keyboard.press('a');
    await poll(focused).toBe('rows');
    await page.keyboard.press('d');
    await page.getByText('Nothing waits').waitFor();
    await poll(focused).toBe('rows');
    await poll(() => countStatuses(site)).toEqual({ approved: 1, trash: 1 });
    await page.keyboard.press('u');
    await poll(() => page.evaluate(() => document.activeElement?.id.slice(0, 4))).toBe('row-');
  });

  it('gives the focus to the next comment on a narrow screen, where the list is hidden', async () => {
    const { site, origin } = await createSite();
    await writeHeld(origin, 2);
    const page = await openConsole(open, (await createToken(site)).token, { viewport: { width: 360, height: 740 } });
    await rowsOf(page).first().getByRole('button').click();
    await page.locator('.actions').getByRole('button', { name: 'Approve' }).click();
    await poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'Comment by Reader 0',
    );
  });

  it('shows a long comment whole, however much is around it', async () => {
    const { site, page, ids } = await openQueue(1);
    const body = Array.from({ length: 30 }, (_, n) => `Paragraph ${n}.`).join('\n\n');
    await ask('PATCH', `/comments/${ids[0]}`, { body });
    await page.reload();
    const text = page.locator('.detail .text').first();
    await poll(() => text.textContent()).toContain('Paragraph 29.');
    await poll(() => text.evaluate((each) => each.scrollHeight - each.clientHeight)).toBe(0);
    expect(site).toBeTruthy();
  });

  it('asks before one leaves with decisions on their way', async () => {
    const { site, page } = await openQueue(2);
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    await page.route('**/admin/decisions', async (route) => {
      await held;
      await route.continue();
    });
    const asked = new Promise<string>((done) => {
      page.once('dialog', async (dialog) => {
        await dialog.dismiss();
        done(dialog.type());
      });
    });
    await page.keyboard.press('a');
    await page.close({ runBeforeUnload: true });
    expect(await asked).toBe('beforeunload');
    release();
    await poll(() => countStatuses(site)).toEqual({ approved: 1, pending: 1 });
  });

  it('moves with j and k, chooses with x and shift, and decides about what is chosen', async () => {
    const { site, page } = await openQueue(8);
    const shown = () => page.locator('.rows [aria-current=true] b').textContent();
    expect(await shown()).toBe('Reader 7');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await poll(shown).toBe('Reader 5');
    await page.keyboard.press('k');
    await poll(shown).toBe('Reader 6');
    await page.keyboard.press('x');
    await page.keyboard.press('Shift+J');
    await page.keyboard.press('Shift+J');
    await poll(() => page.locator('.rows li.chosen').count()).toBe(3);
    await page.keyboard.press('s');
    await poll(() => countStatuses(site)).toEqual({ pending: 5, spam: 3 });
    await poll(() => status(page).textContent()).toContain('3 comments marked as spam');
    expect(await page.locator('.rows :focus b').textContent()).toBe(await shown());
  });

  it('takes back a mistaken bulk delete', async () => {
    const { site, page, ids } = await openQueue(20);
    await page.keyboard.press('*');
    await page.keyboard.press('d');
    await page.getByText('Nothing waits').waitFor();
    await poll(() => countStatuses(site)).toEqual({ trash: 20 });
    await page.getByRole('button', { name: 'Undo' }).click();
    await poll(() => rowsOf(page).count()).toBe(20);
    await poll(() => countStatuses(site)).toEqual({ pending: 20 });
    expect(await listIds(site, 'pending')).toEqual(ids.reverse());
    expect(await listDecisions(site)).toEqual(['undo × 20', 'trash × 20']);
  });

  it('decides about everything that matches, beyond what is loaded, and takes that back', async () => {
    const { site, origin } = await createSite();
    await writeHeld(origin, 60);
    const page = await openConsole(open, (await createToken(site)).token);
    await poll(() => rowsOf(page).count()).toBe(50);
    await page.locator('.choice input').click();
    await page.getByRole('button', { name: 'Choose everything that matches' }).click();
    await page.keyboard.press('s');
    await page.getByRole('dialog').getByRole('button', { name: 'Spam' }).click();
    await poll(() => countStatuses(site)).toEqual({ spam: 60 });
    await page.getByRole('button', { name: 'Undo' }).click();
    await poll(() => countStatuses(site)).toEqual({ pending: 60 });
  });

  it('brings rows back with one sentence when they cannot be sent', async () => {
    const { site, page } = await openQueue(3);
    await page.context().setOffline(true);
    await page.keyboard.press('a');
    await poll(() => alert(page).textContent()).toContain('There is no connection');
    expect(await rowsOf(page).count()).toBe(3);
    await page.context().setOffline(false);
    await page.keyboard.press('a');
    await poll(() => countStatuses(site)).toEqual({ approved: 1, pending: 2 });
  });

  it('says so when another moderator was faster', async () => {
    const { site, page, ids } = await openQueue(2);
    await ask('POST', '/decisions', { action: 'spam', ids: [ids[1]] });
    await page.keyboard.press('a');
    await poll(() => status(page).textContent()).toContain('Somebody else had decided about 1 comment');
    await poll(() => countStatuses(site)).toEqual({ pending: 1, approved: 1 });
  });

  it('edits, pins, locks and bans, and takes an edit back', async () => {
    const { site, page, ids } = await openQueue(2);
    await page.keyboard.press('e');
    await page.getByLabel('Text').fill('Better words');
    await page.keyboard.press('Control+Enter');
    await poll(() => page.locator('.detail .text').first().textContent()).toContain('Better words');
    await page.keyboard.press('u');
    await poll(() => page.locator('.detail .text').first().textContent()).toContain('Thought 1');
    await page.keyboard.press('l');
    await poll(() => page.locator('.detail header').textContent()).toContain('Locked');
    await page.keyboard.press('b');
    await page.getByRole('dialog').getByRole('button', { name: 'Ban' }).click();
    await poll(() => status(page).textContent()).toContain('Banned');
    const { bans } = await ask<{ bans: unknown[] }>('GET', `/bans?site=${site}`);
    expect(bans).toHaveLength(1);
    expect(ids).toHaveLength(2);
  });

  it('finds by text, and by the address of the page', async () => {
    const { site, page, origin } = await openQueue(3);
    await writeHeld(origin, 1, '/elsewhere');
    await page.keyboard.press('/');
    await page.keyboard.type('thought 2');
    await page.keyboard.press('Enter');
    await poll(() => rowsOf(page).count()).toBe(1);
    expect(await rowsOf(page).textContent()).toContain('Reader 2');
    await page.getByRole('link', { name: 'All of this page' }).click();
    await poll(() => rowsOf(page).count()).toBe(3);
    await page.goBack();
    await poll(() => rowsOf(page).count()).toBe(1);
    expect(site).toBeTruthy();
  });

  it('threat 11: GET and HEAD change nothing, whatever of the console is opened', async () => {
    const { site, page, token } = await openQueue(2);
    const before = await countStatuses(site);
    for (const view of ['log', 'bans', 'pages', 'numbers', 'queue?tab=all']) {
      await page.goto(`${serverUrl()}/console/#/${view}`);
      await page.waitForLoadState('networkidle');
    }
    for (const path of ['decisions', `log/${'0'.repeat(26)}/undo`, 'bans'])
      await fetch(`${serverUrl()}/api/v1/admin/${path}`, { headers: { Authorization: `Bearer ${token}` } });
    expect(await countStatuses(site)).toEqual(before);
    expect(await listDecisions(site)).toEqual([]);
  });
});
