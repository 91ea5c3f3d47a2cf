/** Opening the console: how soon the queue is there, and what it makes of addresses and storage that somebody tampered with. */
import { describe, expect, it } from 'vitest';
import { adminToken, freshPath, serverUrl, useBrowser } from '../harness.ts';
import { createSite, createToken, openConsole, rowsOf, runSql, writeHeld } from './admin.ts';

const { open } = useBrowser();
const poll = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000 });

describe('opening the console', () => {
  it('shows the first of 10,000 held comments after two round trips: the page, and the queue', async () => {
    const { site, origin } = await createSite();
    const [id] = await writeHeld(origin, 1);
    runSql(
      `INSERT INTO comments (id, site_id, page_id, root_id, depth, status, shown, inline, author_name, body, html, html_version, created_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
       SELECT substr(c.id, 1, 10) || printf('%016d', n.i), c.site_id, c.page_id, substr(c.id, 1, 10) || printf('%016d', n.i), 0, 'pending', 0, 0,
         'Reader ' || n.i, 'Thought ' || n.i, '<p>Thought ' || n.i || '</p>', c.html_version, c.created_at
       FROM comments c, n WHERE c.id = ?`,
      id!,
    );
    const page = await openConsole(open, (await createToken(site)).token);
    await rowsOf(page).first().waitFor();
    await page.reload();
    await poll(() => page.evaluate(() => performance.getEntriesByName('afterword:rows').length)).toBe(1);
    const { waitedFor, shown } = await page.evaluate(() => {
      const all = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      const queue = all.find(({ name }) => /admin\/comments\?/.test(name))!;
      const before = all.filter((each) => each.transferSize > 0 && each.responseEnd <= queue.startTime);
      return {
        waitedFor: before.map(({ name }) => name),
        shown: performance.getEntriesByName('afterword:rows')[0]!.startTime - queue.responseEnd,
      };
    });
    expect(waitedFor).toEqual([]);
    expect(shown).toBeLessThan(300);
  });

  it('asks the API once for each thing it shows, and no other host at all', async () => {
    const { site, origin } = await createSite();
    await writeHeld(origin, 1);
    const page = await openConsole(open, (await createToken(site)).token);
    await rowsOf(page).first().waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.reload();
    await page.locator('.detail h3').nth(1).waitFor();
    await page.waitForLoadState('networkidle');
    const paths = asked.map((url) => new URL(url)).filter(({ pathname }) => pathname.startsWith('/api/'));
    expect(asked.every((url) => url.startsWith(serverUrl()))).toBe(true);
    expect(paths.map(({ pathname }) => pathname.replace(/[0-9a-z]{26}/, '{id}')).sort()).toEqual(
      ['comments', 'comments/{id}', 'me', 'summary'].map((path) => `/api/v1/admin/${path}`),
    );
  });
});

describe('what others may tamper with', () => {
  it.each([
    '#/queue?from=never&to=2026-99-99',
    '#/queue?tab=__proto__&sort=constructor&q=%E0%A4%A',
    `#/queue?page=${'x'.repeat(3000)}&author=%00&phase=<script>`,
    '#/__proto__?__proto__=1&toString=2',
    '#/log?batch=../../me&comment=%2e%2e',
    '#/pages?q=%25%5F%00',
    '#afterword=!<img src=x onerror=boom()>',
    '#afterword=no-such-code',
  ])('threat 4: %s in the address breaks nothing', async (hash) => {
    const { site } = await createSite();
    const page = await openConsole(open, adminToken(), { site });
    await page.goto(`about:blank`);
    await page.goto(`${serverUrl()}/console/${hash}`);
    await page.locator('.menu, .door').first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.locator('[onerror]').count()).toBe(0);
  });

  it.each([
    'junk',
    'null',
    '{}',
    '{"credentials":{"token":"x"}}',
    '{"credentials":{"token":"x"},"grant":{"scopes":[],"sites":[]}}',
    '{"credentials":{"login":{}},"grant":{"scopes":["comments:read"],"sites":[]}}',
  ])('asks who one is when %s was kept', async (kept) => {
    const { page } = await open('/console/');
    await page.evaluate((text) => sessionStorage.setItem('afterword:console', text), kept);
    await page.reload();
    await page.getByLabel('API token').waitFor();
  });

  it('threat 9: the token is in no address, no referrer and no page, only in the header', async () => {
    const { site, origin } = await createSite();
    await writeHeld(origin, 1);
    const { token } = await createToken(site);
    const { page } = await open('/console/');
    const leaks: string[] = [];
    page.on('request', (request) => {
      const { authorization: _, ...headers } = request.headers();
      if (`${request.url()}${JSON.stringify(headers)}${request.postData()}`.includes(token)) leaks.push(request.url());
    });
    await page.getByLabel('API token').fill(token);
    await page.keyboard.press('Enter');
    await rowsOf(page).first().waitFor();
    for (const view of ['log', 'bans', 'pages', 'numbers', 'queue']) {
      await page.goto(`${serverUrl()}/console/#/${view}`);
      await page.waitForLoadState('networkidle');
    }
    expect(leaks).toEqual([]);
    expect(await page.content()).not.toContain(token);
    expect(page.url()).not.toContain(token);
  });

  it('is shown in no frame of another site', async () => {
    const html = `<!doctype html><iframe src="{server}/console/"></iframe>`;
    const { page, errors } = await open(`https://elsewhere.test${freshPath('frame')}`, { html });
    await poll(() => page.frames()[1]?.url()).toContain('chrome-error');
    await poll(() => errors.join()).toContain('frame-ancestors');
    errors.length = 0;
  });
});
