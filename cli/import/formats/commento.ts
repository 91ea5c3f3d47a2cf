/** Commento (and Commento++), whose export Comentario wrote as well in its first years: comments, and behind them who wrote them. */
import { type Foreign, field, flag, has, isForeign, line, list, number, text, time, votes } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekValues } from '../read/json-peek.ts';
import { Lookup } from '../read/lookup.ts';
import { PagesOnce } from '../read/once.ts';
import type { FormatReader, SourceAuthor, SourceComment, SourceFile, SourceItem } from '../source.ts';

const STATUS: Record<string, SourceComment['status']> = {
  approved: 'approved',
  unapproved: 'pending',
  flagged: 'spam',
};
const NOBODY = /^(?:anonymous|0*)$/;

export const commento: FormatReader = {
  format: 'commento',
  recognise({ head }) {
    const [top] = peekValues(head);
    if (!isForeign(top) || text(top, 'version') !== '1' || has(top, 'users') || has(top, 'posts')) return false;
    const [comment] = list(top, 'comments');
    return comment
      ? has(comment, 'commentHex')
      : Object.keys(top).every((key) => /^(version|comments|commenters)$/.test(key));
  },
  read,
};

async function* read(file: SourceFile): AsyncGenerator<SourceItem> {
  const people = new Lookup<SourceAuthor>();
  const pages = new PagesOnce();
  try {
    for await (const { value } of readJson(file, ['$.commenters[]'])) {
      if (isForeign(value)) people.put(text(value, 'commenterHex'), readPerson(value));
    }
  } catch {
    // It is broken; the comments before that are read all the same, and then it is said where.
  }
  try {
    for await (const { value } of readJson(file, ['$.comments[]'])) {
      if (!isForeign(value)) continue;
      const url = addressOf(value);
      yield* pages.say({ ref: url, url, title: null, createdAt: null });
      yield readComment(value, url, people);
    }
  } finally {
    people.close();
  }
}

/** The path is called `url` by the one and `path` by the other; the site has no scheme. */
function addressOf(value: Foreign): string {
  const path = text(value, 'path', 'url');
  if (/^https?:/i.test(path)) return path;
  const host = text(value, 'domain', 'host');
  return `${host && `https://${host}`}/${path.replace(/^\//, '')}`;
}

function readPerson(value: Foreign): SourceAuthor {
  return {
    id: text(value, 'commenterHex'),
    name: line(value, 'name') ?? '',
    email: line(value, 'email'),
    url: line(value, 'link', 'websiteUrl'),
    ...(flag(value, 'isModerator') && { badge: 'moderator' as const }),
  };
}

function readComment(value: Foreign, page: string, people: Lookup<SourceAuthor>): SourceComment {
  const who = text(value, 'commenterHex');
  const parent = text(value, 'parentHex');
  const markdown = text(value, 'markdown');
  const isDeleted = flag(value, 'deleted') || markdown === '[deleted]';
  return {
    kind: 'comment',
    id: text(value, 'commentHex'),
    page,
    parent: parent === 'root' || parent === '' ? null : parent,
    author: (NOBODY.test(who) ? null : people.get(who)) ?? {
      id: NOBODY.test(who) ? null : who,
      name: '',
      email: null,
      url: null,
    },
    ...(markdown ? { body: markdown, markup: 'markdown' } : { body: text(value, 'html'), markup: 'html' }),
    status: isDeleted
      ? 'deleted'
      : (STATUS[text(value, 'state')] ?? (field(value, 'state') == null ? 'approved' : 'pending')),
    createdAt: time(value, 'creationDate'),
    ...votes(number(value, 'score')),
  };
}
