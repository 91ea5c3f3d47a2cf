/**
 * Turnstile in the page, where the owner wants it: Cloudflare's script and its siteverify have stand-ins, all between them is
 * real. No other request of a reader's goes to anybody else.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, startServer } from '../../../cli/server.ts';
import type { Thread } from '../../../worker/contract.ts';
import { serverUrl, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const CLOUDFLARE = 'https://challenges.cloudflare.com';
const SITE_KEY = '1x00000000000000000000AA';
/** A box to be ticked, which gives a token; the widget's own script comes from the shared server. */
const TURNSTILE = `
  window.turnstile = {
    render(element, options) {
      const box = document.createElement('button');
      box.textContent = 'I am a person';
      box.onclick = () => options.callback('token of ' + options.sitekey);
      box.oncontextmenu = () => options['error-callback']('300010');
      element.append(box);
      return 'widget-1';
    },
    remove() {},
  };`;

let server: Server;
let persistDir: string;
const verified: URLSearchParams[] = [];
const cloudflare = createServer(async (request, response) => {
  const form = new URLSearchParams(await text(request));
  verified.push(form);
  const success = form.get('response') === `token of ${SITE_KEY}` && form.get('secret') === 'a-secret';
  response.end(JSON.stringify({ success, 'error-codes': success ? [] : ['invalid-input-response'] }));
});

beforeAll(async () => {
  await new Promise<void>((ready) => cloudflare.listen(0, '127.0.0.1', ready));
  const { port } = cloudflare.address() as AddressInfo;
  persistDir = await mkdtemp(join(tmpdir(), 'afterword-turnstile-'));
  const assets = join(persistDir, 'no-bundles');
  await mkdir(assets);
  server = await startServer({
    persistDir,
    assets,
    limits: { post: 100_000, read: 100_000 },
    vars: {
      TURNSTILE_SECRET: 'a-secret',
      PROVIDER_ORIGINS: JSON.stringify({ [CLOUDFLARE]: `http://localhost:${port}` }),
    },
    sites: [{ id: 'checked', name: 'Checked', hosts: ['checked.test'], settings: { turnstile: SITE_KEY } }],
  });
});
afterAll(async () => {
  await server.kill();
  cloudflare.close();
  await rm(persistDir, { recursive: true, force: true });
});

const field = (p: Page) => p.getByRole('textbox', { name: /write a response/i });
const tick = (p: Page) => p.getByRole('button', { name: 'I am a person' });

async function openPage(): Promise<{ p: Page; url: string; hosts: Set<string> }> {
  const url = `https://checked.test/${crypto.randomUUID()}`;
  const script = `<script src="${serverUrl()}/embed.js" data-api="${server.url}/api/v1" async></script>`;
  const { page: p } = await open(url, {
    html: `<!doctype html><html lang="en"><title>A page</title><body>${script}</body></html>`,
  });
  const hosts = new Set<string>();
  p.on('request', (request) => hosts.add(new URL(request.url()).hostname));
  await p.route(`${CLOUDFLARE}/**`, (route) => route.fulfill({ contentType: 'text/javascript', body: TURNSTILE }));
  return { p, url, hosts };
}

async function write(p: Page, words: string): Promise<void> {
  await field(p).click();
  await p.getByRole('textbox', { name: 'Name' }).fill('Noor');
  await field(p).fill(words);
  await p.getByRole('button', { name: 'Post', exact: true }).first().click();
}

const stored = async (url: string): Promise<Thread> =>
  (await (await fetch(`${server.url}/api/v1/thread?${new URLSearchParams({ url })}`)).json()) as Thread;

describe('a site with Turnstile', () => {
  it('shows it below the comment, to newcomers who post, and takes the comment with its token', async () => {
    const { p, url, hosts } = await openPage();
    await write(p, 'The first of mine.');
    await p.locator('[part=comment]').getByText('Checking that you are no robot…').waitFor();
    await tick(p).focus();
    await p.keyboard.press('Enter');
    await expect.poll(async () => (await stored(url)).comments.length, { timeout: 10_000 }).toBe(1);
    await tick(p).waitFor({ state: 'detached' });
    expect(verified.at(-1)!.get('response')).toBe(`token of ${SITE_KEY}`);
    expect([...hosts].sort()).toEqual([new URL(CLOUDFLARE).hostname, 'localhost']);
  });

  it('asks nobody outside before somebody posts', async () => {
    const { p, hosts } = await openPage();
    await field(p).click();
    await p.getByRole('textbox', { name: 'Name' }).waitFor();
    expect([...hosts]).not.toContain(new URL(CLOUDFLARE).hostname);
  });

  it('gives the text back when it fails, or its script is kept away', async () => {
    const { p, url } = await openPage();
    await p.unroute(`${CLOUDFLARE}/**`);
    await p.route(`${CLOUDFLARE}/**`, (route) => route.abort());
    await write(p, 'Behind a wall.');
    const refused = p.getByText('This could not be posted. Your text is still here: try again.').first();
    await refused.waitFor();
    expect(await field(p).inputValue()).toBe('Behind a wall.');
    await p.unroute(`${CLOUDFLARE}/**`);
    await p.route(`${CLOUDFLARE}/**`, (route) => route.fulfill({ contentType: 'text/javascript', body: TURNSTILE }));
    await p.getByRole('button', { name: 'Post', exact: true }).first().click();
    await tick(p).click({ button: 'right' });
    await refused.waitFor();
    await p.getByRole('button', { name: 'Post', exact: true }).first().click();
    await tick(p).click();
    await expect.poll(async () => (await stored(url)).comments.length, { timeout: 10_000 }).toBe(1);
  });
});
