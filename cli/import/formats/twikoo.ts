/** Twikoo: comments as its panel and mongoexport write them (a list, or lines), and the database file of its own server. */
import { type Foreign, field, flag, has, isForeign, list, number, text } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekRecord } from '../read/json-peek.ts';
import { PagesOnce } from '../read/once.ts';
import type { FormatReader, SourceComment, SourceFile, SourceItem } from '../source.ts';
import { commentOf, pageOf } from './leancloud.ts';

export const twikoo: FormatReader = {
  format: 'twikoo',
  recognise: ({ head }) => placeIn(head) !== null,
  read,
};

const isComment = (record: Foreign) =>
  has(record, '_id', 'comment', 'nick') && has(record, 'url') && !has(record, 'objectId');

function placeIn(head: Buffer): string | null {
  const found = peekRecord(head);
  if (!found) return null;
  const { record, path } = found;
  if (isComment(record)) return path;
  for (const name of ['data', 'results']) {
    if (list(record, name).slice(0, 1).some(isComment)) return `${path}.${name}[]`;
  }
  // LokiJS: several collections in one file, of which others may come first.
  const collections = list(record, 'collections').map((collection) => text(collection, 'name'));
  const isOurs = collections.some((name) => /^(comment|counter|config)$/.test(name)) && has(record, 'filename');
  return isOurs ? `${path}.collections[].data[]` : null;
}

async function* read(file: SourceFile): AsyncGenerator<SourceItem> {
  const pages = new PagesOnce();
  for await (const { value } of readJson(file, [placeIn(file.head) ?? '$[]'])) {
    if (!isForeign(value) || !isComment(value)) continue;
    const page = pageOf(value);
    const href = text(value, 'href');
    yield* pages.say({ ...page, url: /^https?:/i.test(href) ? href.replace(/#.*$/, '') : page.url });
    yield readComment(value);
  }
}

function readComment(value: Foreign): SourceComment {
  const comment = commentOf(value, { body: text(value, 'comment'), markup: 'html' });
  // Who liked it, or how many.
  const count = (name: string) => {
    const found = field(value, name);
    return Array.isArray(found) ? found.length : Math.max(0, number(value, name));
  };
  return {
    ...comment,
    author: { ...comment.author, ...(flag(value, 'master') && { badge: 'author' as const }) },
    status: flag(value, 'isSpam') ? 'spam' : 'approved',
    up: count('ups') || count('like'),
    down: count('downs'),
  };
}
