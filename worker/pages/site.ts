/** The site that a request is about, when all it names is a page. */
import type { Db } from '../db';
import { type AppContext, checkOrigin, foreignOrigin, refuseOrigin } from '../request';
import { normalisePage } from './normalise';
import { type PageSiteRow, selectSite } from './store';

/** @throws Problem origin_not_allowed, url_invalid, url_not_http, url_too_long */
export async function findSiteOf(c: AppContext, db: Db, url: string, site: string | undefined): Promise<PageSiteRow> {
  const { host } = normalisePage(url);
  const originHost = foreignOrigin(c, host);
  const [row] = await db.all(selectSite(host, originHost));
  if (!row || (site !== undefined && site !== row.id)) throw refuseOrigin(host);
  checkOrigin(originHost, row.origin_site, row.id);
  return row;
}
