/** An Afterword that sends mail and webhooks, with whoever gets them, and its console: all on this machine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { inject } from 'vitest';
import { startServer } from '../../../cli/server.ts';
import { type MailServer, startMailServer } from '../../mail-server.ts';
import type { Opened, OpenOptions } from '../harness.ts';
import { findPort } from '../mail/mail-stage.ts';
import { signIn } from './admin.ts';

/** Where webhooks are believed to go. */
export const HOOK_ORIGIN = 'https://hooks.example';
export const SITE = 'tea';
/** The mail server knows nobody of this name. */
export const UNKNOWN = 'nobody@mail.example';

export interface NoticesStage {
  url: string;
  mail: MailServer;
  /** What came to the webhook; from now on it answers `status`. */
  hook: { got: { path: string; body: string }[]; status: number };
  /** As an owner's tool. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** A reader writes. @returns its id */
  write(body: string): Promise<string>;
  openConsole(open: Open, options?: OpenOptions): Promise<Page>;
  close(): Promise<void>;
}
type Open = (url: string, options?: OpenOptions) => Promise<Opened>;

export async function startNoticesStage(): Promise<NoticesStage> {
  const persistDir = await mkdtemp(join(tmpdir(), 'afterword-notices-'));
  const hook: NoticesStage['hook'] = { got: [], status: 200 };
  const receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    hook.got.push({ path: request.url ?? '', body });
    response.writeHead(hook.status).end(hook.status === 200 ? 'Thanks' : 'I am ill');
  });
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready));
  const onRecipient = (address: string) => (address === UNKNOWN ? '550 5.1.1 No such mailbox' : null);
  const [mail, port] = await Promise.all([startMailServer({ onRecipient }), findPort()]);
  const at = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const server = await startServer({
    persistDir,
    port,
    assets: join(inject('server').persistDir, 'dist'),
    limits: { post: 100_000, read: 100_000 },
    sites: [{ id: SITE, name: 'A pot of tea', hosts: ['tea.example'], settings: { hold: true, attackAfter: 0 } }],
    vars: {
      PUBLIC_URL: `http://localhost:${port}`,
      MAIL_URL: `smtp://127.0.0.1:${mail.port}`,
      MAIL_FROM: 'A pot of tea <notices@tea.example>',
      PROVIDER_ORIGINS: JSON.stringify({ [HOOK_ORIGIN]: at }),
    },
  });
  const headers = { Authorization: `Bearer ${server.secrets.ADMIN_TOKEN}`, 'Content-Type': 'application/json' };
  async function send<T>(method: string, path: string, body: unknown, more: Record<string, string>): Promise<T> {
    const init = { method, headers: more, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${server.url}/api/v1${path}`, init);
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
  return {
    url: server.url,
    mail,
    hook,
    ask: (method, path, body) => send(method, `/admin${path}`, body, headers),
    async write(body) {
      const comment = { url: 'https://tea.example/post', title: 'A post', body, author: { name: 'Mika' } };
      const guest = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
      return (await send<{ id: string }>('POST', '/comments', comment, guest)).id;
    },
    async openConsole(open, options) {
      const { page } = await open(`${server.url}/console/`, options);
      await page.evaluate((id) => localStorage.setItem('afterword:console:site', id), SITE);
      await signIn(page, server.secrets.ADMIN_TOKEN);
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      await page.goto(`${server.url}/console/#/notices`);
      await page.getByRole('heading', { name: 'Notices' }).waitFor();
      return page;
    },
    async close() {
      receiver.closeAllConnections();
      await Promise.all([server.kill(), mail.stop(), new Promise((done) => receiver.close(done))]);
      await rm(persistDir, { recursive: true, force: true });
    },
  };
}
