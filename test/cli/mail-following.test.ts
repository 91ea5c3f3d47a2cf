/** Following, by real mail: asked, confirmed, told at once, by digest, stopped by the mail client; each mail parsed by an independent reader. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Server, startServer } from '../../cli/server.ts';
import { type MailServer, type ReceivedMail, startMailServer } from '../mail-server.ts';

const PUBLIC = 'https://comments.following.example';
const PAGE = 'https://following.example/post';
const HOUR_MS = 3_600_000;

/** Addresses that the server refuses, and how. */
const refused = new Map<string, string>();
let mail: MailServer;
let server: Server;
let persistDir: string;
beforeAll(async () => {
  mail = await startMailServer({ onRecipient: (address) => refused.get(address) ?? null });
  persistDir = await mkdtemp(join(tmpdir(), 'afterword-following-'));
  server = await startServer({
    persistDir,
    assets: 'test/cli/assets',
    limits: { post: 100_000, read: 100_000 },
    sites: [{ id: 'following', name: 'Blog «of» Mika', hosts: ['following.example'] }],
    vars: {
      MAIL_URL: `smtp://127.0.0.1:${mail.port}`,
      MAIL_FROM: 'Comments <comments@following.example>',
      PUBLIC_URL: PUBLIC,
    },
  });
});
afterAll(async () => {
  await server?.kill();
  await mail?.stop();
  if (persistDir) await rm(persistDir, { recursive: true, force: true });
});

/** Where this worker answers what is asked at PUBLIC_URL. */
const here = (url: string) => server.url + url.slice(PUBLIC.length);
async function ask<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}\n${server.log()}`);
  return answer.json() as T;
}
const comment = (body: string, parent?: string) =>
  ask<{ id: string }>('/comments', {
    url: PAGE,
    title: 'Ünïcode & “quotes”',
    body,
    author: { name: 'Ada' },
    ...(parent && { parent }),
  });
async function runCron(time: number): Promise<void> {
  const query = new URLSearchParams({ cron: '* * * * *', time: String(time) });
  const answer = await fetch(`${server.url}/cdn-cgi/handler/scheduled?${query}`);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}
const header = ({ source }: ReceivedMail, name: string) =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(source)?.[1]?.replace(/\r\n[ \t]/g, ' ');
const linkIn = ({ parsed }: ReceivedMail, name: string): string =>
  here(new RegExp(`${PUBLIC}/api/v1/mail/${name}/[\\w.-]+`).exec(parsed.text ?? '')![0]);

it('a reader follows replies, agrees, is told, chooses a digest, and stops by one click of the mail client', async () => {
  const top = await comment('What do you think?');
  await ask('/subscriptions', { url: PAGE, comment: top.id, email: 'Mika@Reader.example', language: 'fr' });
  const [question] = await mail.until(1);
  expect(question!.to).toEqual(['Mika@reader.example']);
  expect(question!.parsed.subject).toContain('Blog «of» Mika');
  expect(header(question!, 'List-Unsubscribe')).toBeUndefined();
  const agree = linkIn(question!, 'confirm');
  expect((await fetch(agree)).status).toBe(200);
  await comment('Before it is confirmed', top.id);
  await runCron(Date.now());
  expect(mail.mails).toHaveLength(1);
  expect(await (await fetch(agree, { method: 'POST' })).text()).toContain('Merci');

  const reply = await comment('I think <b>so</b> & so', top.id);
  const told = (await mail.until(2))[1]!;
  expect(told.to).toEqual(['Mika@reader.example']);
  expect(told.parsed.subject).toContain('Ünïcode & “quotes”');
  expect(told.parsed.text).toContain('I think <b>so</b> & so');
  expect(told.parsed.html).toContain('I think &lt;b&gt;so&lt;/b&gt; &amp; so');
  expect(told.parsed.html).toContain(`${PAGE}#comment-${reply.id}`);
  expect(told.parsed.html).toContain('lang="fr"');
  expect(told.parsed.messageId).toMatch(/@comments\.following\.example>$/);
  expect(header(told, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');

  const preferences = linkIn(told, 'preferences');
  const choice = new URLSearchParams({ do: 'save', frequency: 'hourly', language: 'fr' });
  expect((await fetch(preferences, { method: 'POST', body: choice })).status).toBe(200);
  await comment('First of the hour', top.id);
  await comment('Second of the hour', top.id);
  await runCron(Date.now());
  expect(mail.mails).toHaveLength(2);
  await runCron(Date.now() + HOUR_MS);
  const digest = (await mail.until(3))[2]!;
  expect(digest.parsed.text).toMatch(/First of the hour[\s\S]*Second of the hour/);

  const [, oneClick] = /<(https:[^>]+)>/.exec(header(digest, 'List-Unsubscribe') ?? '')!;
  const stopped = await fetch(here(oneClick!), {
    method: 'POST',
    body: 'List-Unsubscribe=One-Click',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    redirect: 'error',
  });
  expect(stopped.status).toBe(200);
  await comment('After that', top.id);
  await runCron(Date.now() + 3 * HOUR_MS);
  expect(mail.mails).toHaveLength(3);
  expect(mail.mails.every(({ parsed }) => parsed.text && parsed.html && parsed.attachments.length === 0)).toBe(true);
});

it('an address that exists no more gets no mail any more; one that is refused for another reason does', async () => {
  const top = await comment('Who is there?');
  const readers = new Map<string, string>();
  for (const email of ['gone@reader.example', 'choosy@reader.example']) {
    const count = mail.mails.length;
    await ask('/subscriptions', { url: PAGE, comment: top.id, email });
    const question = (await mail.until(count + 1))[count]!;
    const page = await (await fetch(linkIn(question, 'confirm'), { method: 'POST' })).text();
    readers.set(email, server.url + /action="([^"]+preferences[^"]+)"/.exec(page)![1]!);
  }
  refused.set('gone@reader.example', '550 5.1.1 Nobody here').set('choosy@reader.example', '554 5.7.1 Not from you');
  await comment('Is anybody?', top.id);
  const said = async (email: string) => (await fetch(readers.get(email)!)).text();
  const failed = async () => {
    const headers = { Authorization: `Bearer ${server.secrets.ADMIN_TOKEN}` };
    const answer = await fetch(`${server.url}/api/v1/admin/deliveries?site=following&status=dead`, { headers });
    return ((await answer.json()) as { deliveries: object[] }).deliveries.length;
  };
  await expect.poll(failed, { timeout: 10_000 }).toBe(2);
  expect(await said('gone@reader.example')).toContain('came back');
  expect(await said('choosy@reader.example')).not.toContain('came back');
});
