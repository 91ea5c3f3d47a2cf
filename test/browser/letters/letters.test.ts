/** Letters and the pages behind their links, as Chromium shows them: narrow, dark, from right to left, asking nobody for anything. */
import { Hono } from 'hono';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markup } from '../../../worker/notify/letters/markup';
import { answerPage, pageComment } from '../../../worker/notify/page';
import { writeAll } from '../../letter-samples.ts';
import { findViolations } from '../axe.ts';
import { launchChromium } from '../chromium.ts';

const TEXT =
  'A word, and then https://a.example/an/address/that/is/far/too/long/for/a/narrow/screen/' +
  'x'.repeat(80) +
  '\n\n> quoted <b>bold</b>\n\n```\ncode --that=is "wide" | and-wider\n```\nوكلمة أخرى';
const PAPER = { light: 'rgb(255, 254, 251)', dark: 'rgb(23, 24, 27)' };

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

type Answer = { body: string; headers?: Record<string, string> };

/** @param answers by path */
async function openAll(colorScheme: 'light' | 'dark', answers: Record<string, Answer>) {
  const context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 600 } });
  const page = await context.newPage();
  const asked: string[] = [];
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.route('**', (route) => {
    const url = route.request().url();
    const answer = answers[url.slice('http://mail.test/'.length)];
    if (!answer && !url.endsWith('/favicon.ico')) asked.push(url);
    return route.fulfill({
      body: answer?.body ?? '',
      headers: { 'content-type': 'text/html; charset=utf-8', ...answer?.headers },
    });
  });
  return { page, context, asked, said, open: (path: string) => page.goto(`http://mail.test/${path}`) };
}

const paperOf = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const widthOver = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
/** A letter is part of a mail program's page, which has the landmarks. */
const violationsOf = async (page: Page) =>
  (await findViolations(page, 'body')).filter((violation) => !/^(region|landmark-one-main): /.test(violation));

describe.each(['light', 'dark'] as const)('%s letters', (colorScheme) => {
  it.each(['en', 'ar', 'ja'])(
    'in %s, are no wider than 320 px, on their paper, and ask for nothing',
    async (language) => {
      const letters = Object.entries(writeAll(TEXT, language));
      const answers = Object.fromEntries(letters.map(([name, { html }]) => [name, { body: html }]));
      const { page, context, asked, open } = await openAll(colorScheme, answers);
      for (const [name] of letters) {
        await open(name);
        expect(await widthOver(page), name).toBe(0);
        expect(await paperOf(page)).toBe(PAPER[colorScheme]);
      }
      expect(asked).toEqual([]);
      await context.close();
    },
  );

  it('have nothing that axe finds', { timeout: 120_000 }, async () => {
    for (const [language, name] of [
      ['en', 'reply'],
      ['ar', 'digest'],
      ['en', 'moderator'],
      ['en', 'code'],
    ] as const) {
      const { page, context, open } = await openAll(colorScheme, {
        it: { body: writeAll(TEXT, language)[name]!.html },
      });
      await open('it');
      expect(await violationsOf(page), name).toEqual([]);
      await context.close();
    }
  });
});

describe('a small page', () => {
  const app = new Hono().get('/', (c) =>
    answerPage(c as never, {
      language: 'de-AT',
      title: '</title><script>alert(1)</script>',
      siteName: '<i>A Blog</i>',
      body: markup`<h1>Hello</h1>${pageComment('de', { author: '<b>Finch</b>', body: TEXT, createdAt: 0 }, 'waiting')}
<form method="post"><button>Go</button></form>`,
    }),
  );
  const answer = async () => {
    const response = await app.request('/');
    return { body: await response.text(), headers: Object.fromEntries(response.headers) };
  };

  it.each(['light', 'dark'] as const)(
    '%s, has its style in spite of its policy, and room at 320 px',
    async (colorScheme) => {
      const { page, context, asked, said, open } = await openAll(colorScheme, { it: await answer() });
      await open('it');
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
        PAPER[colorScheme],
      );
      expect(await widthOver(page)).toBe(0);
      expect(await violationsOf(page)).toEqual([]);
      expect([asked, said]).toEqual([[], []]);
      const { height } = (await page.locator('button').boundingBox())!;
      expect(height).toBeGreaterThanOrEqual(44);
      await context.close();
    },
  );

  it('threats 4 and 9: shows markup as text, runs nothing, and tells nobody its address', async () => {
    const { body, headers } = await answer();
    const { page, context, open } = await openAll('light', { it: { body, headers } });
    await open('it');
    expect(await page.title()).toBe('</title><script>alert(1)</script>');
    expect(await page.locator('script, i, b, article a').count()).toBe(0);
    expect(await page.locator('article').innerText()).toContain('<b>Finch</b>');
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; /,
    );
    expect(headers['content-security-policy']).not.toMatch(/script-src|unsafe/);
    await context.close();
  });
});
