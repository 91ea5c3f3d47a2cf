/** Comentario: pages, comments, and behind them who wrote them. */
import { type Foreign, flag, has, isForeign, line, number, text, time, votes } from '../read/fields.ts';
import { readJson } from '../read/json.ts';
import { peekValues } from '../read/json-peek.ts';
import { Lookup } from '../read/lookup.ts';
import {
  type FormatReader,
  type SourceAuthor,
  type SourceComment,
  SourceError,
  type SourceFile,
  type SourceItem,
} from '../source.ts';

const NOBODY = /^[0-]*$/;

export const comentario: FormatReader = {
  format: 'comentario',
  recognise({ head }) {
    const [top, next] = peekValues(head);
    if (!isForeign(top) || next !== undefined || !/^\d+$/.test(text(top, 'version')) || text(top, 'version') === '1')
      return false;
    return Object.keys(top).every((key) => /^(version|pages|comments|commenters)$/.test(key));
  },
  read,
};

async function* read(file: SourceFile): AsyncGenerator<SourceItem> {
  const people = new Lookup<SourceAuthor>();
  try {
    for await (const { value } of readJson(file, ['$.commenters[]'])) {
      if (isForeign(value)) people.put(text(value, 'id'), readPerson(value));
    }
  } catch {
    // It is broken; what stands before that is read all the same, and then it is said where.
  }
  try {
    for await (const { path, value } of readJson(file, ['$.version', '$.pages[]', '$.comments[]'])) {
      if (path === '$.version' && value !== '3') {
        throw new SourceError(`version ${String(value).slice(0, 20)} of Comentario’s export is not known; 1 and 3 are`);
      }
      if (!isForeign(value)) continue;
      if (path === '$.comments[]') yield readComment(value, people);
      else
        yield {
          kind: 'page',
          ref: text(value, 'id'),
          url: text(value, 'path'),
          title: line(value, 'title'),
          locked: flag(value, 'isReadonly'),
          createdAt: time(value, 'createdTime'),
        };
    }
  } finally {
    people.close();
  }
}

function readPerson(value: Foreign): SourceAuthor {
  return {
    id: text(value, 'id'),
    name: line(value, 'name') ?? '',
    email: line(value, 'email'),
    url: line(value, 'websiteUrl'),
    ...(flag(value, 'isModerator') && { badge: 'moderator' as const }),
  };
}

function readComment(value: Foreign, people: Lookup<SourceAuthor>): SourceComment {
  const who = text(value, 'userCreated');
  const nobody: SourceAuthor = {
    id: NOBODY.test(who) ? null : who,
    name: line(value, 'authorName') ?? '',
    email: null,
    url: null,
  };
  const parent = text(value, 'parentId');
  const markdown = text(value, 'markdown');
  return {
    kind: 'comment',
    id: text(value, 'id'),
    page: text(value, 'pageId'),
    parent: NOBODY.test(parent) ? null : parent,
    author: (nobody.id === null ? null : people.get(who)) ?? nobody,
    ...(markdown ? { body: markdown, markup: 'markdown' } : { body: text(value, 'html'), markup: 'html' }),
    status: statusOf(value),
    createdAt: time(value, 'createdTime'),
    editedAt: time(value, 'editedTime'),
    ...votes(number(value, 'score')),
  };
}

function statusOf(value: Foreign): SourceComment['status'] {
  if (flag(value, 'isDeleted')) return 'deleted';
  if (flag(value, 'isPending')) return 'pending';
  // Neither of them: a moderator rejected it.
  return flag(value, 'isApproved') || !has(value, 'isApproved') ? 'approved' : 'trash';
}
