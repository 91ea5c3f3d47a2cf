/** How soon a moderator who opens the console sees the queue: in a real Chromium, signed in, again and for the first time. */
import type { BrowserContext, Page } from 'playwright-core';
import type { Server } from '../../cli/server.ts';
import { launchChromium } from '../browser/chromium.ts';
import { median } from './report.ts';

const WITHIN_MS = 30_000;

export interface Opened {
  /** Medians in ms, from the navigation's start until comments are drawn: in the tab that had the console open. */
  again: number;
  /** In a browser that has cached nothing, with a process of its own to start. */
  first: number;
  /** The least there is: the same server's shortest answer, drawn in a browser that has cached nothing. */
  floor: number;
}

/** What is looked at on the way: the queue of one site. Its console must have been built into the server's assets. */
export async function openConsole({ url, secrets }: Server, site: string, rounds: number): Promise<Opened> {
  const browser = await launchChromium();
  try {
    const known = await browser.newContext();
    const tab = await signIn(known, `${url}/console/`, secrets.ADMIN_TOKEN, site);
    const kept = await known.storageState();
    const fresh = async (look: (page: Page) => Promise<number>): Promise<number> => {
      const context = await browser.newContext({ storageState: kept });
      return look(await context.newPage()).finally(() => context.close());
    };
    // One kind after the other: a browser that still clears a context away is slow.
    const measure = async (look: () => Promise<number>): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) times.push(await look());
      return median(times);
    };
    return {
      again: await measure(() => timeQueue(tab, url)),
      first: await measure(() => fresh((page) => timeQueue(page, url))),
      floor: await measure(() => fresh((page) => timePaint(page, `${url}/healthz`))),
    };
  } finally {
    await browser.close();
  }
}

async function signIn(context: BrowserContext, address: string, token: string, site: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await page.evaluate((id) => localStorage.setItem('afterword:console:site', id), site);
  await page.getByLabel('Stay signed in').check();
  await page.getByLabel('API token').fill(token);
  await page.keyboard.press('Enter');
  await page.locator('.rows li').first().waitFor({ timeout: WITHIN_MS });
  return page;
}

async function timeQueue(page: Page, url: string): Promise<number> {
  await page.goto(`${url}/console/`);
  const drawn = await page.waitForFunction(() => performance.getEntriesByName('afterword:rows')[0]?.startTime);
  const time = await drawn.jsonValue();
  await page.waitForLoadState('networkidle');
  return time!;
}

async function timePaint(page: Page, address: string): Promise<number> {
  await page.goto(address);
  const drawn = await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  return (await drawn.jsonValue())!;
}
