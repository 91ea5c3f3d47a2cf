/** Isso: its database, and the list of threads that it imports from other systems ("generic"). */
import { type Foreign, field, flag, id, isForeign, line, list, number, text, time } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekRecord } from '../read/json-peek.ts';
import { isDatabase, isDatabaseWith, SourceDatabase } from '../read/sqlite.ts';
import { type FormatReader, type SourceComment, SourceError, type SourceFile, type SourceItem } from '../source.ts';

const COLUMNS = 'tid id parent created modified mode text author email website likes dislikes'.split(' ');
const STATUS: Record<number, SourceComment['status']> = { 1: 'approved', 2: 'pending', 4: 'deleted' };

export const isso: FormatReader = {
  format: 'isso',
  recognise({ head }) {
    if (isDatabase(head)) return isDatabaseWith(head, 'threads', 'tid', 'voters', 'dislikes');
    const found = peekRecord(head);
    return found?.path === '$[]' && isThread(found.record);
  },
  read: (file) => (isDatabase(file.head) ? readDatabase(file) : readThreads(file)),
};

function isThread(record: Foreign): boolean {
  const [first] = list(record, 'comments');
  const isList = Array.isArray(field(record, 'comments'));
  // The thread's own address can come behind thousands of comments.
  return (
    isList &&
    (first
      ? 'author' in first && 'text' in first && 'created' in first
      : text(record, 'id') !== '' && 'title' in record)
  );
}

async function* readDatabase(file: SourceFile): AsyncGenerator<SourceItem> {
  const database = await SourceDatabase.open(file);
  try {
    for (const row of database.rows('threads', ['id', 'uri', 'title'], ['id', 'uri'])) {
      yield { kind: 'page', ref: text(row, 'id'), url: text(row, 'uri'), title: line(row, 'title'), createdAt: null };
    }
    for (const row of database.rows('comments', COLUMNS, ['tid', 'id', 'text'])) {
      if (text(row, '$long')) yield { kind: 'skip', reason: 'comment longer than 16 MB', what: text(row, 'id') };
      else yield readComment(row, { page: text(row, 'tid'), id: text(row, 'id'), parent: id(row, 'parent') });
    }
  } finally {
    database.close();
  }
}

async function* readThreads(file: SourceFile): AsyncGenerator<SourceItem> {
  for await (const { value } of readJson(file, ['$[]'])) {
    if (!isForeign(value) || !text(value, 'id')) throw new SourceError('a thread has no id, which is its address');
    const page = text(value, 'id');
    yield { kind: 'page', ref: page, url: page, title: line(value, 'title'), createdAt: null };
    for (const comment of list(value, 'comments')) {
      // Numbered within their thread.
      const of = (name: string) => (id(comment, name) === null ? null : `${page}#${text(comment, name)}`);
      yield readComment(comment, { page, id: `${page}#${text(comment, 'id')}`, parent: of('parent') });
    }
  }
}

function readComment(row: Foreign, where: { page: string; id: string; parent: string | null }): SourceComment {
  return {
    kind: 'comment',
    ...where,
    author: { id: null, name: line(row, 'author') ?? '', email: line(row, 'email'), url: line(row, 'website') },
    body: text(row, 'text'),
    markup: 'markdown',
    status: STATUS[number(row, 'mode')] ?? (flag(row, 'mode') || field(row, 'mode') == null ? 'approved' : 'pending'),
    createdAt: time(row, 'created', 's'),
    editedAt: time(row, 'modified', 's'),
    up: number(row, 'likes'),
    down: number(row, 'dislikes'),
  };
}
