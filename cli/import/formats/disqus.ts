/**
 * Disqus: the XML of its export, threads first and posts behind them, and what we write in that format ourselves.
 *
 * What was deleted there does not come: of a deleted post its place only, of a deleted thread nothing. Guests have no username;
 * whoever has one is one author, whatever their names.
 */
import { OWN_URI, readOwnComment } from '../read/own-comment.ts';
import { readTime } from '../read/times.ts';
import { readXml, rootNameOf, type XmlElement, type XmlVisitor } from '../read/xml.ts';
import type { FormatReader, SourceComment, SourceItem, SourcePage, SourceSkip } from '../source.ts';

export const disqus: FormatReader = {
  format: 'disqus',
  recognise: ({ head }) => rootNameOf(head) === 'disqus',
  read: (file) => readXml<SourceItem>(file, (emit) => new DisqusVisitor(emit)),
};

/** What is known of the thread or post that is open: by element, `author/name` for what is in an author. */
interface Entry {
  kind: 'thread' | 'post';
  id: string;
  thread: string;
  parent: string | null;
  fields: Map<string, string>;
}

const FIELDS = new Set([
  'id',
  'link',
  'title',
  'message',
  'createdAt',
  'isClosed',
  'isDeleted',
  'isSpam',
  'isApproved',
]);
const OF_AUTHOR = new Set(['name', 'email', 'username', 'isAnonymous']);

class DisqusVisitor implements XmlVisitor {
  private readonly emit: (item: SourceItem) => void;
  private entry: Entry | null = null;
  private inAuthor = false;

  constructor(emit: (item: SourceItem) => void) {
    this.emit = emit;
  }

  open({ local, uri, depth, attributes }: XmlElement): boolean {
    const id = (attributes.get('id') ?? '').trim();
    if (depth === 2) {
      if (local === 'thread' || local === 'post')
        this.entry = { kind: local, id, thread: '', parent: null, fields: new Map() };
      return false;
    }
    if (!this.entry) return false;
    if (depth === 3) {
      if (local === 'thread') this.entry.thread = id;
      if (local === 'parent') this.entry.parent = id || null;
      this.inAuthor = local === 'author';
      return uri === OWN_URI || FIELDS.has(local);
    }
    return depth === 4 && this.inAuthor && OF_AUTHOR.has(local);
  }

  close({ local, uri, depth }: XmlElement, text: string): void {
    if (!this.entry) return;
    if (depth === 2) {
      this.emit(this.entry.kind === 'thread' ? toPage(this.entry) : toComment(this.entry));
      this.entry = null;
    } else if (depth === 3) this.entry.fields.set(uri === OWN_URI ? 'own' : local, text.trim());
    else if (depth === 4 && this.inAuthor) this.entry.fields.set(`author/${local}`, text.trim());
  }
}

function toPage({ id, fields }: Entry): SourcePage | SourceSkip {
  const title = fields.get('title') || null;
  if (fields.get('isDeleted') === 'true')
    return { kind: 'skip', reason: 'deleted thread', what: fields.get('link') || title || id };
  // The id that a site gave its thread is often the page's address, and outlives the link.
  const named = fields.get('id') ?? '';
  const url = fields.get('link') || (/^(?:https?:\/\/|\/)/.test(named) ? named : '');
  if (!url || !id) return { kind: 'skip', reason: `thread without an ${url ? 'id' : 'address'}`, what: id || url };
  const locked = fields.get('isClosed') === 'true';
  return { kind: 'page', ref: id, url, title, locked, createdAt: readTime(fields.get('createdAt') ?? '') };
}

function toComment({ id: ofPost, thread, parent, fields }: Entry): SourceComment | SourceSkip {
  const id = ofPost || fields.get('id') || '';
  const name = fields.get('author/name') ?? '';
  if (!id) return { kind: 'skip', reason: 'post without an id', what: `by ${name || 'somebody'}` };
  const username = fields.get('author/isAnonymous') === 'true' ? '' : fields.get('author/username');
  const is = (field: string) => fields.get(field) === 'true';
  const comment: SourceComment = {
    kind: 'comment',
    id,
    page: thread,
    parent,
    author: { id: username || null, name, email: fields.get('author/email') || null, url: null },
    body: unwrapLinks(fields.get('message') ?? ''),
    markup: 'html',
    status: is('isDeleted')
      ? 'deleted'
      : is('isSpam')
        ? 'spam'
        : fields.get('isApproved') === 'false'
          ? 'pending'
          : 'approved',
    createdAt: readTime(fields.get('createdAt') ?? ''),
  };
  const own = fields.get('own');
  return own === undefined ? comment : readOwnComment(own, comment);
}

/** Links that go through the counter of Disqus, as what they lead to. Mentions lose the mark of where they come from. */
function unwrapLinks(html: string): string {
  return html
    .replace(
      /(\shref=)"https?:\/\/disq\.us\/(?:url|\?)[^"]*?[?&;]url=([^"&]+)[^"]*"/gi,
      (all, href: string, to: string) => {
        try {
          const url = decodeURIComponent(to).replace(/:[\w-]{20,}$/, '');
          return `${href}"${url.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;
        } catch {
          return all;
        }
      },
    )
    .replace(/(^|[\s>(])@([\w.-]{1,64}):disqus\b/g, '$1@$2');
}
