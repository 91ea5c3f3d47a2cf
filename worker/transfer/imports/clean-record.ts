/**
 * What a record says, made as harmless as what a post says (worker/clean.ts): names one line, websites http(s), addresses such
 * as there are. In a restore everything stays as it was, but what could do harm. Pure.
 */
import * as v from 'valibot';
import { cleanLine, cleanWebsite } from '../../clean';
import { RENDERER_VERSION, renderMarkdown } from '../../comments/markdown';
import { LIMITS } from '../../contract';
import type { AnyRecord, CommentRecord } from '../../contract-transfer';
import type { AuthorRow, CommentRow } from '../../db';
import { Problem } from '../../problem';

const Email = v.pipe(v.string(), v.email(), v.maxLength(LIMITS.emailChars));
/** Of what D1 takes in a row, two megabytes; no comment that a person wrote becomes so long. */
const HTML_BYTES = 1_500_000;
/** Who wrote what was imported; only those may be named beside what is added to a site. A key's thumbprint may begin so, and is longer. */
const IMPORTED_AUTHOR = /^i_[\w-]{22}$/;

/** @throws Problem invalid_request, or another code, naming the field of the record */
export function refuseRecord(at: number, field: string, why: string, code: 'invalid_request' | 'conflict'): never {
  const path = `records.${at}.${field}`;
  throw new Problem(code, `${path}: ${why}.`, { field: path });
}

export function cleanAuthor(record: Extract<AnyRecord, { type: 'author' }>): AuthorRow {
  return {
    site_id: record.site,
    id: record.id,
    name: cleanLine(record.name),
    email: cleanEmail(record.email)?.toLowerCase() ?? null,
    account: record.account === null ? null : cleanLine(record.account) || null,
  };
}

type Written = Pick<
  CommentRow,
  | 'author_id'
  | 'author_verified'
  | 'author_avatar'
  | 'author_name'
  | 'author_email'
  | 'author_url'
  | 'author_badge'
  | 'body'
  | 'html'
  | 'html_version'
  | 'up'
  | 'down'
  | 'edited_at'
>;

/**
 * Whom a comment is by and what it says; of one that was deleted, nothing.
 * @param isExact a restore: its authors are those that it restores
 * @throws Problem invalid_request
 */
export function cleanComment(record: CommentRecord, at: number, images: boolean, isExact: boolean): Written {
  if (record.status === 'deleted') return NOTHING;
  const { author } = record;
  const name = isExact ? author.name : cleanLine(author.name);
  if (name === '' && !isExact) refuseRecord(at, 'author.name', 'must not be blank', 'invalid_request');
  const id = author.id !== null && (isExact || IMPORTED_AUTHOR.test(author.id)) ? author.id : null;
  return {
    author_id: id,
    // That somebody logged in is what this instance has seen, or nothing.
    author_verified: isExact ? author.verified : null,
    author_avatar: isExact ? author.avatar : null,
    author_name: name,
    author_email: isExact ? author.email : cleanEmail(author.email),
    author_url: isExact ? harmlessUrl(author.url) : websiteOf(author.url),
    author_badge: author.badge,
    body: record.body,
    html: renderImported(record.body, images),
    html_version: RENDERER_VERSION,
    up: record.up,
    down: record.down,
    edited_at: record.editedAt === null ? null : Date.parse(record.editedAt),
  };
}

const NOTHING: Written = {
  author_id: null,
  author_verified: null,
  author_avatar: null,
  author_name: '',
  author_email: null,
  author_url: null,
  author_badge: null,
  body: '',
  html: '',
  html_version: RENDERER_VERSION,
  up: 0,
  down: 0,
  edited_at: null,
};

function renderImported(body: string, images: boolean): string {
  const html = renderMarkdown(body, { images });
  if (html.length * 3 <= HTML_BYTES || new TextEncoder().encode(html).length <= HTML_BYTES) return html;
  // A text made to grow: it is shown as it stands.
  return `<p>${body.replace(/[&<>]/g, (char) => ESCAPED[char]!)}</p>`;
}
const ESCAPED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const cleanEmail = (email: string | null): string | null => {
  const typed = email?.trim() ?? '';
  return v.is(Email, typed) ? typed : null;
};

function websiteOf(url: string | null): string | null {
  try {
    return cleanWebsite(url, 'url');
  } catch {
    return null;
  }
}

/** As it was, unless a browser would do something else with it than going there. */
const harmlessUrl = (url: string | null): string | null =>
  url !== null && /^https?:$/.test(URL.parse(url)?.protocol ?? '') && /^https?:/i.test(url) ? url : null;
