/** A server with a page that readers follow, and posts to it. */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { applySchema } from '../../cli/database.ts';
import { type Server, startServer } from '../../cli/server.ts';
import { siteSql } from '../../cli/site-sql.ts';
import type { ScriptedServer } from '../mail-server.ts';
import { ask } from './load.ts';

const PAGE = '01jz0000000000000000000000';
const HOST = 'bench.example';
const SITE = { id: 'bench', name: 'Bench', hosts: [HOST], settings: { attackAfter: 0 } };

/** A server with a page that so many follow. @param mail where its mails go, or null: nowhere */
export async function startFollowed(
  persistDir: string,
  mail: ScriptedServer | null,
  followers: number,
): Promise<Server> {
  await mkdir(persistDir);
  const id = "'01jz' || printf('%022d', i)";
  const sql = `${siteSql(SITE, 0)}
    INSERT INTO pages (id, site_id, key, url, title, created_at)
      VALUES ('${PAGE}', '${SITE.id}', 'https://${HOST}/', 'https://${HOST}/', 'A page', 0);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${followers})
      INSERT INTO recipients (id, site_id, role, email, state, frequency, language, asked_at, created_at)
      SELECT ${id}, '${SITE.id}', 'reader', 'reader' || i || '@reader.example', 'active', 'instant', 'en', 0, 0 FROM n WHERE ${followers} > 0;
    INSERT INTO subscriptions (topic, recipient_id, created_at) SELECT '${PAGE}', id, 0 FROM recipients;`;
  await applySchema({ persistDir }, sql);
  return startServer({
    persistDir,
    assets: 'test/cli/assets',
    main: 'test/fixtures/notify-worker.ts',
    limits: { post: 1_000_000, read: 1_000_000 },
    sites: [SITE],
    vars: {
      PUBLIC_URL: `https://comments.${HOST}`,
      ...(mail && { MAIL_URL: `smtp://127.0.0.1:${mail.port}`, MAIL_FROM: `Bench <comments@${HOST}>` }),
    },
  });
}

/** By the owner, whom nobody judges. */
const postTo = ({ url, secrets }: Server) => ({
  url: `${url}/api/v1/comments`,
  method: 'POST',
  headers: {
    Authorization: `Bearer ${secrets.ADMIN_TOKEN}`,
    'Content-Type': 'application/json',
    'Idempotency-Key': randomUUID(),
  },
  body: JSON.stringify({ url: `https://${HOST}/`, author: { name: 'Ada' }, body: 'The first sun for a week.' }),
});

export async function post(server: Server): Promise<void> {
  const answer = await ask(postTo(server));
  if (answer.status !== 201) throw new Error(`Posting answered ${answer.status}: ${answer.body}`);
}
