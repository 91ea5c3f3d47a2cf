/**
 * WXR 1.2, as the importer of WordPress takes it: a page with comments is a post without a text, comments are numbered anew and
 * written as HTML, and so are names and titles, which WordPress keeps as that. What WordPress has no place for stands in the
 * comment's meta, so that it comes back to us.
 *
 * Records come by page and then by time, WXR wants comments within their page: they wait in a temporary database.
 */
import { DatabaseSync } from 'node:sqlite';
import type { AnyRecord, CommentRecord, PageRecord } from '../../worker/contract-transfer.ts';
import { Lookup } from '../import/read/lookup.ts';
import { OWN_META, writeOwnComment } from '../import/read/own-comment.ts';
import { writeHtml } from './html.ts';
import { type ExportLosses, Losses } from './losses.ts';
import { escapeXml, writeCdata } from './xml-text.ts';

export async function writeWordpress(
  records: AsyncIterable<AnyRecord>,
  out: (text: string) => Promise<void>,
): Promise<ExportLosses> {
  const losses = new Losses();
  const accounts = new Lookup<string>();
  const staged = new StagedThreads();
  let site: { name: string; url: string } | null = null;
  try {
    for await (const record of records) {
      losses.note(record);
      if (record.type === 'site') site ??= { name: record.name, url: addressOf(record.origins[0]) };
      else if (record.type === 'author' && record.account) accounts.put(record.id, record.account);
      else if (record.type === 'account') accounts.put(record.person, `${record.provider}:${record.subject}`);
      else if (record.type === 'page') staged.addPage(record);
      else if (record.type === 'comment') {
        const account = record.author.id === null ? null : accounts.get(record.author.id);
        staged.addComment(record, writeOwnComment(record, account));
      }
    }
    await out(headOf(site ?? { name: '', url: '' }));
    for (const { n, page } of staged.pages()) {
      await out(openItem(n, page));
      for (const comment of staged.comments(page.id)) await out(writeComment(comment));
      await out('</item>\n');
    }
    await out('</channel>\n</rss>\n');
  } finally {
    accounts.close();
    staged.close();
  }
  return losses.counted();
}

interface StagedComment {
  n: number;
  /** Its number; 0 at top level. */
  parent: number;
  comment: CommentRecord;
  own: string;
}

/** Pages and comments, in a database without a name: SQLite keeps it in a file of its own, which goes with the process. */
class StagedThreads {
  readonly #database = new DatabaseSync('');

  constructor() {
    this.#database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
      CREATE TABLE pages (n INTEGER PRIMARY KEY, id TEXT, record TEXT);
      CREATE TABLE comments (n INTEGER PRIMARY KEY, id TEXT, page TEXT, parent TEXT, record TEXT, own TEXT);
      CREATE INDEX comments_page ON comments (page);
      CREATE INDEX comments_id ON comments (id);
      BEGIN;`);
    this.#addPage = this.#database.prepare('INSERT INTO pages (id, record) VALUES (?, ?)');
    this.#addComment = this.#database.prepare(
      'INSERT INTO comments (id, page, parent, record, own) VALUES (?, ?, ?, ?, ?)',
    );
  }
  readonly #addPage;
  readonly #addComment;

  addPage(page: PageRecord): void {
    this.#addPage.run(page.id, JSON.stringify(page));
  }

  addComment(comment: CommentRecord, own: string): void {
    this.#addComment.run(comment.id, comment.page, comment.parent, JSON.stringify(comment), own);
  }

  /** Those with comments: others would become empty posts. */
  *pages(): Generator<{ n: number; page: PageRecord }> {
    const rows = this.#database.prepare(
      'SELECT n, record FROM pages WHERE EXISTS (SELECT 1 FROM comments WHERE page = pages.id) ORDER BY n',
    );
    for (const { n, record } of rows.iterate()) yield { n: Number(n), page: JSON.parse(String(record)) };
  }

  *comments(page: string): Generator<StagedComment> {
    const rows = this.#database.prepare(`SELECT n, record, own, coalesce(
        (SELECT above.n FROM comments AS above WHERE above.id = comments.parent), 0) AS above
      FROM comments WHERE page = ? ORDER BY n`);
    for (const { n, record, own, above } of rows.iterate(page))
      yield { n: Number(n), parent: Number(above), comment: JSON.parse(String(record)), own: String(own) };
  }

  close(): void {
    this.#database.close();
  }
}

const STATUSES = { approved: '1', pending: '0', spam: 'spam', trash: 'trash', deleted: 'trash' } as const;

function headOf({ name, url }: { name: string; url: string }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>${escapeXml(name)}</title>
<link>${escapeXml(url)}</link>
<description></description>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>${escapeXml(url)}</wp:base_site_url>
<wp:base_blog_url>${escapeXml(url)}</wp:base_blog_url>
<generator>Afterword</generator>
`;
}

/** @param origin a host, as records have it */
const addressOf = (origin: string | undefined): string =>
  origin === undefined ? '' : `${/^(?:localhost|127\.|\[::1\])/.test(origin) ? 'http' : 'https'}://${origin}`;

function openItem(n: number, { url, title, locked, createdAt }: PageRecord): string {
  const date = timeOf(createdAt);
  return `<item>
<title>${writeCdata(escapeXml(title ?? ''))}</title>
<link>${escapeXml(url)}</link>
<pubDate>${new Date(createdAt).toUTCString()}</pubDate>
<dc:creator>${writeCdata('')}</dc:creator>
<guid isPermaLink="false">${escapeXml(url)}</guid>
<description></description>
<content:encoded>${writeCdata('')}</content:encoded>
<excerpt:encoded>${writeCdata('')}</excerpt:encoded>
<wp:post_id>${n}</wp:post_id>
<wp:post_date>${date}</wp:post_date>
<wp:post_date_gmt>${date}</wp:post_date_gmt>
<wp:comment_status>${locked ? 'closed' : 'open'}</wp:comment_status>
<wp:ping_status>closed</wp:ping_status>
<wp:post_name></wp:post_name>
<wp:status>publish</wp:status>
<wp:post_parent>0</wp:post_parent>
<wp:menu_order>0</wp:menu_order>
<wp:post_type>post</wp:post_type>
<wp:post_password></wp:post_password>
<wp:is_sticky>0</wp:is_sticky>
`;
}

function writeComment({ n, parent, comment, own }: StagedComment): string {
  const { author, status, kind, body, createdAt } = comment;
  const date = timeOf(createdAt);
  return `<wp:comment>
<wp:comment_id>${n}</wp:comment_id>
<wp:comment_author>${writeCdata(escapeXml(author.name))}</wp:comment_author>
<wp:comment_author_email>${escapeXml(author.email ?? '')}</wp:comment_author_email>
<wp:comment_author_url>${escapeXml(author.url ?? '')}</wp:comment_author_url>
<wp:comment_author_IP></wp:comment_author_IP>
<wp:comment_date>${date}</wp:comment_date>
<wp:comment_date_gmt>${date}</wp:comment_date_gmt>
<wp:comment_content>${writeCdata(writeHtml(body))}</wp:comment_content>
<wp:comment_approved>${STATUSES[status]}</wp:comment_approved>
<wp:comment_type>${kind ?? 'comment'}</wp:comment_type>
<wp:comment_parent>${parent}</wp:comment_parent>
<wp:comment_user_id>0</wp:comment_user_id>
<wp:commentmeta>
<wp:meta_key>${OWN_META}</wp:meta_key>
<wp:meta_value>${writeCdata(own)}</wp:meta_value>
</wp:commentmeta>
</wp:comment>
`;
}

function timeOf(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace('T', ' ');
}
