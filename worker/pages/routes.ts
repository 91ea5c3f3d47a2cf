/** HTTP of pages: how many comments each has, reactions (react.ts), and running them (admin.ts, merge.ts). */
import { Hono } from 'hono';
import { type Counts, CountsQuery } from '../contract';
import { parseQuery } from '../parse';
import { Problem } from '../problem';
import { type AppEnv, checkOrigin, foreignOrigin, openDb } from '../request';
import { changePage, listDuplicates, listPages, movePage } from './admin';
import { mergePage } from './merge';
import { normalisePage } from './normalise';
import { reactToPage } from './react';
import { selectCounts, selectOrigin } from './store';

/** Counts may lag a little: browsers keep them this long. */
const COUNTS_TTL_S = 60;

export const pages = new Hono<AppEnv>()
  .put('/reaction', reactToPage)
  .get('/admin/pages', listPages)
  .get('/admin/pages/duplicates', listDuplicates)
  .patch('/admin/pages/:id', changePage)
  .post('/admin/pages/:id/move', movePage)
  .post('/admin/pages/:id/merge', mergePage)
  .get('/counts', async (c) => {
    const q = parseQuery(CountsQuery, new URL(c.req.url).searchParams, ['url', 'page_id']);
    if (q.url.length + q.page_id.length === 0)
      throw new Problem('invalid_request', 'url: is missing.', { field: 'url' });
    if (q.page_id.length > 0 && q.site === undefined)
      throw new Problem('invalid_request', 'site: is needed with page_id.', { field: 'site' });
    const refs = [
      ...q.url.map((url, i) => normaliseAt(url, i)),
      ...q.page_id.map((id) => ({ host: null, key: `#${id}`, exact: `#${id}` })),
    ];
    const originHost = foreignOrigin(c, null);
    const db = openDb(c);
    const [counts, origin] = await db.batch(selectCounts(refs, q.site ?? null), selectOrigin(originHost ?? ''));
    // Whichever site's page asks: numbers that everybody can read on the pages themselves.
    const asking = (origin!.rows[0] as { site_id: string } | undefined)?.site_id ?? null;
    checkOrigin(originHost, asking, asking ?? '');
    c.header('Cache-Control', `public, max-age=${COUNTS_TTL_S}`);
    return c.json({ counts: (counts!.rows as { count: number }[]).map((row) => row.count) } satisfies Counts);
  });

function normaliseAt(url: string, i: number) {
  try {
    const { host, key, exact } = normalisePage(url);
    return { host, key, exact };
  } catch (error) {
    if (error instanceof Problem)
      throw new Problem(error.code, `url ${i + 1}: ${error.message}`, { field: `url.${i}` });
    throw error;
  }
}
