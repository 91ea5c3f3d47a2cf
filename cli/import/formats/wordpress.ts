/**
 * WordPress: its export (WXR 1.0 to 1.2), and what we write in that format ourselves. Every item is a page: posts, pages and
 * attachments have comments alike. The version is not asked for, since files without one read as well.
 *
 * What a reader of the blog could not see comes as pending: comments that wait, and those of private posts and of posts with a
 * password. The badge of an author is for accounts alone: a guest who calls themself like the author is a guest.
 */

import { OWN_META, readOwnComment } from '../read/own-comment.ts';
import { readTime } from '../read/times.ts';
import { readXml, rootNameOf, type XmlElement, type XmlVisitor } from '../read/xml.ts';
import type { FormatReader, SourceComment, SourceItem, SourceSkip } from '../source.ts';
import { htmlToMarkdown } from '../text/markdown.ts';
import { htmlToLine } from '../text/plain-line.ts';

export const wordpress: FormatReader = {
  format: 'wordpress',
  recognise: ({ head }) => rootNameOf(head) === 'rss',
  read: (file) => readXml<SourceItem>(file, (emit) => new WordpressVisitor(emit)),
};

/** Of any version, or of a file that forgot to declare it. */
const WP_URI = /^https?:\/\/(?:www\.)?wordpress\.org\/export\/\d|^unbound:wp$/;
const DC_URI = /^http:\/\/purl\.org\/dc\/elements\/|^unbound:dc$/;

interface Item {
  uri: string;
  /** What its comments name it by, once one has. */
  ref: string | null;
  fields: Map<string, string>;
}

class WordpressVisitor implements XmlVisitor {
  private readonly emit: (item: SourceItem) => void;
  private base = '';
  private items = 0;
  /** By id, the login of those who have written posts. */
  private readonly logins = new Map<string, string>();
  private user: Map<string, string> | null = null;
  private item: Item | null = null;
  private comment: Map<string, string> | null = null;
  private meta: Map<string, string> | null = null;

  constructor(emit: (item: SourceItem) => void) {
    this.emit = emit;
  }

  open({ local, uri, depth }: XmlElement): boolean {
    const isWp = WP_URI.test(uri);
    if (depth === 3) {
      this.item = this.user = null;
      if (local === 'item' && !isWp) this.item = { uri, ref: null, fields: new Map() };
      if (isWp && local === 'author') this.user = new Map();
      return local === 'link' || (isWp && local === 'base_blog_url');
    }
    if (depth === 4 && this.user) return isWp;
    if (depth === 4 && this.item) {
      this.comment = isWp && local === 'comment' ? new Map() : null;
      return isWp
        ? OF_ITEM.has(local)
        : DC_URI.test(uri) || (uri === this.item.uri && /^(?:title|link|guid)$/.test(local));
    }
    if (depth === 5 && this.comment) {
      this.meta = isWp && local === 'commentmeta' ? new Map() : null;
      return isWp && local.startsWith('comment_');
    }
    return depth === 6 && this.meta !== null && isWp;
  }

  close({ local, uri, depth }: XmlElement, text: string): void {
    const isWp = WP_URI.test(uri);
    if (depth === 6) this.meta?.set(local, text);
    else if (depth === 5 && this.comment) {
      if (local === 'commentmeta') this.closeMeta();
      else if (isWp) setFirst(this.comment, local, text);
    } else if (depth === 5) return;
    else if (depth === 4 && this.user) this.user.set(local, text.trim());
    else if (depth === 4 && this.item) {
      if (this.comment) this.emit(this.toComment(this.comment, this.item));
      else if (isWp || DC_URI.test(uri) || uri === this.item.uri) setFirst(this.item.fields, local, text.trim());
      this.comment = null;
    } else if (depth === 3) {
      if (this.user) this.logins.set(this.user.get('author_id') ?? '', this.user.get('author_login') ?? '');
      else if (this.item) this.closeItem(this.item);
      else if (isWp || !this.base) this.base = text.trim() || this.base;
      this.item = this.user = null;
    }
  }

  private closeMeta(): void {
    if (this.meta?.get('meta_key')?.trim() === OWN_META) this.comment?.set(OWN_META, this.meta.get('meta_value') ?? '');
    this.meta = null;
  }

  private closeItem(item: Item): void {
    this.items++;
    const { fields } = item;
    const post = fields.get('post_id');
    // Every post answers to its number as well.
    const numbered = post ? `${this.base.replace(/\/+$/, '')}/?p=${encodeURIComponent(post)}` : '';
    const guid = fields.get('guid') ?? '';
    const url = fields.get('link') || (/^https?:\/\//.test(guid) ? guid : '') || numbered;
    const title = htmlToLine(fields.get('title') ?? '') || null;
    if (!url) {
      this.emit({ kind: 'skip', reason: 'post without an address', what: title ?? `item ${this.items}` });
      return;
    }
    const createdAt = readTime(fields.get('post_date_gmt') ?? '') ?? readTime(fields.get('post_date') ?? '');
    const locked = fields.get('comment_status') === 'closed';
    this.emit({ kind: 'page', ref: this.refOf(item), url, title, locked, createdAt });
  }

  private refOf(item: Item): string {
    const { fields } = item;
    item.ref ??= fields.get('post_id') || fields.get('link') || fields.get('guid') || `item ${this.items + 1}`;
    return item.ref;
  }

  private toComment(fields: Map<string, string>, item: Item): SourceComment | SourceSkip {
    const of = (field: string) => (fields.get(`comment_${field}`) ?? '').trim();
    const page = this.refOf(item);
    const type = of('type');
    if (!of('id')) return { kind: 'skip', reason: 'comment without an id', what: `by ${of('author') || 'somebody'}` };
    if (!KINDS.has(type))
      return { kind: 'skip', reason: 'comment of another type', what: `${type.slice(0, 40)} ${of('id')}` };

    // Numbers are counted in each blog, and files of several blogs are put together by hand.
    const name = (comment: string) => `${page}/${comment}`;
    const user = /^0*$/.test(of('user_id')) ? null : of('user_id');
    const login = user === null ? undefined : this.logins.get(user);
    const status = STATUSES.get(of('approved')) ?? 'pending';
    const isHidden = HIDDEN.has(item.fields.get('status') ?? '') || Boolean(item.fields.get('post_password'));
    const comment: SourceComment = {
      kind: 'comment',
      id: name(of('id')),
      page,
      parent: /^0*$/.test(of('parent')) ? null : name(of('parent')),
      author: {
        id: user,
        name: htmlToLine(of('author')),
        email: of('author_email') || null,
        url: of('author_url') || null,
        ...(login && login === item.fields.get('creator') && { badge: 'author' }),
      },
      body: htmlToMarkdown(of('content'), { lines: true }),
      markup: 'markdown',
      status: status === 'approved' && isHidden ? 'pending' : status,
      ...((type === 'pingback' || type === 'trackback') && { type }),
      createdAt: readTime(of('date_gmt')) ?? readTime(of('date')),
    };
    const own = fields.get(OWN_META);
    return own === undefined ? comment : readOwnComment(own, comment);
  }
}

const OF_ITEM = new Set(['post_id', 'post_date', 'post_date_gmt', 'comment_status', 'status', 'post_password']);
/** A review is what shops call a comment on a thing. */
const KINDS = new Set(['', 'comment', 'review', 'pingback', 'trackback']);
const STATUSES = new Map<string, SourceComment['status']>([
  ['1', 'approved'],
  ['approve', 'approved'],
  ['0', 'pending'],
  ['hold', 'pending'],
  ['spam', 'spam'],
  ['trash', 'trash'],
  ['post-trashed', 'trash'],
]);
const HIDDEN = new Set(['private', 'draft', 'auto-draft', 'pending', 'trash']);

function setFirst(fields: Map<string, string>, name: string, text: string): void {
  if (!fields.get(name)) fields.set(name, text);
}
