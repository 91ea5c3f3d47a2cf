/**
 * What our exports in the formats of others add to a comment, so that it comes back as it was: JSON in a place that others pass
 * over (comment meta `_afterword` in WXR, an element of our namespace in Disqus' XML).
 */
import { Status } from '../../../worker/contract.ts';
import type { CommentRecord } from '../../../worker/contract-transfer.ts';
import type { SourceComment } from '../source.ts';

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
  let own: Record<string, unknown>;
  try {
    own = Object(JSON.parse(json));
  } catch {
    return foreign;
  }
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const time = (value: unknown) => (typeof value === 'string' ? Date.parse(value) : Number.NaN);
  const count = (value: unknown) => (Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : 0);
  const id = text(own.id);
  if (id === null || !/^[0-9a-z]{26}$/.test(id)) return foreign;

  const author = Object(own.author) as Record<string, unknown>;
  const badge = author.badge === 'author' || author.badge === 'moderator' ? author.badge : undefined;
  const createdAt = time(own.createdAt);
  const editedAt = time(own.editedAt);
  const account = text(author.account);
  return {
    ...foreign,
    ownId: id,
    // What it replied to was gone before it was exported.
    parent: foreign.parent ?? (own.orphan === true ? `gone:${id}` : null),
    author: {
      id: text(author.id) ?? foreign.author.id,
      name: text(author.name) ?? foreign.author.name,
      email: text(author.email) ?? foreign.author.email,
      url: text(author.url) ?? foreign.author.url,
      ...(account !== null && { account }),
      ...(badge && { badge }),
    },
    ...(text(own.body) !== null && { body: text(own.body)!, markup: 'markdown' }),
    status: Status.options.find((status) => status === own.status) ?? foreign.status,
    ...(own.kind === 'pingback' || own.kind === 'trackback' ? { type: own.kind } : {}),
    createdAt: Number.isNaN(createdAt) ? foreign.createdAt : createdAt,
    ...(!Number.isNaN(editedAt) && { editedAt }),
    up: count(own.up),
    down: count(own.down),
    locked: own.locked === true,
  };
}
