/** What a feed is of: a site, a page, or what is below a comment, and its rows, in one D1 round trip. */

import { parseSettings } from '../admin/settings';
import { presentComment, presentPage } from '../comments/present';
import { FEED_ENTRIES, type FeedQuery } from '../contract-feeds';
import type { Db } from '../db';
import { normalisePage } from '../pages/normalise';
import { type HeadRow, refOf, selectHead } from '../pages/store';
import { Problem } from '../problem';
import { refuseOrigin } from '../request';
import { commentAddress, webAddress } from '../web-address';
import { type Feed, nameOfPage, titleFeed, urnOf } from './feed';
import {
  type EntryOnPageRow,
  type EntryRow,
  type FeedSiteRow,
  type SubjectRow,
  selectBelow,
  selectFeedSite,
  selectOfPage,
  selectOfSite,
  selectSubject,
} from './feeds-store';

/** One more than fit tells that there are more. */
const ROWS = FEED_ENTRIES + 1;

export interface Found extends Pick<Feed, 'title' | 'home'> {
  /** null: by its own address. */
  id: string | null;
  /** In any order. */
  rows: EntryRow[];
  /** `site version.page id.page version`; null: nobody keeps one. When it is the known one, `rows` were not read. */
  version: string | null;
  /** When it was last changed, if nothing is in it, epoch ms. */
  since: number;
}

/** @param known the version that whoever asks has @throws Problem invalid_request, not_found, origin_not_allowed, and as normalisePage */
export function findFeed(db: Db, q: FeedQuery, known: string | null): Promise<Found> {
  if (q.comment !== undefined) return findBelow(db, q, q.comment, known);
  if (q.url !== undefined) return findOnPage(db, q, q.url, known);
  if (q.page_id !== undefined) throw new Problem('invalid_request', 'url: is missing.', { field: 'url' });
  if (q.site !== undefined) return findOnSite(db, q, q.site);
  throw new Problem('invalid_request', 'site: is missing, or url, or comment.', { field: 'site' });
}

async function findOnSite(db: Db, q: FeedQuery, siteId: string): Promise<Found> {
  const [sites, entries] = await db.batch(selectFeedSite(siteId), selectOfSite(siteId, cursorOf(q), ROWS));
  const site = sites!.rows[0] as FeedSiteRow | undefined;
  if (!site) throw new Problem('not_found');
  const rows = entries!.rows as EntryRow[];
  const page = webAddress(rows[0]?.page_url ?? null);
  const home = page === null ? null : `${new URL(page).origin}/`;
  return { id: null, title: titleFeed(site.name), home, rows, version: null, since: site.created_at };
}

async function findOnPage(db: Db, q: FeedQuery, url: string, known: string | null): Promise<Found> {
  const address = normalisePage(url);
  const ref = refOf(address, q.page_id);
  const [heads, entries] = await db.batch(selectHead(ref, null), selectOfPage(ref, cursorOf(q), ROWS, known));
  const head = heads!.rows[0] as HeadRow | undefined;
  if (!head || (q.site !== undefined && q.site !== head.site_id)) throw refuseOrigin(ref.host);
  const page = presentPage(head, address.url, parseSettings(head.settings), 0);
  return {
    id: page.id === null ? page.url : urnOf(page.id),
    title: titleFeed(nameOfPage(page.title, page.url)),
    home: webAddress(page.url),
    rows: (entries!.rows as EntryOnPageRow[]).map((row) => ({ ...row, page_url: page.url, page_title: page.title })),
    version: `${head.site_version}.${page.id ?? 0}.${head.page_version ?? 0}`,
    since: page.id === null ? 0 : head.page_created_at!,
  };
}

async function findBelow(db: Db, q: FeedQuery, id: string, known: string | null): Promise<Found> {
  if (q.url !== undefined || q.site !== undefined || q.page_id !== undefined)
    throw new Problem('invalid_request', 'comment: stands alone.', { field: 'comment' });
  // Only one of the last two finds anything: the first for a top-level comment, the second for one inside a branch.
  const [subjects, branch, part] = await db.batch(selectSubject(id), ...selectBelow(id, cursorOf(q), ROWS, known));
  const subject = subjects!.rows[0] as SubjectRow | undefined;
  if (!subject) throw new Problem('not_found');
  const { page_url, page_title, version } = subject;
  const { author, createdAt } = presentComment(subject, '');
  const page = nameOfPage(page_title, page_url);
  const rows = [...branch!.rows, ...part!.rows] as EntryOnPageRow[];
  return {
    // Not the comment's own: the feed is another thing.
    id: `${urnOf(id)}#replies`,
    title: titleFeed(author.name === '' ? page : `${author.name} · ${page}`),
    home: commentAddress(page_url, id),
    rows: rows.map((row) => ({ ...row, page_url, page_title })),
    version,
    since: Date.parse(createdAt),
  };
}

const cursorOf = ({ after, before }: FeedQuery) => ({ after, before });
