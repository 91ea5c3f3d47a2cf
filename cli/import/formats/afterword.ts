/**
 * Our own format (docs/format.md), into a site that may have comments already: pages, comments and what is known of their authors.
 * Ids are kept. The other records are for restoring a whole instance; they are counted, and left out.
 */
import { FORMAT_VERSION } from '../../../worker/contract-transfer.ts';
import { type Foreign, flag, isForeign, line, number, object, text, time } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekRecord } from '../read/json-peek.ts';
import { Lookup } from '../read/lookup.ts';
import { readOwnAuthor, readOwnFields } from '../read/own-comment.ts';
import { type FormatReader, type SourceComment, SourceError, type SourceFile, type SourceItem } from '../source.ts';

export const afterword: FormatReader = {
  format: 'afterword',
  recognise({ head }) {
    const found = peekRecord(head);
    return (
      found?.path === '$' && text(found.record, 'type') === 'afterword' && /^\d+$/.test(text(found.record, 'version'))
    );
  },
  read,
};

async function* read(file: SourceFile): AsyncGenerator<SourceItem> {
  /** By the id of an author: how they logged in. */
  const accounts = new Lookup<string>();
  const left = new Map<string, number>();
  let state: 'start' | 'open' | 'over' = 'start';
  try {
    for await (const { value } of readJson(file, ['$'])) {
      if (!isForeign(value)) throw new SourceError('a line of the file is not a record');
      const type = text(value, 'type');
      if (state === 'start') {
        checkHead(value);
        state = 'open';
        continue;
      }
      // Backups are files of their own, one behind the other.
      if (type === 'afterword') checkHead(value);
      state = type === 'end' ? 'over' : 'open';
      if (type === 'page') yield readPage(value);
      else if (type === 'comment') yield readComment(value, accounts);
      else if (type === 'author' && line(value, 'account')) accounts.put(text(value, 'id'), text(value, 'account'));
      else if (type === 'account')
        accounts.put(text(value, 'person'), `${text(value, 'provider')}:${text(value, 'subject')}`);
      else if (!/^(afterword|end|author)$/.test(type)) left.set(type, (left.get(type) ?? 0) + 1);
    }
  } finally {
    accounts.close();
  }
  for (const [type, count] of left)
    yield { kind: 'skip', reason: 'record for a restore only', what: `${count} × ${type.slice(0, 50)}` };
  if (state !== 'over')
    throw new SourceError('the file is cut off: its last line is missing, and with it an unknown number of comments');
}

function checkHead(value: Foreign): void {
  if (text(value, 'type') !== 'afterword') throw new SourceError('the file does not begin with its head');
  const version = number(value, 'version');
  if (version > FORMAT_VERSION) {
    throw new SourceError(
      `the file is of version ${version} of the format, and this program knows ${FORMAT_VERSION}: a newer one reads it`,
    );
  }
}

function readPage(value: Foreign): SourceItem {
  return {
    kind: 'page',
    ref: text(value, 'id'),
    url: text(value, 'url'),
    title: line(value, 'title'),
    locked: flag(value, 'locked'),
    createdAt: time(value, 'createdAt'),
  };
}

function readComment(value: Foreign, accounts: Lookup<string>): SourceComment {
  const id = text(value, 'id');
  const author = readOwnAuthor(object(value, 'author'));
  const account = author.id === null ? null : accounts.get(author.id);
  return {
    ...readOwnFields(value, { status: 'pending', createdAt: null }),
    kind: 'comment',
    id,
    ownId: id,
    page: text(value, 'page'),
    // What it replied to is not there: it is not here either.
    parent: line(value, 'parent') ?? (flag(value, 'orphan') ? `gone:${id}` : null),
    author: { ...author, ...(account !== null && { account }) },
    body: text(value, 'body'),
    markup: 'markdown',
  };
}
