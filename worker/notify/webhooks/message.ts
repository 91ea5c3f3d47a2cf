/**
 * What chats are told, in parts: words of ours, and plain text of strangers, which each chat must keep from being read as anything
 * but text. Links come from the database alone. Pure.
 */

import type { Status } from '../../contract';
import type { EventType } from '../../contract-notify';
import { commentAddress, webAddress } from '../../web-address';
import { plainLine, plainText } from '../letters/plain';
import type { Payload } from './payload';

export interface Message {
  /** Words of ours. */
  title: string;
  /** One line: whose, and where. A stranger's, too. */
  line: string;
  /** Of the comment; null: there is none. */
  text: string | null;
  /** Where to go. */
  link: string | null;
}

const TITLES: Record<EventType | 'test', string> = {
  'comment.created': 'New comment',
  'comment.held': 'A comment waits',
  'comment.approved': 'Comment approved',
  'comment.edited': 'Comment edited',
  'comment.spam': 'Taken for spam',
  'comment.trashed': 'Put into the trash',
  'comment.deleted': 'Comment deleted',
  'comment.reported': 'Comment reported',
  'import.finished': 'Import finished',
  test: 'Test',
};
/** UTF-16 units: fits into what the smallest of chats takes. */
const TEXT_MAX = 800;
const NAME_MAX = 80;
const PAGE_MAX = 120;

/** @param origin where this Afterword answers, or empty */
export function createMessage(payload: Payload, origin: string): Message {
  const title = TITLES[payload.type];
  if (payload.type === 'test') return { title, line: payload.data.site, text: 'This webhook works.', link: null };
  if (payload.type === 'import.finished') {
    const { name, comments, pages } = payload.data;
    return { title, line: plainLine(name, PAGE_MAX), text: `${comments} comments on ${pages} new pages`, link: null };
  }
  if (payload.type === 'comment.deleted') {
    const { page } = payload.data;
    return { title, line: page ? nameOf(page) : payload.data.site, text: null, link: page && webAddress(page.url) };
  }
  const { id, site, author, page, body, status } = payload.data;
  return {
    title,
    line: `${plainLine(author.name, NAME_MAX)} · ${nameOf(page)}`,
    text: plainText(body, TEXT_MAX) || null,
    link: status === 'approved' ? commentAddress(page.url, id) : consoleOf(origin, site, status),
  };
}

const nameOf = ({ title, url }: { title: string | null; url: string }): string =>
  plainLine(title ?? '', PAGE_MAX) || plainLine(url.replace(/^https?:\/\//i, ''), PAGE_MAX);

const consoleOf = (origin: string, site: string, status: Status): string | null =>
  origin === ''
    ? null
    : webAddress(`${origin}/console#/queue?${new URLSearchParams({ tab: TABS[status] ?? 'all', site })}`);
/** Of its queue. */
const TABS: Partial<Record<Status, string>> = { pending: 'held', spam: 'spam', trash: 'trash' };
