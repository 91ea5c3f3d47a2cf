/** Logging in as a reader does it, in Chromium: popups, what may become of them, and what somebody else may send meanwhile. */
import type { APIResponse, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostOfOrigin } from '../../../cli/site-sql.ts';
import { serverUrl, useBrowser } from '../harness.ts';
import { type Blog, startBlog } from './blog.ts';
import { expireEveryLogin } from './database.ts';
import { type LoginServer, startLoginServer } from './login-server.ts';
import { need } from './reader.ts';

const { open } = useBrowser();

let blog: Blog;
let server: LoginServer;
beforeAll(async () => {
  blog = await startBlog();
  server = await startLoginServer({ sites: [{ id: 'blog', name: 'Blog', hosts: [hostOfOrigin(blog.origin)] }] });
  blog.embed(`${serverUrl()}/embed.js`, server.api);
});
afterAll(() => Promise.all([server?.close(), blog?.close()]));

const composer = (p: Page) => p.locator('afterword-thread form').first();
const field = (p: Page) => p.getByRole('textbox', { name: /write a response/i });
const byProvider = (p: Page, name: string) => composer(p).getByRole('button', { name, exact: true });
const loggedIn = (p: Page, name = 'Marigold') => composer(p).getByText(`Writing as ${name}`);
const announced = (p: Page, words: string) =>
  expect.poll(() => p.getByRole('status').first().textContent()).toBe(words);
/** Words beside the ways to log in. */
const note = (p: Page, words: string | RegExp) => composer(p).locator('.who .note').getByText(words);

const newPost = () => `${blog.origin}/${crypto.randomUUID()}`;
async function openPost(prepare?: (p: Page) => Promise<unknown>, url = newPost()): Promise<Page> {
  const { page: p } = await open(prepare ? 'about:blank' : url);
  if (prepare) {
    await prepare(p);
    await p.goto(url);
  }
  await field(p).click();
  await byProvider(p, 'X').waitFor();
  return p;
}

/** @returns the window that a click on the provider opened, at the provider's page */
async function openPopup(p: Page, provider: string): Promise<Page> {
  const [popup] = await Promise.all([p.waitForEvent('popup'), byProvider(p, provider).click()]);
  await popup.getByRole('button', { name: 'Continue' }).waitFor();
  return popup;
}

/** Ends with the popup, which closes itself. */
async function answer(popup: Page, account: string | null): Promise<void> {
  const closed = popup.isClosed() ? undefined : popup.waitForEvent('close');
  if (account === null) await popup.getByRole('button', { name: 'Cancel' }).click();
  else {
    await popup.getByLabel('Account').fill(account);
    await popup.getByRole('button', { name: 'Continue' }).click();
  }
  await closed;
}

async function logIn(p: Page, provider = 'House', account = 'marigold'): Promise<void> {
  await answer(await openPopup(p, provider), account);
  await loggedIn(p, account[0]!.toUpperCase() + account.slice(1)).waitFor();
}

/** Somebody else's comment. */
async function postAsOwner(url: string, body: string): Promise<void> {
  const headers = {
    'Content-Type': 'application/json',
    Authorization: `Bearer ${server.secrets.ADMIN_TOKEN}`,
    'Idempotency-Key': crypto.randomUUID(),
  };
  const comment = JSON.stringify({ url, body, author: { name: 'Mika' } });
  await need(await fetch(`${server.api}/comments`, { method: 'POST', headers, body: comment }), 201);
}

/** Logs in at the issuer, and holds what it sends the browser back to: to be changed before the popup goes there. */
async function callbackOf(popup: Page): Promise<URL> {
  const held = new Promise<URL>((hold, fail) => {
    popup
      .route(`${server.issuer.issuer}/**`, async (route) => {
        let response: APIResponse = await route.fetch({ maxRedirects: 0 });
        for (let to = response.headers().location; to; to = response.headers().location) {
          const url = new URL(to, response.url());
          if (url.href.startsWith(server.api)) {
            hold(url);
            return route.fulfill({ body: 'Held.' });
          }
          response = await popup.context().request.get(url.href, { maxRedirects: 0 });
        }
        return route.fulfill({ response });
      })
      .catch(fail);
  });
  await popup.getByLabel('Account').fill('marigold');
  await popup.getByRole('button', { name: 'Continue' }).click();
  const callback = await held;
  await popup.getByText('Held.').waitFor();
  return callback;
}

describe('a popup', () => {
  it.each(['House', 'WordPress.com', 'X', 'Facebook'])(
    'logs in with %s and posts under that name',
    async (provider) => {
      const p = await openPost();
      await field(p).fill('Milk first.');
      await logIn(p, provider);
      await announced(p, 'You are logged in as Marigold.');
      expect(await field(p).inputValue()).toBe('Milk first.');
      await p.getByRole('button', { name: 'Post', exact: true }).click();
      const comment = p.locator('[part=comment]', { hasText: 'Milk first.' });
      await comment.getByText('Marigold').waitFor();
      await expect
        .poll(() => comment.locator('img').evaluate((img: HTMLImageElement) => img.naturalWidth))
        .toBeGreaterThan(0);
      await announced(p, 'Posted');
      await p.reload();
      await comment.getByText('Marigold').waitFor();
      await field(p).click();
      await loggedIn(p).waitFor();
    },
  );

  it('logs in at the reader’s own Mastodon server', async () => {
    const p = await openPost();
    await byProvider(p, 'Mastodon').click();
    await p.getByLabel('Your server').fill('https://social.example/@marigold');
    const [popup] = await Promise.all([p.waitForEvent('popup'), p.getByLabel('Your server').press('Enter')]);
    await answer(popup, 'marigold');
    await loggedIn(p).waitFor();
  });

  it('says in words when the person said no, and lets them try again', async () => {
    const p = await openPost();
    await answer(await openPopup(p, 'House'), null);
    await note(p, 'The login was cancelled.').waitFor();
    await logIn(p);
  });

  it('says in words what goes wrong at the provider', async () => {
    for (const provider of ['WordPress.com', 'X', 'Facebook']) {
      const p = await openPost();
      for (const fault of ['token-unavailable', 'profile-rate-limited', 'profile-malformed']) {
        await answer(await openPopup(p, provider), fault);
        await note(p, 'The login did not work. Please try again.').waitFor();
      }
    }
    const p = await openPost();
    await answer(await openPopup(p, 'WordPress.com'), 'expired-code');
    await note(p, 'The login took too long. Please try again.').waitFor();
  });

  it('says so when the person closes it, and keeps what was typed', async () => {
    const p = await openPost();
    await field(p).fill('Half a thou');
    const popup = await openPopup(p, 'House');
    await popup.close();
    await note(p, 'The window was closed before you were logged in.').waitFor();
    expect(await field(p).inputValue()).toBe('Half a thou');
    await logIn(p);
  });

  it('tells the person, and nobody else, when the login took too long or its state is not known', async () => {
    const p = await openPost();
    const popup = await openPopup(p, 'House');
    const callback = await callbackOf(popup);
    const tampered = new URL(callback);
    tampered.searchParams.set('state', 'tampered');
    expireEveryLogin(server.persistDir);
    for (const address of [tampered, callback]) {
      await popup.goto(address.href);
      await popup.getByText('This login took too long, or was used before.').waitFor();
    }
    expect(popup.isClosed()).toBe(false);
    await popup.close();
    await note(p, 'The window was closed before you were logged in.').waitFor();
  });

  it('does not log in by the answer of another issuer', async () => {
    const p = await openPost();
    const popup = await openPopup(p, 'House');
    const callback = await callbackOf(popup);
    callback.searchParams.set('iss', 'https://evil.example');
    const closed = popup.waitForEvent('close');
    await popup.goto(callback.href).catch(() => {}); // it closes while it loads
    await closed;
    await note(p, 'The login did not work. Please try again.').waitFor();
  });

  it('says so when the code comes too late', async () => {
    const p = await openPost();
    await p.route('**/session', (route) => {
      expireEveryLogin(server.persistDir);
      return route.continue();
    });
    await answer(await openPopup(p, 'House'), 'marigold');
    await note(p, 'The login took too long. Please try again.').waitFor();
  });

  it('logs in also when another page is shown by then', async () => {
    const p = await openPost();
    await field(p).fill('For the first page');
    const popup = await openPopup(p, 'House');
    await p.locator('afterword-thread').evaluate((element, url) => element.setAttribute('url', url), newPost());
    await expect.poll(() => field(p).inputValue()).toBe('');
    await answer(popup, 'marigold');
    await field(p).click();
    await loggedIn(p).waitFor();
    await p.locator('afterword-thread').evaluate((element) => element.removeAttribute('url'));
    await expect.poll(() => field(p).inputValue()).toBe('For the first page');
  });

  it('finishes by itself when it has lost its opener', async () => {
    const p = await openPost();
    const popup = await openPopup(p, 'House');
    await popup.evaluate(() => {
      window.opener = null;
    });
    await answer(popup, 'marigold');
    await loggedIn(p).waitFor();
  });
});

describe('messages from elsewhere (threat 19)', () => {
  it('are not taken for the popup’s, whatever they say', async () => {
    const p = await openPost();
    const asked: string[] = [];
    p.on('request', (request) => request.url().endsWith('/session') && asked.push(request.url()));
    const popup = await openPopup(p, 'House');
    const forged = { afterword: 'login', code: 'c'.repeat(43) };
    // The page itself, a frame in it, and another window of the API's own origin.
    await p.evaluate(async (message) => {
      postMessage(message, '*');
      const frame = document.createElement('iframe');
      frame.name = JSON.stringify(message);
      frame.srcdoc = `<script>parent.postMessage(${JSON.stringify(message)}, '*')</script>`;
      document.body.append(frame);
      await new Promise((done) =>
        addEventListener('message', ({ source }) => source === frame.contentWindow && done(0)),
      );
    }, forged);
    const [other] = await Promise.all([
      p.waitForEvent('popup'),
      p.evaluate((url) => void window.open(url, 'other'), `${server.api.replace('/api/v1', '')}/healthz`),
    ]);
    await other.waitForURL('**/healthz');
    const heard = p.evaluate(
      (origin) => new Promise((done) => addEventListener('message', (event) => event.origin === origin && done(0))),
      new URL(server.api).origin,
    );
    await other.evaluate((message) => window.opener.postMessage(message, '*'), forged);
    await heard;
    expect(asked).toEqual([]);
    await answer(popup, 'marigold');
    await loggedIn(p).waitFor();
    expect(asked).toHaveLength(1);
  });

  it('do nothing in an address either, and a code in one logs nobody in', async () => {
    for (const code of ['c'.repeat(43), '!login_denied', '<img src=x onerror=alert(1)>', '']) {
      const { page: p } = await open(`${newPost()}#afterword=${encodeURIComponent(code)}`);
      await field(p).click();
      await byProvider(p, 'X').waitFor();
      expect(await loggedIn(p).count()).toBe(0);
      await expect.poll(() => new URL(p.url()).hash).toBe('');
    }
  });
});

describe('where popups are blocked', () => {
  const blockPopups = (p: Page) => p.addInitScript(() => Object.assign(window, { open: () => null }));

  async function leaveAndAnswer(p: Page, account: string | null, provider = 'House'): Promise<void> {
    await byProvider(p, provider).click();
    await p.getByRole('button', { name: 'Continue' }).waitFor();
    if (account === null) await p.getByRole('button', { name: 'Cancel' }).click();
    else {
      await p.getByLabel('Account').fill(account);
      await p.getByRole('button', { name: 'Continue' }).click();
    }
    await field(p).waitFor();
  }

  it('leaves for the provider and comes back to the same place, with what was typed', async () => {
    const p = await openPost(blockPopups);
    const address = p.url();
    await field(p).fill('Half a thought');
    await leaveAndAnswer(p, 'marigold');
    await loggedIn(p).waitFor();
    expect(p.url()).toBe(address);
    expect(await field(p).inputValue()).toBe('Half a thought');
    await expect.poll(() => p.evaluate(() => scrollY)).toBeGreaterThan(0);
    const box = await field(p).boundingBox();
    expect(box!.y).toBeGreaterThanOrEqual(0);
    expect(box!.y).toBeLessThan(p.viewportSize()!.height);
  });

  it('comes back to the reply that was being written', async () => {
    const url = newPost();
    await postAsOwner(url, 'A question');
    const p = await openPost(blockPopups, url);
    await p.getByRole('button', { name: 'Reply' }).click();
    const reply = p.getByRole('textbox', { name: 'Reply to Mika' });
    await reply.fill('An answ');
    const form = p.locator('form', { has: reply });
    await form.getByRole('button', { name: 'House', exact: true }).click();
    await p.getByLabel('Account').fill('marigold');
    await p.getByRole('button', { name: 'Continue' }).click();
    await form.getByText('Writing as Marigold').waitFor();
    expect(await reply.inputValue()).toBe('An answ');
    await expect.poll(() => reply.evaluate((field) => field.matches(':focus'))).toBe(true);
  });

  it('comes back to the thread that asked, of several on a page', async () => {
    const p = await openPost(blockPopups);
    // The first is on view before the second, also after coming back.
    await p.addInitScript(() =>
      addEventListener('afterword:ready', ({ target }) => {
        const second = (target as Element).cloneNode() as Element;
        second.setAttribute('url', `${location.origin}/second`);
        if (document.querySelectorAll('afterword-thread').length === 1) (target as Element).after(second);
      }),
    );
    await p.reload();
    const second = p.locator('afterword-thread').last();
    await second.getByRole('textbox').first().click();
    await second.getByRole('textbox', { name: /write a response/i }).fill('Half a thought');
    await second.getByRole('button', { name: 'House', exact: true }).click();
    await p.getByLabel('Account').fill('marigold');
    await p.getByRole('button', { name: 'Continue' }).click();
    await second.getByText('Writing as Marigold').first().waitFor();
    await expect.poll(() => second.getByRole('textbox').first().inputValue()).toBe('Half a thought');
    expect(new URL(p.url()).hash).toBe('');
  });

  it('says there what went wrong', async () => {
    const p = await openPost(blockPopups);
    await leaveAndAnswer(p, null);
    await note(p, 'The login was cancelled.').waitFor();
    expect(new URL(p.url()).hash).toBe('');
    await leaveAndAnswer(p, 'profile-unavailable', 'X');
    await note(p, 'The login did not work. Please try again.').waitFor();
  });

  it('does not take a code twice', async () => {
    const p = await openPost(blockPopups);
    const codes: string[] = [];
    p.on('response', (response) => codes.push(response.headers().location?.split('#afterword=')[1] ?? ''));
    await leaveAndAnswer(p, 'marigold');
    await loggedIn(p).waitFor();
    await composer(p).getByRole('button', { name: 'Log out' }).click();
    const [code] = codes.filter(Boolean);
    expect(code).toMatch(/^[\w-]{43}$/);
    await p.goto('about:blank');
    await p.goBack();
    await p.goto(`${p.url()}#afterword=${code}`);
    await p.reload();
    await field(p).click();
    await byProvider(p, 'X').waitFor();
    expect(await loggedIn(p).count()).toBe(0);
  });
});

describe('once logged in', () => {
  it('one can log out and log in as somebody else', async () => {
    const p = await openPost();
    await logIn(p, 'GitHub', 'barnaby');
    await field(p).fill('Milk last.');
    await p.getByRole('button', { name: 'Post', exact: true }).click();
    await p.locator('[part=comment]', { hasText: 'Milk last.' }).getByText('Barnaby').waitFor();
    await announced(p, 'Posted');
    await field(p).click();
    await composer(p).getByRole('button', { name: 'Log out' }).click();
    await announced(p, 'You are logged out.');
    await logIn(p, 'X', 'marigold');
  });

  it('one can edit what one wrote, and nobody else can', async () => {
    const p = await openPost();
    await logIn(p, 'GitHub');
    await field(p).fill('Milk first.');
    await p.getByRole('button', { name: 'Post', exact: true }).click();
    const comment = p.locator('[part=comment]').first();
    await announced(p, 'Posted');
    await comment.locator('[data-a=more]').click();
    await comment.locator('[data-a=edit]').click();
    await comment.locator('textarea').fill('Milk last.');
    await comment.locator('button.post').click();
    await comment.locator('[part=body]', { hasText: 'Milk last.' }).waitFor();
    await field(p).click();
    await composer(p).getByRole('button', { name: 'Log out' }).click();
    await comment.locator('[data-a=more]').click();
    await comment.locator('[data-a=copy]').waitFor();
    expect(await comment.locator('[data-a=edit]').count()).toBe(0);
  });

  it('a second profile does nothing with what was stolen from the first: proof, token, session', async () => {
    const url = newPost();
    const p = await openPost(undefined, url);
    await logIn(p);
    await field(p).fill('Milk first.');
    const sending = p.waitForRequest((request) => request.method() === 'POST' && /\/comments$/.test(request.url()));
    await p.getByRole('button', { name: 'Post', exact: true }).click();
    const { authorization = '', dpop = '' } = await (await sending).allHeaders();
    await announced(p, 'Posted');
    const article = p.locator('[part=comment]').first();
    const id = (await article.getAttribute('id'))!.replace('comment-', '');
    const session = await p.evaluate(() => localStorage.getItem('afterword:session')!);

    const thief = await openPost(undefined, url);
    const [head, claims, signature] = dpop.split('.');
    const altered = JSON.parse(Buffer.from(claims!, 'base64url').toString()) as Record<string, string>;
    const forge = (over: Record<string, string>) =>
      [head, Buffer.from(JSON.stringify({ ...altered, ...over })).toString('base64url'), signature].join('.');
    const address = `${server.api}/comments/${id}`;
    const attempt = (method: string, headers: Record<string, string>) =>
      thief.evaluate(
        async ([address, method, headers]) => {
          const body = method === 'PATCH' ? '{"body":"Stolen."}' : null;
          const type = { 'Content-Type': 'application/json' };
          const answer = await fetch(address, { method, body, headers: { ...type, ...headers } });
          return [answer.status, ((await answer.json()) as { code?: string }).code];
        },
        [address, method, headers] as const,
      );
    for (const method of ['PATCH', 'DELETE']) {
      expect(await attempt(method, { Authorization: authorization })).toEqual([401, 'proof_required']);
      expect(await attempt(method, { Authorization: authorization, DPoP: dpop })).toEqual([401, 'proof_invalid']);
      const other = forge({ htm: method, htu: address, jti: crypto.randomUUID() });
      expect(await attempt(method, { Authorization: authorization, DPoP: other })).toEqual([401, 'proof_invalid']);
    }
    // The whole session, without the key: the widget is told that it is none, and writes nothing in that name.
    await thief.evaluate((kept) => localStorage.setItem('afterword:session', kept), session);
    await thief.reload();
    await field(thief).fill('In your name.');
    await thief.getByRole('button', { name: 'Post', exact: true }).click();
    await note(thief, /not logged in any more/).waitFor();
    expect(await field(thief).inputValue()).toBe('In your name.');
    await p.reload();
    await p.locator('[part=comment]', { hasText: 'Milk first.' }).waitFor();
    expect(await p.locator('[part=comment]').count()).toBe(1);
  });

  it('one can add another way in, and is the same person by both', async () => {
    const p = await openPost();
    await logIn(p, 'GitHub', 'thaddeus');
    const name = await composer(p).getByText('Writing as').textContent();
    await composer(p).locator('[data-a=me]').first().click();
    const panel = p.getByRole('dialog');
    const [popup] = await Promise.all([
      p.waitForEvent('popup'),
      panel.getByRole('button', { name: 'Facebook', exact: true }).click(),
    ]);
    await answer(popup, 'marigold');
    await expect.poll(() => panel.getByRole('listitem').allTextContents()).toContain('Facebook · Marigold');
    await p.keyboard.press('Escape');
    await composer(p).getByRole('button', { name: 'Log out' }).click();
    await answer(await openPopup(p, 'Facebook'), 'marigold');
    await expect.poll(() => composer(p).getByText('Writing as').textContent()).toBe(name);
  });

  it('the other tabs know, and know when one logs out', async () => {
    const p = await openPost();
    const other = await p.context().newPage();
    await other.goto(p.url());
    await field(other).click();
    await byProvider(other, 'X').waitFor();
    await p.bringToFront();
    await logIn(p);
    await loggedIn(other).waitFor();
    await composer(other).getByRole('button', { name: 'Log out' }).click();
    await byProvider(p, 'X').waitFor();
  });
});
