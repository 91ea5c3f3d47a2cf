/** Mails to moderators: what each is told (news.ts), with what, as letters. One or two round trips for a whole run. */

import type { About } from '../../contract-notify';
import type { DeliveryRow } from '../../db';
import type { Bindings } from '../../env';
import { parseFindings } from '../../moderation/queue/present';
import { commentAddress } from '../../web-address';
import type { ModeratorItem, Shell } from '../letters/letter';
import { writeModerator, writeModeratorDigest } from '../letters/moderator';
import type { Composed, Delivering } from '../outbox/kinds';
import { readerLinks } from '../subscriptions/reader-links';
import { linkToConsole, linkToDecide } from './addresses';
import { findDigestNews, findNews } from './news';
import {
  type Asked,
  countWaiting,
  deleteItems,
  type ItemRow,
  insertItems,
  MANY,
  type NoticeRow,
  selectItems,
  selectNotices,
} from './notices-store';

/** How many comments a digest shows, and how many of it are looked at. */
const SHOWN = 12;
const LOOKED_AT = 500;
const HOUR_MS = 3_600_000;

/** Of single comments, at once; where they come by the dozen, what comes is put together instead, so that a flood fills no mailbox. */
export async function composeModerator(
  { env, db, now }: Delivering,
  rows: DeliveryRow[],
): Promise<(Composed | null)[]> {
  const found = await db.all(selectNotices(rows.map((row) => [row.target, row.subject, row.created_at])));
  const news = rows.map((row, place): News | null => {
    const notice = found.find((each) => each.place === place);
    const about = notice && findNews(notice, { type: row.type, at: row.created_at });
    return about ? { notice, about } : null;
  });
  const many = news.filter((each) => each !== null && isOneOfMany(each)) as News[];
  if (many.length > 0)
    await db.batch(
      ...insertItems(
        many.map(({ notice }) => [notice.recipient_id, notice.id]),
        now - (now % HOUR_MS) + HOUR_MS,
      ),
    );
  return Promise.all(
    rows.map((row, i) => {
      const each = news[i];
      return each && !isOneOfMany(each) ? composeOne(env, now, row, each) : null;
    }),
  );
}

interface News {
  notice: NoticeRow;
  about: About;
}
const isOneOfMany = ({ notice, about }: News): boolean =>
  (about === 'reported' ? notice.reported : notice.lately) >= MANY;

async function composeOne(env: Bindings, now: number, row: DeliveryRow, { notice, about }: News): Promise<Composed> {
  const [decide, shell] = await Promise.all([
    linkToDecide(env, notice.recipient_id, notice.id, now),
    writeShell(env, notice),
  ]);
  const letter = writeModerator(shell, {
    ...toItem(notice, about),
    links: {
      approve: about === 'new' ? undefined : `${decide}?verb=approve`,
      spam: `${decide}?verb=spam`,
      trash: `${decide}?verb=trash`,
      console: linkToConsole(env, about === 'new' ? 'all' : about),
    },
  });
  const thread = `moderate.${notice.id}`;
  return { mail: { id: row.target, to: notice.email, thread, ...sealed(shell), ...letter } };
}

/** What has come together since the last one. */
export async function composeModeratorDigest(context: Delivering, rows: DeliveryRow[]): Promise<(Composed | null)[]> {
  const { db } = context;
  const ids = rows.map(({ target }) => target);
  const [items, counts] = await db.batch(selectItems(ids, LOOKED_AT), countWaiting(ids));
  const waiting = new Map((counts!.rows as { id: string; waiting: number }[]).map((row) => [row.id, row.waiting]));
  const byRecipient = Map.groupBy(items!.rows as ItemRow[], ({ recipient_id }) => recipient_id);
  const digests = rows.map(({ target }) => sortOut(byRecipient.get(target) ?? []));
  const asked = digests.flatMap(({ news }) =>
    news.slice(0, SHOWN).map(({ id, recipient_id }): Asked => [recipient_id, id, null]),
  );
  const over = digests.flatMap(({ news, items }) => (news.length === 0 ? items : []));
  // What nobody needs to hear any more is not looked at again.
  const [shown] = await db.batch(selectNotices(asked), ...(over.length > 0 ? [deleteItems(over)] : []));
  const notices = Map.groupBy(shown!.rows as NoticeRow[], ({ recipient_id }) => recipient_id);
  return Promise.all(
    rows.map((row, n) =>
      composeDigest(context, row, digests[n]!, notices.get(row.target) ?? [], waiting.get(row.target) ?? 0),
    ),
  );
}

interface Digest {
  items: ItemRow[];
  /** Those of them that are news, in the order in which they are to be told. */
  news: (ItemRow & { tells: About })[];
}

/** What somebody must decide about stands before what is only new. */
const ORDER: About[] = ['reported', 'held', 'new'];

function sortOut(items: ItemRow[]): Digest {
  const news = items.flatMap((item) => {
    const tells = item.id === null ? null : findDigestNews(item);
    return tells ? [{ ...item, tells }] : [];
  });
  return { items, news: news.sort((a, b) => ORDER.indexOf(a.tells) - ORDER.indexOf(b.tells)) };
}

async function composeDigest(
  { env }: Delivering,
  row: DeliveryRow,
  digest: Digest,
  notices: NoticeRow[],
  waiting: number,
): Promise<Composed | null> {
  const byId = new Map(notices.map((notice) => [notice.id, notice]));
  const told = digest.news.flatMap(({ id, tells }) => {
    const notice = byId.get(id);
    return notice ? [{ notice, tells }] : [];
  });
  const [first] = told;
  if (!first) return null;
  const shell = await writeShell(env, first.notice);
  const letter = writeModeratorDigest(shell, {
    items: told.map(({ notice, tells }) => toItem(notice, tells)),
    more: digest.news.length - told.length,
    waiting,
    consoleUrl: linkToConsole(env, first.tells === 'new' ? 'all' : first.tells),
  });
  return {
    mail: {
      id: row.target,
      to: first.notice.email,
      ...sealed(shell),
      ...letter,
    },
    after: [deleteItems(digest.items)],
  };
}

async function writeShell(env: Bindings, notice: NoticeRow): Promise<Required<Shell>> {
  return {
    language: notice.language,
    siteName: notice.site_name,
    siteHost: URL.parse(notice.page_url)?.host ?? notice.site_id,
    ...(await readerLinks(env, notice.recipient_id)),
  };
}

/** What a mail's headers have of it. */
const sealed = ({ unsubscribeUrl, siteHost }: Required<Shell>) => ({ unsubscribeUrl, list: siteHost });

const toItem = (notice: NoticeRow, about: About): ModeratorItem => ({
  about,
  comment: {
    author: notice.author_name,
    website: notice.author_url,
    body: notice.body,
    createdAt: notice.created_at,
    url: commentAddress(notice.page_url, notice.id) ?? notice.page_url,
    page: { title: notice.page_title, url: notice.page_url },
  },
  findings: parseFindings(notice.verdict),
  reports: JSON.parse(notice.reports) as ModeratorItem['reports'],
});
