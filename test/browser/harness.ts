/**
 * What browser tests share: one Chromium a test file, pages whose uncaught errors fail the test, fixtures served from any
 * origin, and comments posted past the widget. Knows nothing of how the widget looks.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { ROOT } from '../../cli/root.ts';
import type { Comment, NewComment } from '../../worker/contract.ts';
import { launchChromium } from './chromium.ts';

export interface Opened {
  page: Page;
  /** Uncaught errors and failed Content-Security-Policy checks so far. A test that expects some empties it. */
  errors: string[];
}

export interface OpenOptions extends BrowserContextOptions {
  /** What the page answers; a server's own file when missing. `{server}` becomes the server's URL. */
  html?: string;
  /** Headers of that answer. */
  headers?: Record<string, string>;
}

/** Longest a page is waited for: a locator that finds nothing says so itself, before the test's own time is up. */
const WAIT_MS = 10_000;

/** Call once at the top of a test file. */
export function useBrowser(): { open(url: string, options?: OpenOptions): Promise<Opened> } {
  let browser: Browser;
  let opened: Opened[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const errors = opened.flatMap((each) => each.errors);
    await Promise.all(opened.map(({ page }) => page.context().close()));
    opened = [];
    expect(errors, 'uncaught errors in the page').toEqual([]);
  });

  return {
    async open(url, { html, headers = {}, ...contextOptions } = {}) {
      const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...contextOptions });
      const page = await context.newPage();
      page.setDefaultTimeout(WAIT_MS);
      const result: Opened = { page, errors: [] };
      opened.push(result);
      page.on('pageerror', (error) => result.errors.push(error.stack ?? String(error)));
      page.on('console', (message) => {
        if (/Content Security Policy|TrustedHTML/.test(message.text())) result.errors.push(message.text());
      });
      const address = new URL(url, serverUrl()).href;
      if (html !== undefined) {
        const body = html.replaceAll('{server}', serverUrl());
        const isPage = (asked: URL) => asked.origin + asked.pathname === address.replace(/[?#].*$/, '');
        await context.route(isPage, (route) =>
          route.fulfill({ body, contentType: 'text/html; charset=utf-8', headers }),
        );
      }
      await page.goto(address);
      return result;
    },
  };
}

/** The shared server, e.g. `http://localhost:40123`. */
export const serverUrl = () => inject('server').url;
export const adminToken = () => inject('server').adminToken;

/** @param path below test/browser, e.g. `reply/index.html` */
export const readFixture = (path: string) => readFile(join(ROOT, 'test/browser', path), 'utf8');

/** A page address that no other test uses. */
export const freshPath = (name: string) => `/test/${name}-${crypto.randomUUID()}`;

/**
 * Posts as an API client with the root token: no rate limits, and createdAt and badge may be set.
 * @param comment its url may be a path of the server
 */
export async function postComment(comment: NewComment, key = crypto.randomUUID()): Promise<Comment> {
  const answer = await fetch(`${serverUrl()}/api/v1/comments`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${adminToken()}`,
      'Idempotency-Key': key,
    },
    body: JSON.stringify({ ...comment, url: new URL(comment.url, serverUrl()).href }),
  });
  if (answer.status !== 201) throw new Error(`posting answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Comment;
}
