/** The mailer in a real workerd, asked from here. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Server, startServer } from '../../cli/server.ts';
import type { Mail } from '../../worker/notify/mail/mail.ts';
import type { Outcome } from '../../worker/notify/outbox/outcome.ts';
import { type Authority, makeAuthority } from '../certificates.ts';

export const authority: Authority = makeAuthority();

let server: Server;
beforeAll(async () => {
  // Wrangler hands it on to workerd.
  process.env.NODE_EXTRA_CA_CERTS = authority.file;
  const persistDir = await mkdtemp(join(tmpdir(), 'afterword-mail-'));
  server = await startServer({ persistDir, assets: 'test/cli/assets', main: 'test/fixtures/mail-worker.ts' });
});
afterAll(async () => {
  await server?.kill();
  // What failed where nobody waited for it would stand there.
  expect(server?.log() ?? '').not.toMatch(/uncaught|unhandled|MaxListeners/i);
  if (server) await rm(server.persistDir, { recursive: true, force: true });
});

/** @returns what came of each, in one run */
export async function sendMails(vars: Record<string, string>, ...mails: Mail[]): Promise<Outcome[]> {
  const all = { MAIL_FROM: 'Blog <blog@blog.example>', PUBLIC_URL: 'https://comments.blog.example', ...vars };
  const answer = await fetch(server.url, { method: 'POST', body: JSON.stringify({ vars: all, mails }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}\n${server.log()}`);
  return JSON.parse(text) as Outcome[];
}

export const mailTo = (to: string, more: Partial<Mail> = {}): Mail => ({
  id: 'reply.1',
  to,
  subject: 'Hello',
  text: 'Hello',
  html: '<p>Hello</p>',
  ...more,
});
