/** Cusdis: its SQLite database, the same tables as JSON, and what its API answers with to those who moderate. */
import { type Foreign, field, flag, has, id, isForeign, line, list, object, text, time } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekRecord } from '../read/json-peek.ts';
import { PagesOnce } from '../read/once.ts';
import { isDatabase, isDatabaseWith, SourceDatabase } from '../read/sqlite.ts';
import type { FormatReader, SourceComment, SourceFile, SourceItem, SourcePage } from '../source.ts';

const PAGE_COLUMNS = ['id', 'slug', 'url', 'title', 'created_at'];
const COLUMNS = 'id pageId created_at deletedAt moderatorId by_email by_nickname content approved parentId'.split(' ');
/** Replies within replies, as the API answers. */
const MAX_LEVELS = 50;

export const cusdis: FormatReader = {
  format: 'cusdis',
  recognise: ({ head }) =>
    isDatabase(head) ? isDatabaseWith(head, 'by_nickname', 'comments') : placesIn(head) !== null,
  read: (file) => (isDatabase(file.head) ? readDatabase(file) : readExport(file)),
};

const isComment = (record: Foreign) => has(record, 'by_nickname', 'content');

/** Where comments are in it, and pages if they are apart. */
function placesIn(head: Buffer): { comments: string; pages: string[] } | null {
  const found = peekRecord(head);
  if (!found) return null;
  const { record, path } = found;
  if (isComment(record)) return { comments: path, pages: [] };
  const answer = object(record, 'data');
  if (list(answer, 'data').slice(0, 1).some(isComment) || has(answer, 'commentCount', 'pageCount')) {
    return { comments: `${path}.data.data[]`, pages: [] };
  }
  const isDump =
    list(record, 'comments').slice(0, 1).some(isComment) ||
    list(record, 'pages')
      .slice(0, 1)
      .some((page) => has(page, 'slug', 'projectId'));
  return isDump ? { comments: `${path}.comments[]`, pages: [`${path}.pages[]`] } : null;
}

async function* readExport(file: SourceFile): AsyncGenerator<SourceItem> {
  const places = placesIn(file.head) ?? { comments: '$[]', pages: [] };
  const pages = new PagesOnce();
  for await (const { path, value } of readJson(file, [places.comments, ...places.pages])) {
    if (!isForeign(value)) continue;
    if (path !== places.comments) yield { kind: 'page', ...readPage(value) };
    else yield* readBranch(value, { pages, page: null, parent: null, level: 0 });
  }
}

async function* readDatabase(file: SourceFile): AsyncGenerator<SourceItem> {
  const database = await SourceDatabase.open(file);
  try {
    for (const row of database.rows('pages', PAGE_COLUMNS, ['id', 'slug'])) yield { kind: 'page', ...readPage(row) };
    for (const row of database.rows('comments', COLUMNS, ['id', 'pageId', 'content'])) {
      if (text(row, '$long')) yield { kind: 'skip', reason: 'comment longer than 16 MB', what: text(row, 'id') };
      else yield readComment(row, text(row, 'pageId'), id(row, 'parentId'));
    }
  } finally {
    database.close();
  }
}

interface Where {
  pages: PagesOnce;
  page: string | null;
  parent: string | null;
  level: number;
}

/** A comment, and below it the replies that the API answers with. */
function* readBranch(value: Foreign, { pages, page, parent, level }: Where): Generator<SourceItem> {
  const own = object(value, 'page');
  if (text(own, 'id', 'slug')) yield* pages.say(readPage(own));
  const ref = text(value, 'pageId') || text(own, 'id', 'slug') || page || '';
  const comment = readComment(value, ref, id(value, 'parentId') ?? parent);
  yield comment;
  const replies = Array.isArray(field(value, 'replies'))
    ? list(value, 'replies')
    : list(object(value, 'replies'), 'data');
  if (level === MAX_LEVELS && replies.length) {
    yield { kind: 'skip', reason: `reply nested more than ${MAX_LEVELS} deep`, what: comment.id };
    return;
  }
  for (const reply of replies) yield* readBranch(reply, { pages, page: ref, parent: comment.id, level: level + 1 });
}

/** The slug is whatever the site called the page by; an address is better. */
function readPage(value: Foreign): Omit<SourcePage, 'kind'> {
  return {
    ref: text(value, 'id', 'slug'),
    url: line(value, 'url', 'slug') ?? '',
    title: line(value, 'title'),
    createdAt: time(value, ['createdAt', 'created_at']),
  };
}

function readComment(value: Foreign, page: string, parent: string | null): SourceComment {
  const isDeleted = line(value, 'deletedAt', 'deleted_at') !== null;
  const isModerator = id(value, 'moderatorId') !== null || text(object(value, 'moderator'), 'id', 'displayName') !== '';
  return {
    kind: 'comment',
    id: text(value, 'id'),
    page,
    parent,
    author: {
      id: id(value, 'moderatorId'),
      name: line(value, 'by_nickname') ?? line(object(value, 'moderator'), 'displayName') ?? '',
      email: line(value, 'by_email'),
      url: null,
      ...(isModerator && { badge: 'moderator' as const }),
    },
    body: text(value, 'content'),
    markup: 'markdown',
    status: isDeleted ? 'deleted' : flag(value, 'approved') ? 'approved' : 'pending',
    createdAt: time(value, ['createdAt', 'created_at']),
  };
}
