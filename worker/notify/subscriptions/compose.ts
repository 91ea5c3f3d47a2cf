/** Readers' mails, of all deliveries of a run at once: what replies to what they follow, digests of it, and whether they agree. */

import type { DeliveryRow } from '../../db';
import { timePrefix } from '../../ids';
import { commentAddress } from '../../web-address';
import { writeOptIn } from '../letters/asked';
import { writeDigest } from '../letters/digest';
import type { LetterComment, Shell } from '../letters/letter';
import { writeReply } from '../letters/reply';
import type { Composed, Delivering } from '../outbox/kinds';
import {
  type DigestRow,
  dropDigestItems,
  type NewsRow,
  type OptInRow,
  type ReaderRow,
  selectDigests,
  selectNews,
  selectOptIns,
  selectTold,
  type ToldRow,
} from './compose-store';
import { confirmLink, readerLinks } from './reader-links';
import { bounce } from './readers-store';

/** A letter shows less of a text: this is enough for 1,000 characters of any script. */
const TEXT_CHARS = 8_000;
const DIGEST_CHARS = 2_000;
const DIGEST_SHOWN = 20;
/** What could not be read by everybody for so long is no news any more. */
const STALE_MS = 30 * 86_400_000;

type Composing = Promise<(Composed | null)[]>;

/** To whoever follows a page or a comment, at once. */
export async function composeReplies({ db, env }: Delivering, rows: DeliveryRow[]): Composing {
  const [told, news] = await db.batch(
    selectTold(rows),
    selectNews(
      rows.map(({ subject }) => subject),
      TEXT_CHARS,
    ),
  );
  const readers = new Map((told!.rows as ToldRow[]).map((row) => [row.n, row]));
  const comments = new Map((news!.rows as NewsRow[]).map((row) => [row.id, row]));
  return Promise.all(
    rows.map(async (row, n) => {
      const [reader, comment] = [readers.get(n), comments.get(row.subject)];
      if (!reader || !comment) return null;
      const shell = await shellOf(env, reader, comment.page_url);
      const page = { title: comment.page_title, url: comment.page_url };
      const { parent_name: author, parent_body: body } = comment;
      const letter = writeReply(shell, {
        reason: reader.follows_comment ? 'reply' : 'page',
        comment: { ...letterComment(comment), page },
        parent: author === null || body === null ? null : { author, body },
      });
      return {
        mail: { ...addressed(row, reader, shell), ...letter, thread: `page.${comment.page_id}` },
        gone: () => bounce(reader.id),
      };
    }),
  );
}

/** What has come since the last one. */
export async function composeDigests({ db, env, now }: Delivering, rows: DeliveryRow[]): Composing {
  const digests = await db.all(selectDigests(rows.map(({ target }) => target)));
  const items = new Map(digests.map((row): [string, string[]] => [row.id, JSON.parse(row.items)]));
  const shown = [...items.values()].flatMap((ids) => ids.slice(0, DIGEST_SHOWN));
  const news = shown.length > 0 ? await db.all(selectNews(shown, DIGEST_CHARS)) : [];
  const comments = new Map(news.map((row) => [row.id, row]));
  const readers = new Map(digests.map((row) => [row.id, row]));
  return Promise.all(
    rows.map(async (row) => {
      const reader: DigestRow | undefined = readers.get(row.target);
      const ids = items.get(row.target) ?? [];
      const found = ids.slice(0, DIGEST_SHOWN).flatMap((id) => comments.get(id) ?? []);
      if (!reader || found.length === 0) return null;
      const shell = await shellOf(env, reader, found[0]!.page_url);
      const pages = [...Map.groupBy(found, ({ page_id }) => page_id).values()].map((of) => ({
        title: of[0]!.page_title,
        url: of[0]!.page_url,
        comments: of.map(letterComment),
      }));
      const letter = writeDigest(shell, { pages, more: ids.length - found.length });
      return {
        mail: { ...addressed(row, reader, shell), ...letter },
        gone: () => bounce(reader.id),
        after: [dropDigestItems(reader.id, ids, timePrefix(now - STALE_MS))],
      };
    }),
  );
}

/** Whether whoever reads mail there wants any. It says nothing that a stranger could have written for them to read. */
export async function composeOptIns({ db, env }: Delivering, rows: DeliveryRow[]): Composing {
  const asked = new Map((await db.all(selectOptIns(rows))).map((row): [number, OptInRow] => [row.n, row]));
  return Promise.all(
    rows.map(async (row, n) => {
      const reader = asked.get(n);
      if (!reader) return null;
      const { host, origin } = new URL(reader.page_url);
      const shell: Shell = { language: reader.language, siteName: reader.site_name, siteHost: host };
      const isKnown = reader.page_count > 0;
      const letter = writeOptIn(shell, {
        follows: reader.is_comment ? 'replies' : 'page',
        // Title and address of a page are whatever its first visitor said, until something on it was approved.
        page: isKnown ? { title: reader.page_title, url: reader.page_url } : { title: null, url: origin },
        confirmUrl: await confirmLink(env, reader.id, Number(row.event_id.split('.')[1])),
      });
      return {
        mail: { id: `${row.event_id}.${row.target}`, to: reader.email, ...letter, list: host },
        gone: () => bounce(reader.id),
      };
    }),
  );
}

async function shellOf(env: Delivering['env'], reader: ReaderRow, pageUrl: string) {
  return {
    language: reader.language,
    siteName: reader.site_name,
    siteHost: new URL(pageUrl).host,
    ...(await readerLinks(env, reader.id)),
  } satisfies Shell;
}

const addressed = (row: DeliveryRow, reader: ReaderRow, shell: { unsubscribeUrl: string; siteHost: string }) => ({
  id: `${row.event_id}.${row.target}`,
  to: reader.email,
  unsubscribeUrl: shell.unsubscribeUrl,
  list: shell.siteHost,
});

const letterComment = (row: NewsRow): Omit<LetterComment, 'page'> => ({
  author: row.author_name,
  body: row.body,
  createdAt: row.created_at,
  url: commentAddress(row.page_url, row.id) ?? row.page_url,
});
