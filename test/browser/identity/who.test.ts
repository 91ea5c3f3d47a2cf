/** The row that says who writes: guests, members, accounts of the site's own, and what happens to a text that is refused. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, startServer } from '../../../cli/server.ts';
import { findViolations } from '../axe.ts';
import { freshPath, serverUrl, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const SSO_SECRET = 'shared-with-the-site-0123456789-abcdef';

let server: Server;
let persistDir: string;
beforeAll(async () => {
  persistDir = await mkdtemp(join(tmpdir(), 'afterword-who-'));
  // The bundles come from the server that all tests share.
  const assets = join(persistDir, 'nothing');
  await mkdir(assets);
  // Names below localhost are secure contexts: pages there have keys.
  server = await startServer({
    persistDir,
    assets,
    limits: { post: 100_000, read: 100_000 },
    vars: { GITHUB_CLIENT_ID: 'one', GITHUB_CLIENT_SECRET: 'two', MASTODON: 'on', SSO_SECRET },
    sites: [
      {
        id: 'team',
        name: 'Team',
        hosts: ['team.localhost'],
        settings: { team: [{ name: 'Ines', email: 'ines@mail.example' }] },
      },
      { id: 'members', name: 'Members', hosts: ['members.localhost'], settings: { guests: false } },
    ],
  });
});
afterAll(async () => {
  await server?.kill();
  await rm(persistDir, { recursive: true, force: true });
});

const field = (p: Page) => p.getByRole('textbox', { name: /write a response/i });
const name = (p: Page) => p.getByRole('textbox', { name: 'Name' });
const who = (p: Page) => p.locator('.who');
const postButton = (p: Page) => p.getByRole('button', { name: 'Post', exact: true });
/** What is said below the fields about a comment that was not taken. */
const fault = (p: Page, text: string) => p.locator('form > div > .note').getByText(text);
const comment = (p: Page, text: string) => p.locator('[part=comment]', { hasText: text });

const hasFocus = (locator: Locator) => locator.evaluate((e) => (e.getRootNode() as ShadowRoot).activeElement === e);

/** @param more attributes of the element */
const page = (more = '') =>
  `<!doctype html><html lang="en"><title>A page</title><body><script src="{server}/embed.js" async></script><afterword-thread api="${server.url}/api/v1"${more}></afterword-thread></body></html>`;

/** A page of a site, with its composer open. */
async function openPage(site: string, more?: string): Promise<Page> {
  const { page: p } = await open(`http://${site}.localhost${freshPath(site)}`, { html: page(more) });
  await field(p).click();
  return p;
}

/** Keeps the row from coming, until it is let. */
const blockIdentity = (p: Page) => p.route('**/lazy/identity-*', (route) => route.abort());

/** Somebody known as a guest has the composer open again, and the row cannot come. */
async function openWithoutRow(): Promise<Page> {
  const p = await openPage('team');
  await name(p).fill('Noor');
  await field(p).fill('First');
  await postButton(p).click();
  await comment(p, 'First').getByRole('button', { name: 'Reply' }).waitFor();
  await blockIdentity(p);
  await p.reload();
  await field(p).click();
  await who(p).getByText('This could not be loaded.').waitFor();
  return p;
}

/** What a site of its own accounts vouches with. */
const sign = (sub: string, person: string) =>
  new SignJWT({ name: person })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setAudience(server.url)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SSO_SECRET));

describe('a guest', () => {
  it('is offered the site’s ways to log in beside their own details', async () => {
    const p = await openPage('team');
    await name(p).waitFor();
    await p.getByRole('group', { name: 'or log in with' }).getByRole('button', { name: 'GitHub' }).waitFor();
  });

  it('is asked for their own server where a way to log in is many, by keyboard', async () => {
    const p = await openPage('team');
    const mastodon = p.getByRole('button', { name: 'Mastodon' });
    await mastodon.focus();
    await p.keyboard.press('Enter');
    const server = p.getByRole('textbox', { name: 'Your server' });
    await expect.poll(() => hasFocus(server)).toBe(true);
    expect(await mastodon.getAttribute('aria-expanded')).toBe('true');
    expect(await findViolations(p)).toEqual([]);
    await p.keyboard.press('Enter');
    expect(await p.getByText('Write something').count()).toBe(0);
  });

  it('may not take a name of the site’s team: the text stays, and the name can be mended', async () => {
    const p = await openPage('team');
    await field(p).fill('I say so');
    await name(p).fill('lnes');
    await postButton(p).click();
    await fault(p, 'This name belongs to somebody of this site. Log in, or choose another.').waitFor();
    expect(await field(p).inputValue()).toBe('I say so');
    expect(await name(p).inputValue()).toBe('lnes');
    expect(await name(p).getAttribute('aria-invalid')).toBe('true');
    await p.reload();
    await expect.poll(() => field(p).inputValue()).toBe('I say so');
    await field(p).click();
    await name(p).fill('Noor');
    await p.getByRole('textbox', { name: 'E-mail' }).fill('Ines@mail.example');
    await postButton(p).click();
    await fault(p, 'This address belongs to somebody of this site.').waitFor();
    await p.getByRole('textbox', { name: 'E-mail' }).fill('');
    await postButton(p).click();
    await comment(p, 'I say so').getByText('Noor').waitFor();
  });

  it('changes their details by keyboard, and the focus goes along', async () => {
    const p = await openPage('team');
    await name(p).fill('Noor');
    await field(p).fill('Hello');
    await postButton(p).click();
    await comment(p, 'Hello').getByRole('button', { name: 'Reply' }).waitFor();
    await field(p).click();
    await who(p).getByRole('button', { name: 'Change' }).focus();
    await p.keyboard.press('Enter');
    await expect.poll(() => hasFocus(name(p))).toBe(true);
  });

  it('sees at once the face that the comment will keep', async () => {
    const p = await openPage('team');
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    await p.route('**/comments', async (route) => {
      await held;
      await route.continue();
    });
    await field(p).fill('A face');
    await name(p).fill('Noor');
    await postButton(p).click();
    await comment(p, 'A face').getByText('Sending').waitFor();
    const before = await comment(p, 'A face').locator('svg').innerHTML();
    release();
    await comment(p, 'A face').getByRole('button', { name: 'Reply' }).waitFor();
    expect(await comment(p, 'A face').locator('svg').innerHTML()).toBe(before);
  });
});

describe('a site for members', () => {
  it('asks to log in, and keeps the text until then', async () => {
    const p = await openPage('members');
    await who(p).getByText('To write here, please log in.').waitFor();
    await p.getByRole('group', { name: 'Log in with' }).getByRole('button', { name: 'GitHub' }).waitFor();
    expect(await name(p).count()).toBe(0);
    await field(p).fill('Let me in');
    await field(p).press('Control+Enter');
    await fault(p, 'To write here, please log in.').waitFor();
    await p.reload();
    await expect.poll(() => field(p).inputValue()).toBe('Let me in');
  });

  it('explains a refusal when it could not say before that guests are not let in', async () => {
    const url = `http://members.localhost${freshPath('members')}`;
    const { page: p } = await open(url, { html: page() });
    await p.route('**/site?*', (route) => route.abort());
    await field(p).click();
    await name(p).fill('Noor');
    await field(p).fill('Let me in');
    await p.unroute('**/site?*');
    await postButton(p).click();
    await fault(p, 'To write here, please log in.').waitFor();
    expect(await field(p).inputValue()).toBe('Let me in');
  });
});

describe('an account of the site’s own', () => {
  it('is taken over without a click, and posts', async () => {
    const p = await openPage('members', ` sso="${await sign('7', 'Tariq')}"`);
    await who(p).getByText('Writing as Tariq').waitFor();
    expect(await p.getByRole('button', { name: 'Log out' }).count()).toBe(0);
    expect(await findViolations(p)).toEqual([]);
    await field(p).fill('As a member');
    await postButton(p).click();
    await comment(p, 'As a member').getByText('Tariq').waitFor();
    await comment(p, 'As a member').getByRole('button', { name: 'Reply' }).waitFor();
  });

  it('is another when the page says so, and none when it is silent', async () => {
    const p = await openPage('team', ` sso="${await sign('7', 'Tariq')}"`);
    await who(p).getByText('Writing as Tariq').waitFor();
    await field(p).blur();
    await p
      .locator('afterword-thread')
      .evaluate((element, sso) => element.setAttribute('sso', sso), await sign('8', 'Lin'));
    await field(p).click();
    await who(p).getByText('Writing as Lin').waitFor();
    await field(p).blur();
    await p.locator('afterword-thread').evaluate((element) => element.removeAttribute('sso'));
    await field(p).click();
    await name(p).waitFor();
  });

  it('stands alone: another login would not count beside it', async () => {
    const p = await openPage('team', ` sso="${await sign('7', 'Tariq')}"`);
    await who(p).getByRole('button', { name: 'My comments' }).click();
    const panel = p.getByRole('dialog');
    await panel.getByRole('heading', { name: 'Accounts' }).waitFor();
    expect(await panel.getByRole('button', { name: 'GitHub' }).count()).toBe(0);
    const refused = await openPage('team', ' sso="not.a.token"');
    await name(refused).waitFor();
    expect(await refused.getByRole('button', { name: 'GitHub' }).count()).toBe(0);
  });

  it('of before is not written for while the page names nobody, whatever is out of reach', async () => {
    const p = await openPage('team', ` sso="${await sign('7', 'Tariq')}"`);
    await who(p).getByText('Writing as Tariq').waitFor();
    const address = freshPath('team');
    await p
      .context()
      .route(`**${address}`, (route) =>
        route.fulfill({ contentType: 'text/html', body: page().replaceAll('{server}', serverUrl()) }),
      );
    await blockIdentity(p);
    await p.goto(new URL(address, p.url()).href);
    await field(p).click();
    await who(p).getByText('This could not be loaded.').waitFor();
    await field(p).fill('Whose words?');
    await postButton(p).click();
    await fault(p, 'This could not be posted.').waitFor();
    expect(await field(p).inputValue()).toBe('Whose words?');
    expect(await p.evaluate(() => JSON.parse(localStorage.getItem('afterword:outbox')!))).toBeNull();
  });

  it('that is refused leaves a guest, and says so', async () => {
    const p = await openPage('team', ' sso="not.a.token"');
    await who(p).getByText('Your login on this website is not accepted here.').waitFor();
    await name(p).waitFor();
  });
});

describe('a session', () => {
  /** Changes what the device keeps of the login; `undefined` removes. */
  const changeLogin = (p: Page, change: Record<string, string | undefined>) =>
    p.evaluate((over) => {
      const login = JSON.parse(localStorage.getItem('afterword:session')!);
      localStorage.setItem('afterword:session', JSON.stringify({ ...login, ...over }));
    }, change);

  /** Somebody who is logged in here, as after a login of their own. */
  async function openLoggedIn(): Promise<Page> {
    const p = await openPage('team', ` sso="${await sign('7', 'Tariq')}"`);
    await who(p).getByText('Writing as Tariq').waitFor();
    await field(p).blur();
    await changeLogin(p, { sso: undefined });
    await p.locator('afterword-thread').evaluate((element) => element.removeAttribute('sso'));
    await field(p).click();
    await who(p).getByText('Writing as Tariq').waitFor();
    return p;
  }

  it('is renewed before its token ends, and when the server asks for it', async () => {
    const p = await openLoggedIn();
    for (const change of [{ expiresAt: new Date(0).toISOString() }, { token: 'a.stale.token' }]) {
      const text = `Still me: ${Object.keys(change)}`;
      await field(p).fill(text);
      await changeLogin(p, change);
      const renewed = p.waitForResponse('**/session/renew');
      await postButton(p).click();
      expect((await renewed).status()).toBe(200);
      await comment(p, text).getByText('Tariq').waitFor();
      await comment(p, text).getByRole('button', { name: 'Reply' }).waitFor();
      await field(p).click();
    }
  });

  it('that has ended logs out, and posts nothing as a guest', async () => {
    const p = await openLoggedIn();
    await field(p).fill('Nobody’s words');
    await changeLogin(p, { token: 'a.stale.token', id: '0'.repeat(26) });
    await postButton(p).click();
    await fault(p, 'You are not logged in any more.').waitFor();
    expect(await field(p).inputValue()).toBe('Nobody’s words');
    await name(p).waitFor();
    expect(await p.locator('[part=comment]').count()).toBe(0);
    await name(p).fill('Noor');
    await postButton(p).click();
    await comment(p, 'Nobody’s words').getByText('Noor').waitFor();
  });

  it('is not what a guest’s comment goes under that waited for its time', async () => {
    // Nothing but the name is known of who writes.
    const p = await openWithoutRow();
    await field(p).fill('A guest’s words');
    await postButton(p).click();
    await comment(p, 'A guest’s words').getByText('Waiting for connection').waitFor();
    const login = await openLoggedIn();
    const session = await login.evaluate(() => localStorage.getItem('afterword:session')!);
    await p.evaluate((kept) => localStorage.setItem('afterword:session', kept), session);
    await p.unroute('**/lazy/identity-*');
    const sent = p.waitForRequest((request) => /\/comments$/.test(request.url()) && request.method() === 'POST');
    await p.reload();
    expect((await sent).headers().authorization).toBeUndefined();
    await comment(p, 'A guest’s words').getByText('Noor').waitFor();
    await comment(p, 'A guest’s words').getByRole('button', { name: 'Reply' }).waitFor();
  });

  it('ends when the person logs out, here and on the server', async () => {
    const p = await openLoggedIn();
    const ended = p.waitForResponse((answer) => answer.request().method() === 'DELETE');
    await who(p).getByRole('button', { name: 'Log out' }).click();
    expect((await ended).status()).toBe(200);
    await name(p).waitFor();
    expect(await p.evaluate(() => localStorage.getItem('afterword:session'))).toBe('null');
    await expect.poll(() => hasFocus(field(p))).toBe(true);
  });
});

describe('when the row cannot come', () => {
  it('says so, and comes when it is asked again', async () => {
    const { page: p } = await open(`http://team.localhost${freshPath('retry')}`, { html: page() });
    await blockIdentity(p);
    await field(p).click();
    await who(p).getByText('This could not be loaded.').waitFor();
    await p.unroute('**/lazy/identity-*');
    await who(p).getByRole('button', { name: 'Try again' }).click();
    await name(p).waitFor();
  });

  it('a comment of somebody known waits, and is sent when it can be', async () => {
    const p = await openWithoutRow();
    await field(p).fill('Second');
    await postButton(p).click();
    await comment(p, 'Second').getByText('Waiting for connection').waitFor();
    await p.unroute('**/lazy/identity-*');
    await p.reload();
    await comment(p, 'Second').getByRole('button', { name: 'Reply' }).waitFor();
  });
});
