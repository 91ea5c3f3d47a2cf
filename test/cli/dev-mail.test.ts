/** The mailbox of `npm start`: what it is sent becomes a file, and is looked at through the worker. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Mailbox, startMailbox } from '../../cli/dev-mail.ts';
import { type Server, startServer } from '../../cli/server.ts';

let folder: string;
let persistDir: string;
let mailbox: Mailbox;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afterword-mailbox-'));
  persistDir = await mkdtemp(join(tmpdir(), 'afterword-cli-'));
  mailbox = await startMailbox(folder);
  server = await startServer({ persistDir, assets: 'test/cli/assets', vars: { DEV_MAIL: mailbox.webUrl } });
});
afterAll(async () => {
  await mailbox?.stop();
  await server?.kill();
  for (const path of [folder, persistDir]) await rm(path, { recursive: true, force: true });
});

const get = async (path: string) => {
  const answer = await fetch(`${server.url}${path}`);
  return { status: answer.status, csp: answer.headers.get('Content-Security-Policy'), text: await answer.text() };
};

/** @returns its id */
async function deliver(mail: { subject: string; text: string; html: string }): Promise<string> {
  const before = new Set(await readdir(folder));
  await createTransport(mailbox.smtpUrl).sendMail({ from: 'blog@localhost', to: 'ada@reader.example', ...mail });
  const [file] = (await readdir(folder)).filter((name) => !before.has(name));
  return file!.replace('.eml', '');
}

describe('the mailbox', () => {
  it('keeps each mail as a file, and lists the newest first', async () => {
    const first = await deliver({ subject: 'One', text: 'Hello', html: '<p>Hello' });
    const second = await deliver({ subject: 'Two', text: 'Hello', html: '<p>Hello' });
    expect(await readFile(join(folder, `${first}.eml`), 'utf8')).toMatch(/^Subject: One\r$/m);
    const { status, text } = await get('/dev/mail');
    expect(status).toBe(200);
    expect(text.indexOf(`/dev/mail/${second}"`)).toBeGreaterThan(0);
    expect(text.indexOf(`/dev/mail/${first}"`)).toBeGreaterThan(text.indexOf(`/dev/mail/${second}"`));
  });

  it('shows HTML in a frame that runs and fetches nothing, text, headers and source', async () => {
    const html =
      '<!doctype html><html><head><title>x</title></head><body><script>alert(1)</script><a href="https://a.example/">x</a>';
    const id = await deliver({ subject: '<script>alert(2)</script>', text: '<b>plain</b>', html });
    const page = await get(`/dev/mail/${id}`);
    expect(page.text).toContain('&#60;b&#62;plain&#60;/b&#62;');
    expect(page.text).toContain('To: ada@reader.example');
    expect(page.text).not.toContain('<script');
    expect(page.text).toMatch(/<iframe [^>]*sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    expect(page.csp).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; frame-src 'self';/);
    const frame = await get(`/dev/mail/${id}/html`);
    expect(frame.csp).toMatch(/^default-src 'none'; style-src 'unsafe-inline'; img-src data:;.* sandbox allow-popups/);
    expect(frame.text).toContain('<head><base target="_blank">');
    expect((await get(`/dev/mail/${id}/source`)).text).toMatch(/^From: blog@localhost\r$/m);
  });

  it.each(['/dev/mail/1', '/dev/mail/..%2f..%2fpackage', '/dev/mail//elsewhere.example/', '/dev/mail/%2e%2e/secrets'])(
    '%s is nothing',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});
