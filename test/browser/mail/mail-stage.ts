/** A blog, an Afterword that sends mail, and the mail server that it sends by, all on this machine. */

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server, startServer } from '../../../cli/server.ts';
import { hostOfOrigin } from '../../../cli/site-sql.ts';
import type { Comment } from '../../../worker/contract.ts';
import { type MailServer, type ReceivedMail, startMailServer } from '../../mail-server.ts';
import { type Blog, startBlog } from '../login/blog.ts';

export interface MailStage {
  blog: Blog;
  mail: MailServer;
  server: Server;
  /** The newest mail to an address; waits for one that was not looked at. */
  mailTo(address: string): Promise<ReceivedMail>;
  /** Somebody else's comment. */
  postAsOwner(url: string, body: string, parent?: string): Promise<Comment>;
  approve(id: string): Promise<void>;
  close(): Promise<void>;
}

/** @param scripts where embed.js is */
export async function startMailStage(scripts: string): Promise<MailStage> {
  const persistDir = await mkdtemp(join(tmpdir(), 'afterword-by-mail-'));
  const noBundles = join(persistDir, 'no-bundles');
  await mkdir(noBundles);
  const [blog, mail, port] = await Promise.all([startBlog(), startMailServer(), findPort()]);
  const server = await startServer({
    persistDir,
    port,
    assets: noBundles,
    limits: { post: 100_000, read: 100_000 },
    sites: [{ id: 'blog', name: 'A pot of tea', hosts: [hostOfOrigin(blog.origin)], settings: { attackAfter: 0 } }],
    vars: {
      PUBLIC_URL: `http://localhost:${port}`,
      MAIL_URL: `smtp://127.0.0.1:${mail.port}`,
      MAIL_FROM: 'A pot of tea <notices@tea.example>',
    },
  });
  blog.embed(`${scripts}/embed.js`, `${server.url}/api/v1`);
  const ask = async <T>(path: string, body: object): Promise<T> => {
    const headers = {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${server.secrets.ADMIN_TOKEN}`,
      'Idempotency-Key': crypto.randomUUID(),
    };
    const answer = await fetch(`${server.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const seen = new Set<ReceivedMail>();
  return {
    blog,
    mail,
    server,
    async mailTo(address) {
      for (;;) {
        const found = mail.mails.find((each) => each.to.includes(address) && !seen.has(each));
        if (found) {
          seen.add(found);
          return found;
        }
        await mail.until(mail.mails.length + 1);
      }
    },
    postAsOwner: (url, body, parent) => ask('/comments', { url, body, parent, author: { name: 'Mika' } }),
    // Whoever types as fast as this test does may have to wait for a moderator.
    approve: async (id) => void (await ask('/admin/decisions', { action: 'approve', ids: [id] })),
    async close() {
      await Promise.all([server.kill(), mail.stop(), blog.close()]);
      await rm(persistDir, { recursive: true, force: true });
    },
  };
}

/** The links in mails name it, so it is known before the server starts. */
export async function findPort(): Promise<number> {
  const holder = createServer();
  await new Promise<void>((ready) => holder.listen(0, '127.0.0.1', ready));
  const { port } = holder.address() as AddressInfo;
  await new Promise((done) => holder.close(done));
  return port;
}
