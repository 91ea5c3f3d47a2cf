/** The console's view of notices, and the page that links in moderators' mails open: with real mail, webhooks and Chromium. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deliveries, Recipients, Webhooks } from '../../../worker/contract-notify.ts';
import { findViolations } from '../axe.ts';
import { useBrowser } from '../harness.ts';
import { HOOK_ORIGIN, type NoticesStage, SITE, startNoticesStage, UNKNOWN } from './notices-stage.ts';

const { open } = useBrowser();
const poll = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });
let stage: NoticesStage;
beforeAll(async () => {
  stage = await startNoticesStage();
});
afterAll(() => stage?.close());

const recipients = async () => (await stage.ask<Recipients>('GET', `/recipients?site=${SITE}`)).recipients;
const webhooks = async () => (await stage.ask<Webhooks>('GET', `/webhooks?site=${SITE}`)).webhooks;
const dead = async () => (await stage.ask<Deliveries>('GET', `/deliveries?site=${SITE}&status=dead`)).deliveries;
const mailsTo = (address: string) => stage.mail.mails.filter(({ to }) => to.includes(address));
const linkIn = (text: string, verb: string) =>
  new RegExp(`http://localhost\\S+/mail/decide/\\S+verb=${verb}`).exec(text)![0];

describe('moderators', () => {
  it('adds an address by keyboard alone; the next comment is mailed there, and approved by the link in the mail', async () => {
    const page = await stage.openConsole(open);
    await page.getByText('Nobody gets mail about this site yet.').waitFor();
    await page.getByRole('button', { name: 'Add an address' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('robin@mail.example');
    for (const key of ['Tab', 'Space', 'Enter']) await page.keyboard.press(key);
    const card = page.locator('.cards li', { hasText: 'robin@mail.example' });
    await poll(() => card.textContent()).toContain('new comments · comments that wait · reported comments');
    expect(await recipients()).toMatchObject([{ email: 'robin@mail.example', frequency: 'instant', language: 'en' }]);

    const id = await stage.write('Is this all right?');
    await poll(() => mailsTo('robin@mail.example').length).toBe(1);
    const { parsed } = mailsTo('robin@mail.example')[0]!;
    expect(parsed.subject).toContain('A post');
    const { page: decide } = await open(linkIn(parsed.text!, 'approve'));
    expect(await findViolations(decide, 'body')).toEqual([]);
    expect(await decide.locator('main').textContent()).toContain('Is this all right?');
    await decide.getByRole('button', { name: 'Approve' }).click();
    await decide.getByText('Done: it is approved').waitFor();
    expect(await findViolations(decide, 'body')).toEqual([]);
    // Loading it again sends the form once more, which changes nothing.
    await decide.reload();
    await decide.getByText('Done: it is approved').waitFor();
    const comment = await fetch(`${stage.url}/api/v1/comments/${id}`);
    expect(comment.status).toBe(200);
    await page.goto(`${stage.url}/console/#/log`);
    await page.locator('.log li', { hasText: 'robin@mail.example' }).getByRole('button', { name: 'Undo' }).click();
    await poll(async () => (await fetch(`${stage.url}/api/v1/comments/${id}`)).status).toBe(404);
  });

  it('changes and removes an address', async () => {
    const page = await stage.openConsole(open);
    await stage.ask('POST', '/recipients', { site: SITE, email: 'kim@mail.example', about: ['held'] });
    await page.reload();
    const card = page.locator('.cards li', { hasText: 'kim@mail.example' });
    await card.getByRole('button', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('comments that wait').uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await poll(() => dialog.getByRole('alert').textContent()).toContain('about');
    await dialog.getByLabel('new comments').check();
    await dialog.getByLabel('How often').selectOption('daily');
    await dialog.getByLabel('Language').selectOption('ja');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await poll(() => card.textContent()).toContain('new comments — once a day — 日本語');
    await card.getByRole('button', { name: 'Remove' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await poll(() => card.count()).toBe(0);
    expect((await recipients()).map(({ email }) => email)).not.toContain('kim@mail.example');
  });
});

describe('webhooks', () => {
  it('makes one whose secret is shown once, tests it, gives it a new secret, switches it off, ends it', async () => {
    const page = await stage.openConsole(open);
    await page.getByRole('button', { name: 'New webhook' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Address').fill('http://10.0.0.1/hook');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await poll(() => dialog.getByRole('alert').textContent()).toContain('url');
    await dialog.getByLabel('Address').fill(`${HOOK_ORIGIN}/first`);
    await dialog.getByRole('button', { name: 'Create' }).click();
    const secret = (await page.locator('.secret').textContent())!.trim();
    expect(secret).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'Close' }).click();
    const card = page.locator('.cards li', { hasText: `${HOOK_ORIGIN}/first` });
    await card.getByRole('button', { name: 'Test' }).click();
    await page.getByText('It works:').waitFor();
    expect(stage.hook.got.map(({ path }) => path)).toContain('/first');
    stage.hook.status = 500;
    await card.getByRole('button', { name: 'Test' }).click();
    await page.getByText('That did not work:').waitFor();
    stage.hook.status = 200;
    await card.getByRole('button', { name: 'New secret' }).click();
    await dialog.getByRole('button', { name: 'New secret' }).click();
    const next = (await page.locator('.secret').textContent())!.trim();
    expect(next).toMatch(/^whsec_/);
    expect(next).not.toBe(secret);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await card.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('Switched on').uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await poll(() => card.textContent()).toContain('off');
    expect(await webhooks()).toMatchObject([{ url: `${HOOK_ORIGIN}/first`, active: false }]);
    await card.getByRole('button', { name: 'Remove' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await poll(() => card.count()).toBe(0);
    expect(await webhooks()).toEqual([]);
  });

  it('shows a chat without its secret, and keeps that when it is changed', async () => {
    const page = await stage.openConsole(open);
    await page.getByRole('button', { name: 'New webhook' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Where to').selectOption('slack');
    await dialog.getByLabel('Address').fill('https://hooks.slack.com/services/T000/B000/verysecret');
    await dialog.getByRole('button', { name: 'Create' }).click();
    const card = page.locator('.cards li', { hasText: 'Slack' });
    await card.waitFor();
    expect(await page.locator('main').textContent()).not.toContain('verysecret');
    await card.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('edited comments').check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await poll(() => card.textContent()).toContain('edited comments');
    const [made] = await webhooks();
    await stage.ask('DELETE', `/webhooks/${made!.id}`);
  });

  it('shows what was sent, and sends it again', async () => {
    const { id } = await stage.ask<{ id: string }>('POST', '/webhooks', {
      site: SITE,
      url: `${HOOK_ORIGIN}/logged`,
      events: ['comment.held'],
    });
    await stage.write('For the log.');
    const got = () => stage.hook.got.filter(({ path }) => path === '/logged').length;
    await poll(got).toBe(1);
    const sent = async () => (await stage.ask<Deliveries>('GET', `/deliveries?site=${SITE}&webhook=${id}`)).deliveries;
    await poll(async () => (await sent()).map(({ status }) => status)).toEqual(['sent']);
    const page = await stage.openConsole(open);
    await page.locator('.cards li', { hasText: '/logged' }).getByRole('link', { name: 'Log' }).click();
    const row = page.locator('.cards li', { hasText: 'comments that wait' });
    await poll(() => row.textContent()).toContain('sent');
    expect(await findViolations(page, 'body')).toEqual([]);
    await row.getByRole('button', { name: 'Send again' }).click();
    await poll(got).toBe(2);
    await page.getByRole('link', { name: 'Notices' }).last().click();
    await page.getByRole('heading', { name: 'Webhooks and chats' }).waitFor();
    await stage.ask('DELETE', `/webhooks/${id}`);
  });
});

describe('what did not get through', () => {
  it('is listed with the reason, and can be sent again, one and all', async () => {
    await stage.ask('POST', '/recipients', { site: SITE, email: UNKNOWN, about: ['held'] });
    await stage.write('Nobody is told of this.');
    await stage.write('Nor of this.');
    await poll(async () => (await dead()).length).toBe(2);
    const page = await stage.openConsole(open);
    const rows = page.locator('.cards li', { hasText: 'given up' });
    await poll(() => rows.count()).toBe(2);
    const text = await rows.first().textContent();
    expect(text).toContain('No such mailbox');
    expect(text).toContain(UNKNOWN);
    const before = stage.mail.mails.length;
    await rows.first().getByRole('button', { name: 'Send again' }).click();
    await page.getByText('1 notice is on its way again.').waitFor();
    await poll(async () => (await dead()).length).toBe(2);
    await page.reload();
    await page.getByRole('button', { name: 'Send all again' }).click();
    await page.getByText('2 notices are on their way again.').waitFor();
    expect(stage.mail.mails).toHaveLength(before);
    await poll(async () => (await dead()).length).toBe(2);
  });
});

describe('looks', () => {
  it.each([
    ['light', 1280, 'en-GB'],
    ['dark', 1280, 'en-GB'],
    ['light', 360, 'en-GB'],
    ['dark', 360, 'de'],
    ['light', 360, 'ar'],
    ['light', 1280, 'ja'],
  ] as const)('%s, %i px, %s: axe finds nothing, and nothing sticks out', async (colorScheme, width, locale) => {
    const hook = {
      site: SITE,
      url: `${HOOK_ORIGIN}/a-rather-long-address/of-a-program`,
      events: ['comment.created', 'comment.held'],
    };
    if ((await webhooks()).length === 0) await stage.ask('POST', '/webhooks', hook);
    const page = await stage.openConsole(open, { colorScheme, viewport: { width, height: 740 } });
    if (locale !== 'en-GB') {
      await page.evaluate((tag) => localStorage.setItem('afterword:console:language', tag), locale);
      await page.reload();
    }
    const look = async (where: string) => {
      await page.waitForLoadState('networkidle');
      expect(await findViolations(page, 'body'), where).toEqual([]);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(beyond, `${where} is too wide`).toBeLessThanOrEqual(0);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll('button, select, input:not([type=checkbox])')]
          .filter((each) => each.checkVisibility() && !each.matches('.skip'))
          .filter((each) => each.getBoundingClientRect().height < 24 || each.getBoundingClientRect().width < 24)
          .map((each) => each.outerHTML.slice(0, 100)),
      );
      expect(small, where).toEqual([]);
      const picture = process.env.PICTURES;
      if (picture)
        await page.screenshot({ path: `${picture}/${locale}-${colorScheme}-${width}-${where}.png`, fullPage: true });
    };
    await page.locator('.cards li').first().waitFor();
    await look('view');
    for (const nth of [0, 1]) {
      await page.locator('main section > header button').nth(nth).click();
      await page.getByRole('dialog').waitFor();
      await look(`dialog ${nth}`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
  });
});
