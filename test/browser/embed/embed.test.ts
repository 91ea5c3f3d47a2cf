/** What a site owner pastes, and what it costs a reader before they act. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { OTHER_HOST } from '../global-setup.ts';
import { freshPath, postComment, serverUrl, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const TAG = '<script src="{server}/embed.js" async></script>';
const page = (body: string, head = '') =>
  `<!doctype html><html lang="en"><head><title>A page</title>${head}</head><body>${body}</body></html>`;
const heading = (p: Page) => p.locator('afterword-thread').getByRole('heading').first();

/** Requests of the page from here on, as `METHOD path`. */
function watchRequests(p: Page): { seen: string[]; hosts: Set<string> } {
  const watched = { seen: [] as string[], hosts: new Set<string>() };
  p.on('request', (request) => {
    const url = new URL(request.url());
    watched.hosts.add(url.host);
    watched.seen.push(`${request.method()} ${url.pathname}`);
  });
  return watched;
}

describe('embedding', () => {
  it('puts the conversation where the tag stands', async () => {
    const { page: p } = await open(freshPath('tag'), { html: page(`<p id="a">a</p>${TAG}<p id="b">b</p>`) });
    await heading(p).waitFor();
    const order = await p.evaluate(() => [...document.body.children].map((e) => e.id || e.localName));
    expect(order).toEqual(['a', 'script', 'afterword-thread', 'b']);
  });

  it('threat 24: costs one script and one JSON, no preflight, no cookie, no other host', async () => {
    const path = freshPath('cost');
    const url = `http://${OTHER_HOST}${path}`;
    await postComment({
      url,
      body: 'Hello ![x](https://tracker.example/x.png)',
      author: { name: 'Mika', url: 'https://mika.example' },
    });
    const { page: p } = await open('about:blank');
    const requests = watchRequests(p);
    await p.route(url, (route) =>
      route.fulfill({ contentType: 'text/html', body: page(TAG.replace('{server}', serverUrl())) }),
    );
    await p.goto(url);
    await p.getByText('Hello').waitFor();
    await p.waitForLoadState('networkidle');
    expect(requests.seen.filter((r) => r !== 'GET /favicon.ico')).toEqual([
      `GET ${path}`,
      'GET /embed.js',
      'GET /api/v1/thread',
    ]);
    expect([...requests.hosts].sort()).toEqual([OTHER_HOST, new URL(serverUrl()).host].sort());
    expect(await p.context().cookies()).toEqual([]);
  });

  it('follows its attributes, several times a page, and cleans up when removed', async () => {
    const [one, two] = [freshPath('one'), freshPath('two')];
    for (const url of [one, two]) await postComment({ url, body: `On ${url}`, author: { name: 'Mika' } });
    const html = page(
      `<afterword-thread id="x" url="${one}"></afterword-thread><afterword-thread id="y" url="${two}"></afterword-thread>${TAG}`,
    );
    const { page: p } = await open(freshPath('many'), { html });
    await p.locator('#x').getByText(`On ${one}`).waitFor();
    await p.locator('#y').getByText(`On ${two}`).waitFor();
    expect(await p.locator('afterword-thread').count()).toBe(2);
    await p.locator('#x').evaluate((e, url) => e.setAttribute('url', url), two);
    await p.locator('#x').getByText(`On ${two}`).waitFor();
    expect(await p.locator('#x').getByText(`On ${one}`).count()).toBe(0);
    const requests = watchRequests(p);
    await p.locator('#x').evaluate((e) => {
      const parent = e.parentNode!;
      e.remove();
      parent.append(e);
    });
    await p.locator('#x').getByText(`On ${two}`).waitFor();
    await p.locator('#y').evaluate((e) => e.remove());
    await p.evaluate(() => dispatchEvent(new HashChangeEvent('hashchange')));
    expect(requests.seen.filter((r) => r.startsWith('POST'))).toEqual([]);
  });

  it('names the page by attribute, then canonical link, then address', async () => {
    const [asked, canonical] = [freshPath('attribute'), freshPath('canonical')];
    await postComment({ url: asked, body: 'by attribute', author: { name: 'Mika' } });
    await postComment({ url: canonical, body: 'by canonical', author: { name: 'Mika' } });
    const head = `<link rel="canonical" href="${canonical}">`;
    const path = freshPath('address');
    await postComment({ url: path, body: 'by address', author: { name: 'Mika' } });
    const both = await open(`${path}?utm_source=x`, {
      html: page(`<afterword-thread url="${asked}"></afterword-thread>${TAG}`, head),
    });
    await both.page.getByText('by attribute').waitFor();
    const second = await open(`${path}?utm_source=x`, { html: page(TAG, head) });
    await second.page.getByText('by canonical').waitFor();
    const third = await open(`${path}?utm_source=x#top`, { html: page(TAG) });
    await third.page.getByText('by address').waitFor();
  });

  it('loads lazily only when it comes near', async () => {
    const { page: p } = await open('about:blank');
    const requests = watchRequests(p);
    const path = freshPath('lazy');
    await p.route(`${serverUrl()}${path}`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: page(
          `<div style="height:6000px"></div><afterword-thread lazy></afterword-thread>${TAG.replace('{server}', serverUrl())}`,
        ),
      }),
    );
    await p.goto(`${serverUrl()}${path}`, { waitUntil: 'networkidle' });
    expect(requests.seen).not.toContain('GET /api/v1/thread');
    await p.locator('afterword-thread').scrollIntoViewIfNeeded();
    await heading(p).waitFor();
    expect(requests.seen).toContain('GET /api/v1/thread');
  });

  it('works under a strict Content Security Policy with Trusted Types, reading and writing', async () => {
    const { page: p, errors } = await open('/demo/strict-csp');
    await heading(p).waitFor();
    await p
      .getByRole('textbox', { name: /response/i })
      .first()
      .click();
    await p.getByRole('textbox', { name: 'Name' }).fill('Mika');
    await p
      .getByRole('textbox', { name: /response/i })
      .first()
      .fill('Strictly **spoken**');
    await p.getByRole('button', { name: 'Post', exact: true }).click();
    await p.locator('strong', { hasText: 'spoken' }).waitFor();
    expect(errors).toEqual([]);
  });

  it('tells the owner how to add an origin that no site lists', async () => {
    const url = 'http://stranger.test/post';
    const { page: p } = await open(url, { html: page(TAG) });
    await p.getByText('npm run site -- add').waitFor();
    expect(await p.getByText('http://stranger.test').count()).toBeGreaterThan(0);
  });

  it('emits ready, posted and error, and counts fill their spans in one request', async () => {
    const [one, two] = [freshPath('count-one'), freshPath('count-two')];
    await postComment({ url: one, body: 'x', author: { name: 'Mika' } });
    await postComment({ url: one, body: 'y', author: { name: 'Mika' } });
    const html = page(
      `<span data-afterword-count="${one}"></span><span data-afterword-count="${two}"></span><span data-afterword-count="http://"></span><script src="{server}/count.js" async></script>`,
    );
    const { page: p } = await open(freshPath('counts'), { html });
    await p.waitForFunction(() => document.querySelector('span')?.textContent === '2');
    expect(await p.locator('span').allTextContents()).toEqual(['2', '0', '']);
  });

  it('stays itself under hostile page styles', async () => {
    const { page: p } = await open('/demo/hostile-css');
    await heading(p).waitFor();
    const seen = await p.locator('afterword-thread').evaluate((e) => {
      const inside = e.shadowRoot!.querySelector('h2')!;
      const style = getComputedStyle(inside);
      const box = inside.getBoundingClientRect();
      return { visible: box.width > 100 && box.height > 10, position: style.position, transform: style.transform };
    });
    expect(seen).toEqual({ visible: true, position: 'static', transform: 'none' });
  });

  it('follows a client-side router', async () => {
    const { page: p } = await open('/demo/routed');
    await heading(p).waitFor();
    const first = await heading(p).textContent();
    await p.getByRole('link', { name: 'The island' }).click();
    await p.waitForFunction(
      (before) => document.querySelector('afterword-thread')?.shadowRoot?.querySelector('h2')?.textContent !== before,
      first,
    );
  });
});
