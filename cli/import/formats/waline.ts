/** Waline: what its panel exports, and its SQLite database. The comments are Markdown, of which an old one may be HTML. */
import { type Foreign, field, id, isForeign, line, object, text } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekRecord } from '../read/json-peek.ts';
import { Lookup } from '../read/lookup.ts';
import { PagesOnce } from '../read/once.ts';
import { isDatabase, isDatabaseWith, SourceDatabase } from '../read/sqlite.ts';
import type { FormatReader, SourceFile, SourceItem } from '../source.ts';
import { freeOfTags, markupOf } from '../text/markup.ts';
import { commentOf, pageOf } from './leancloud.ts';

const COLUMNS = 'id user_id comment insertedAt link mail nick rid pid status like url createdAt'.split(' ');

/** What is asked of somebody who has an account there. */
interface Account {
  name: string | null;
  isAdmin: boolean;
}

export const waline: FormatReader = {
  format: 'waline',
  recognise: ({ head }) => (isDatabase(head) ? isDatabaseWith(head, 'wl_Comment') : placeIn(head) !== null),
  read: (file) => (isDatabase(file.head) ? readDatabase(file) : readExport(file)),
};

/** As the panel saves it, or as its API answers. */
function placeIn(head: Buffer): string | null {
  const found = peekRecord(head);
  if (found?.path !== '$') return null;
  if (text(found.record, 'type') === 'waline') return '$.data';
  return text(object(found.record, 'data'), 'type') === 'waline' ? '$.data.data' : null;
}

async function* readExport(file: SourceFile): AsyncGenerator<SourceItem> {
  const place = placeIn(file.head) ?? '$.data';
  const accounts = new Lookup<Account>();
  try {
    for await (const { value } of readJson(file, [`${place}.Users[]`])) {
      if (isForeign(value)) accounts.put(text(value, 'objectId', 'id'), readAccount(value));
    }
  } catch {
    // It is broken; what stands before that is read all the same, and then it is said where.
  }
  try {
    const pages = new PagesOnce();
    for await (const { value } of readJson(file, [`${place}.Comment[]`])) {
      if (isForeign(value)) yield* readComment(value, accounts, pages);
    }
  } finally {
    accounts.close();
  }
}

async function* readDatabase(file: SourceFile): AsyncGenerator<SourceItem> {
  const database = await SourceDatabase.open(file);
  const accounts = new Lookup<Account>();
  try {
    if (database.hasTable('wl_Users')) {
      for (const row of database.rows('wl_Users', ['id', 'display_name', 'type'], ['id'])) {
        accounts.put(text(row, 'id'), readAccount(row));
      }
    }
    const pages = new PagesOnce();
    for (const row of database.rows('wl_Comment', COLUMNS, ['id', 'comment', 'url'])) {
      if (text(row, '$long')) yield { kind: 'skip', reason: 'comment longer than 16 MB', what: text(row, 'id') };
      else yield* readComment(row, accounts, pages);
    }
  } finally {
    accounts.close();
    database.close();
  }
}

const readAccount = (value: Foreign): Account => ({
  name: line(value, 'display_name'),
  isAdmin: field(value, 'type') === 'administrator',
});

function* readComment(value: Foreign, accounts: Lookup<Account>, pages: PagesOnce): Generator<SourceItem> {
  yield* pages.say(pageOf(value));
  const body = text(value, 'comment');
  const markup = markupOf(body);
  const comment = commentOf(value, { body: markup === 'markdown' ? freeOfTags(body) : body, markup });
  const user = id(value, 'user_id');
  const account = user === null ? null : accounts.get(user);
  yield {
    ...comment,
    author: {
      ...comment.author,
      id: user,
      name: comment.author.name || (account?.name ?? ''),
      ...(account?.isAdmin && { badge: 'author' as const }),
    },
  };
}
