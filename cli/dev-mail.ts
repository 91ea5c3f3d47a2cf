/**
 * The mailbox of `npm start`: takes every mail the local worker sends, keeps each as a file that any mail program opens, and hands
 * none on. The worker shows it at /dev/mail; what that looks like, dev-mail-pages.ts knows.
 */
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { type KeptMail, listPage, mailHtml, mailPage, PAGE_CSP } from './dev-mail-pages.ts';

/** How many are listed. */
const LISTED = 100;
const ID = /^\d{13}-\d{3}$/;

export interface Mailbox {
  /** For MAIL_URL. */
  smtpUrl: string;
  /** For DEV_MAIL. */
  webUrl: string;
  stop(): Promise<void>;
}

/** @param folder where mails are kept, made when missing */
export async function startMailbox(folder: string): Promise<Mailbox> {
  await mkdir(folder, { recursive: true });
  let last = '';
  const nextId = () => {
    const now = String(Date.now());
    const number = last.startsWith(now) ? Number(last.slice(14)) + 1 : 0;
    last = `${now}-${String(number).padStart(3, '0')}`;
    return last;
  };
  const smtp = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(null, { user: 'anybody' }),
    onData: (stream, _session, done) => {
      keep(stream, join(folder, `${nextId()}.eml`)).then(
        () => done(null),
        (error: Error) => done(error),
      );
    },
  });
  // Whoever breaks off in the middle of a mail tries again.
  smtp.on('error', () => {});
  const web = createServer((request, response) => {
    answer(folder, request.url ?? '/')
      .catch(() => ({ status: 500, type: 'text/plain', body: 'This mail cannot be read.', csp: PAGE_CSP }))
      .then(({ status, type, body, csp }) => {
        response.writeHead(status, {
          'Content-Type': `${type}; charset=utf-8`,
          'Content-Security-Policy': csp,
          'X-Content-Type-Options': 'nosniff',
          'Cache-Control': 'no-store',
        });
        response.end(body);
      });
  });
  const [smtpPort, webPort] = await Promise.all([
    listen(smtp.listen(0, '127.0.0.1') as Server),
    listen(web.listen(0, '127.0.0.1')),
  ]);
  return {
    smtpUrl: `smtp://localhost:${smtpPort}`,
    webUrl: `http://localhost:${webPort}`,
    async stop() {
      web.closeAllConnections();
      await Promise.all([new Promise<void>((done) => smtp.close(done)), new Promise((done) => web.close(done))]);
    },
  };
}

async function listen(server: Server): Promise<number> {
  if (!server.listening) await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function keep(stream: AsyncIterable<unknown>, path: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  await writeFile(path, Buffer.concat(chunks));
}

interface Page {
  status: number;
  type: string;
  body: string | Buffer;
  csp: string;
}

/** `/` all, `/ID` one, `/ID/html` its HTML for the frame, `/ID/source` its file. */
async function answer(folder: string, url: string): Promise<Page> {
  const { pathname } = new URL(`http://localhost${url}`);
  const [, id = '', part = ''] = pathname.split('/');
  const page = (body: string, status = 200): Page => ({ status, type: 'text/html', body, csp: PAGE_CSP });
  if (pathname === '/') return page(listPage(await listMails(folder)));
  const path = join(folder, `${id}.eml`);
  const source = ID.test(id) ? await readFile(path).catch(() => null) : null;
  if (source === null) return page(listPage([]), 404);
  if (part === 'source') return { status: 200, type: 'text/plain', body: source, csp: PAGE_CSP };
  const mail = await read(id, source);
  if (part === 'html') return { status: 200, type: 'text/html', ...mailHtml(mail) };
  return page(mailPage(mail, source.toString('latin1')));
}

async function listMails(folder: string): Promise<KeptMail[]> {
  const ids = (await readdir(folder)).filter((name) => name.endsWith('.eml')).map((name) => name.slice(0, -4));
  const newest = ids
    .filter((id) => ID.test(id))
    .sort()
    .reverse()
    .slice(0, LISTED);
  return Promise.all(newest.map(async (id) => read(id, await readFile(join(folder, `${id}.eml`)))));
}

async function read(id: string, source: Buffer): Promise<KeptMail> {
  const {
    subject = '',
    from,
    to,
    date,
    text = '',
    html,
  } = await simpleParser(source, {
    skipHtmlToText: true,
    skipTextToHtml: true,
  });
  const addressees = Array.isArray(to) ? to.map((part) => part.text).join(', ') : (to?.text ?? '');
  return { id, subject, from: from?.text ?? '', to: addressees, date, text, html: html || '' };
}
