/** A feed as Atom: RFC 4287, with threads (RFC 4685) and pages (RFC 5005). Pure. */
import type { Entry, Feed } from './feed';
import { element, writeXml, type XmlElement } from './xml';

export const ATOM = 'application/atom+xml';
const NAMESPACES = { xmlns: 'http://www.w3.org/2005/Atom', 'xmlns:thr': 'http://purl.org/syndication/thread/1.0' };

/** @param repliesTo address of the feed of what is below a comment */
export const writeAtom = (feed: Feed, repliesTo: (comment: string) => string): string =>
  writeXml(
    element(
      'feed',
      NAMESPACES,
      element('id', {}, feed.id),
      element('title', {}, feed.title),
      element('updated', {}, dateOf(feed.updated)),
      element('generator', {}, 'Afterword'),
      ...linkTo('alternate', feed.home, 'text/html'),
      ...Object.entries(feed.links).flatMap(([rel, href]) => linkTo(rel, href, ATOM)),
      ...feed.entries.map((entry) => describeEntry(entry, repliesTo)),
    ),
  );

function describeEntry(entry: Entry, repliesTo: (comment: string) => string): XmlElement {
  const { author, mark, answers, replies, content } = entry;
  return element(
    'entry',
    {},
    element('id', {}, entry.id),
    element('title', {}, entry.title),
    element('published', {}, dateOf(entry.published)),
    element('updated', {}, dateOf(entry.updated)),
    element(
      'author',
      {},
      element('name', {}, author.name),
      ...(author.url === null ? [] : [element('uri', {}, author.url)]),
    ),
    ...(mark === null ? [] : [element('category', { term: mark })]),
    ...linkTo('alternate', entry.url, 'text/html'),
    ...(replies === null
      ? []
      : [
          element('link', {
            rel: 'replies',
            type: ATOM,
            href: repliesTo(replies.comment),
            'thr:count': replies.count === null ? null : String(replies.count),
            'thr:updated': replies.updated === null ? null : dateOf(replies.updated),
          }),
        ]),
    element('thr:in-reply-to', { ref: answers.id, href: answers.url, type: answers.url === null ? null : 'text/html' }),
    'html' in content
      ? element('content', { type: 'html' }, content.html)
      : element('content', { type: 'text' }, content.text),
  );
}

const linkTo = (rel: string, href: string | null, type: string): XmlElement[] =>
  href === null ? [] : [element('link', { rel, type, href })];

const dateOf = (ms: number): string => new Date(ms).toISOString();
