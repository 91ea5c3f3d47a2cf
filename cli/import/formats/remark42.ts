/** Remark42: its backup, a line about users and pages, then a line for each comment. */
import { type Foreign, flag, has, isForeign, line, list, number, object, text, time, votes } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekRecord } from '../read/json-peek.ts';
import { PagesOnce } from '../read/once.ts';
import { type FormatReader, type SourceComment, SourceError, type SourceFile, type SourceItem } from '../source.ts';

/** Somebody who logged in: by whom they are known there, and a hash of who they are there. */
const ACCOUNT = /^(?!anonymous_)[a-z0-9]+_[0-9a-f]{40}$/;

export const remark42: FormatReader = {
  format: 'remark42',
  recognise({ head }) {
    const found = peekRecord(head);
    return found !== null && (isMeta(found.record) || isAnswer(found.record));
  },
  read,
};

const isMeta = (record: Foreign) => has(record, 'version', 'users', 'posts');

/** Comments as its API answers with them: of one page, or as a tree. */
function isAnswer(record: Foreign): boolean {
  const [first] = list(record, 'comments');
  const comment = first ? object(first, 'comment') : record;
  return has(comment, 'locator', 'user', 'text', 'time') && has(comment, 'pid');
}

async function* read(file: SourceFile): AsyncGenerator<SourceItem> {
  const pages = new PagesOnce();
  const locked = new Set<string>();
  const found = peekRecord(file.head);
  if (found && !isMeta(found.record)) {
    throw new SourceError(
      'this is an answer of Remark42’s API, not a backup; one is made by its command: backup -s SITE',
    );
  }
  for await (const { value } of readJson(file, ['$'])) {
    if (!isForeign(value)) throw new SourceError('a line of the backup is not a comment');
    // Backups may be put together, one behind the other.
    if (isMeta(value)) {
      const version = number(value, 'version');
      if (version > 1) throw new SourceError(`version ${version} of Remark42’s backup is not known; 1 is`);
      for (const post of list(value, 'posts')) if (flag(post, 'read_only')) locked.add(text(post, 'url'));
      continue;
    }
    const url = text(object(value, 'locator'), 'url');
    yield* pages.say({ ref: url, url, title: line(value, 'title'), locked: locked.has(url), createdAt: null });
    yield readComment(value, url);
  }
}

function readComment(value: Foreign, page: string): SourceComment {
  const user = object(value, 'user');
  const id = text(user, 'id');
  const isDeleted = flag(value, 'delete');
  const source = unescaped(text(value, 'orig'));
  const cast = Object.values(object(value, 'votes'));
  return {
    kind: 'comment',
    id: text(value, 'id'),
    page,
    parent: text(value, 'pid') || null,
    author: {
      id: id && id !== 'deleted' ? id : null,
      name: text(user, 'name'),
      email: null,
      url: null,
      ...(ACCOUNT.test(id) && { account: `remark42:${id}` }),
      ...(flag(user, 'admin') && { badge: 'moderator' as const }),
    },
    ...(source ? { body: source, markup: 'markdown' } : { body: text(value, 'text'), markup: 'html' }),
    status: isDeleted ? 'deleted' : 'approved',
    createdAt: time(value, 'time'),
    editedAt: time(object(value, 'edit'), 'time'),
    // The sum is all there is of comments that were imported into it.
    ...(cast.length
      ? { up: cast.filter((vote) => vote === true).length, down: cast.filter((vote) => vote === false).length }
      : votes(number(value, 'score'))),
  };
}

const ENTITIES: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&#34;': '"', '&#39;': "'" };

/** The Markdown is kept as HTML text; what has a letter in it that HTML text has not was never made that. */
function unescaped(source: string): string {
  if (/[<>"']|&(?!(?:lt|gt|amp|#34|#39);)/.test(source)) return source;
  return source.replace(/&(?:lt|gt|amp|#34|#39);/g, (entity) => ENTITIES[entity] as string);
}
