/** Pages with many comments, put straight into our database before its server starts. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../cli/root.ts';
import { newId } from '../../worker/ids.ts';
import { loadRenderer, makeComments } from './comments.ts';
import { insertRows, withDatabase } from './database.ts';

export interface PageInput {
  url: string;
  comments: number;
  /** Only branches that come whole with the thread. */
  short?: boolean;
}

/** The schema and the site must be there. */
export async function fillPages(persistDir: string, siteId: string, pages: PageInput[]): Promise<void> {
  const renderer = await loadRenderer();
  // A copy, because wrangler reads the .dev.vars beside its configuration, and says so.
  const config = join(persistDir, 'fill.toml');
  await copyFile(join(ROOT, 'wrangler.toml'), config);
  await withDatabase(config, persistDir, async (db) => {
    for (const [i, { url, comments: count, short = false }] of pages.entries()) {
      const createdAt = Date.parse('2026-01-01T00:00:00Z') + i;
      const id = newId(createdAt, new Uint8Array(16));
      const title = 'What small thing made your day?';
      const page = { id, site_id: siteId, key: url, url, title, count, version: count, created_at: createdAt };
      await insertRows(db, 'pages', [page]);
      await insertRows(db, 'comments', makeComments({ count, pageId: id, seed: i + 1, short }, renderer));
    }
  });
}
