/** The key of a device: made when it is needed, kept where no script can read it, and the same until the browser forgets it. */
import type { Page, Response } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Comment } from '../../../worker/contract.ts';
import { OTHER_HOST } from '../global-setup.ts';
import { freshPath, useBrowser } from '../harness.ts';

const { open } = useBrowser();
const html =
  '<!doctype html><html lang="en"><title>A page</title><body><script src="{server}/embed.js" async></script></body></html>';

const field = (p: Page) => p.getByRole('textbox', { name: /write a response/i });

/** @param name null: it is known already */
async function write(p: Page, text: string, name: string | null = 'Noor'): Promise<void> {
  await field(p).click();
  if (name !== null) await p.getByRole('textbox', { name: 'Name' }).fill(name);
  await field(p).fill(text);
}

/** @returns what the server answered, and the proof that was sent */
async function send(p: Page) {
  const isPosted = (answer: Response) => /\/comments\??$/.test(answer.url()) && answer.status() === 201;
  const answered = p.waitForResponse(isPosted, { timeout: 25_000 });
  // At once, also in a tab that is not in front.
  await p
    .locator('afterword-thread form')
    .first()
    .evaluate((form: HTMLFormElement) => form.requestSubmit());
  const answer = await answered;
  return { comment: (await answer.json()) as Comment, proof: answer.request().headers().dpop };
}

async function post(p: Page, text: string, name?: string | null) {
  await write(p, text, name);
  return send(p);
}

/** The stored key; undefined when there is none. */
const readKey = (p: Page) =>
  p.evaluate(async () => {
    const settle = <T>(request: IDBRequest<T>) =>
      new Promise<T>((done, fail) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
      });
    if (!(await indexedDB.databases()).some(({ name }) => name === 'afterword')) return undefined;
    const db = await settle(indexedDB.open('afterword'));
    const pair: CryptoKeyPair | undefined = await settle(db.transaction('keys').objectStore('keys').get('own'));
    if (!pair) return undefined;
    const { extractable, usages } = pair.privateKey;
    const { x } = await crypto.subtle.exportKey('jwk', pair.publicKey);
    const stolen = await crypto.subtle.exportKey('pkcs8', pair.privateKey).catch((error: Error) => error.name);
    return { extractable, usages, x, stolen: typeof stolen === 'string' ? stolen : 'read' };
  });

describe('the key', () => {
  it('is made with the first comment, cannot be read, and signs what follows after a reload', async () => {
    const { page: p } = await open(freshPath('key'), { html });
    await field(p).click();
    await p.getByRole('textbox', { name: 'Name' }).waitFor();
    expect(await readKey(p)).toBeUndefined();
    const first = await post(p, 'One');
    const key = await readKey(p);
    expect(key).toMatchObject({ extractable: false, usages: ['sign'], stolen: 'InvalidAccessError' });
    await p.reload();
    const second = await post(p, 'Two', null);
    expect((await readKey(p))?.x).toBe(key?.x);
    expect(first.comment.author.id).toMatch(/^[\w-]{12}$/);
    expect(second.comment.author).toEqual(first.comment.author);
    expect(second.proof).not.toBe(first.proof);
  });

  it('is one for two tabs that begin at once, and for every page of the site', async () => {
    const { page: p } = await open(freshPath('tabs'), { html });
    const other = await p.context().newPage();
    const url = new URL(freshPath('tabs'), p.url()).href;
    await p
      .context()
      .route(url, (route) => route.fulfill({ contentType: 'text/html', body: html.replace('{server}', '') }));
    await other.goto(url);
    // Once one tab knows who writes, so does the other: both are asked before.
    await write(p, 'One');
    await write(other, 'Two');
    const [one, two] = await Promise.all([send(p), send(other)]);
    expect(two.comment.author.id).toBe(one.comment.author.id);
  });

  it('is another on another device', async () => {
    const url = freshPath('devices');
    const [one, two] = [await open(url, { html }), await open(url, { html })];
    const [first, second] = [await post(one.page, 'One'), await post(two.page, 'Two')];
    expect(first.comment.author.id).not.toBe(second.comment.author.id);
  });

  it('lives as long as the page where nothing can be kept', async () => {
    const { page: p } = await open('about:blank');
    await p.addInitScript(() => {
      Object.defineProperty(window, 'indexedDB', { value: undefined });
    });
    const url = new URL(freshPath('private'), (await open('/')).page.url()).href;
    await p.route(url, (route) => route.fulfill({ contentType: 'text/html', body: html.replace('{server}', '') }));
    await p.goto(url);
    const first = await post(p, 'One');
    await field(p).waitFor();
    const second = await post(p, 'Two', null);
    expect(first.comment.author.id).toMatch(/^[\w-]{12}$/);
    expect(second.comment.author.id).toBe(first.comment.author.id);
  });

  it('signs by the server’s clock when the device’s is wrong', async () => {
    const { page: p } = await open('about:blank');
    await p.clock.setSystemTime(Date.now() - 86_400_000);
    const url = new URL(freshPath('clock'), (await open('/')).page.url()).href;
    await p.route(url, (route) => route.fulfill({ contentType: 'text/html', body: html.replace('{server}', '') }));
    await p.goto(url);
    const refused: number[] = [];
    p.on('response', (answer) => answer.status() === 401 && refused.push(401));
    const first = await post(p, 'Late');
    const second = await post(p, 'Still late', null);
    expect(first.comment.author.id).toBe(second.comment.author.id);
    expect(refused).toHaveLength(1);
  });
});

describe('a page without https', () => {
  it('posts without a key, and says what is not possible', async () => {
    const { page: p } = await open(`http://${OTHER_HOST}${freshPath('plain')}`, { html });
    expect(await p.evaluate(() => window.isSecureContext)).toBe(false);
    await field(p).click();
    await p.getByText('Editing and voting need https').waitFor();
    const { comment, proof } = await post(p, 'Plain');
    expect(proof).toBeUndefined();
    expect(comment.author).toMatchObject({ id: null, name: 'Noor' });
    await p.locator('[part=body]', { hasText: 'Plain' }).waitFor();
  });
});
