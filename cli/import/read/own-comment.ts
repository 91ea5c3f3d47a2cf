/**
 * What our exports in the formats of others add to a comment, so that it comes back as it was: JSON in a place that others pass
 * over (comment meta `_afterword` in WXR, an element of our namespace in Disqus' XML).
 */
import { Status } from '../../../worker/contract.ts';
import type { CommentRecord } from '../../../worker/contract-transfer.ts';
import type { SourceAuthor, SourceComment } from '../source.ts';
import { type Foreign, field, flag, isForeign, line, number, object, text, time } from './fields.ts';

/** The namespace of our element, and the name of our meta. */
export const OWN_URI = 'urn:afterword:export:1';
export const OWN_META = '_afterword';

/**
 * For an export. Controls and other characters that XML cannot hold are escaped as JSON has it.
 * @param account how its author logs in, when that is known: `provider:subject`
 */
export function writeOwnComment(comment: CommentRecord, account: string | null): string {
  const { id, body, status, kind, orphan, up, down, locked, createdAt, editedAt } = comment;
  const { avatar, verified, ...author } = comment.author;
  const own = { id, body, status, kind, orphan, up, down, locked, createdAt, editedAt, author: { ...author, account } };
  return JSON.stringify(own).replace(/[\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}

/**
 * Takes a comment as far as it is said here in place of what the foreign format said of it: somebody may have written either,
 * so everything is looked at again.
 */
export function readOwnComment(json: string, foreign: SourceComment): SourceComment {
  let own: unknown;
  try {
    own = JSON.parse(json);
  } catch {
    return foreign;
  }
  if (!isForeign(own)) return foreign;
  const id = text(own, 'id');
  if (!/^[0-9a-z]{26}$/.test(id)) return foreign;

  const author = object(own, 'author');
  const account = line(author, 'account');
  const known = readOwnAuthor(author);
  const body = field(own, 'body');
  return {
    ...foreign,
    ...readOwnFields(own, foreign),
    ownId: id,
    // What it replied to was gone before it was exported.
    parent: foreign.parent ?? (flag(own, 'orphan') ? `gone:${id}` : null),
    author: {
      ...known,
      id: known.id ?? foreign.author.id,
      name: known.name || foreign.author.name,
      email: known.email ?? foreign.author.email,
      url: known.url ?? foreign.author.url,
      ...(account !== null && { account }),
    },
    ...(typeof body === 'string' && { body, markup: 'markdown' }),
  };
}

/** What our own format says of a comment beside its text and its place, wherever that stands. */
export function readOwnFields(value: Foreign, otherwise: Pick<SourceComment, 'status' | 'createdAt'>) {
  const kind = field(value, 'kind');
  const editedAt = time(value, 'editedAt');
  return {
    status: Status.options.find((status) => status === field(value, 'status')) ?? otherwise.status,
    ...((kind === 'pingback' || kind === 'trackback') && ({ type: kind } as const)),
    createdAt: time(value, 'createdAt') ?? otherwise.createdAt,
    ...(editedAt !== null && { editedAt }),
    up: Math.max(0, number(value, 'up')),
    down: Math.max(0, number(value, 'down')),
    locked: flag(value, 'locked'),
  };
}

export function readOwnAuthor(value: Foreign): SourceAuthor {
  const badge = field(value, 'badge');
  return {
    id: line(value, 'id'),
    name: text(value, 'name'),
    email: line(value, 'email'),
    url: line(value, 'url'),
    ...((badge === 'author' || badge === 'moderator') && { badge }),
  };
}
