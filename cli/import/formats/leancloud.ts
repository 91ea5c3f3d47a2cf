/**
 * Comments as Valine shaped them and its successors keep them: a text, a page, a nickname, and `rid` and `pid` for the branch and
 * what is replied to. What differs, the formats say.
 */
import { type Foreign, id, line, number, text, time } from '../read/fields.ts';
import type { SourceComment, SourcePage } from '../source.ts';

const STATUS: Record<string, SourceComment['status']> = { approved: 'approved', waiting: 'pending', spam: 'spam' };

/** Some name a page by its path, most with `/index.html` or without. */
export function pageOf(value: Foreign): Omit<SourcePage, 'kind'> {
  const url = text(value, 'url');
  return { ref: url, url, title: null, createdAt: null };
}

export function commentOf(value: Foreign, { body, markup }: Pick<SourceComment, 'body' | 'markup'>): SourceComment {
  return {
    kind: 'comment',
    id: text(value, 'objectId', '_id', 'id'),
    page: text(value, 'url'),
    parent: id(value, 'pid') ?? id(value, 'rid'),
    author: { id: null, name: line(value, 'nick') ?? '', email: line(value, 'mail'), url: line(value, 'link') },
    body: withoutMention(body),
    markup,
    status: STATUS[text(value, 'status') || 'approved'] ?? 'pending',
    createdAt: time(value, ['insertedAt', 'createdAt', 'created']),
    up: Math.max(0, number(value, 'like')),
  };
}

/** A reply begins with a link to what it replies to, which is nowhere any more; the thread says the same. */
function withoutMention(body: string): string {
  return body
    .replace(/^(\s*<p>)?\s*<a\b(?=[^<>]{0,500}\bclass="at")[^<>]{0,500}>@[^<]{0,200}<\/a>\s*[,，:：]?\s*/i, '$1')
    .replace(/^\s*\[@[^[\]]{0,200}\]\(#[\w-]{1,100}\)\s*[,，:：]?\s*/, '');
}
