/**
 * What letters are written from, and what they are when written. Pure: whoever writes one looks everything up before, and may say
 * it by then. Nothing here is trusted: names, titles and texts may be whatever a stranger typed.
 *
 * Each is written by `write…(shell, notice): Letter`: reply.ts has writeReply, digest.ts writeDigest, moderator.ts writeModerator and
 * writeModeratorDigest, asked.ts writeOptIn and writeCode.
 */
import type { Finding } from '../../contract-admin';

/** Subject and the two forms of one letter: what a Mail (mail/mail.ts) has beside addresses. The subject is one line. */
export interface Letter {
  subject: string;
  text: string;
  html: string;
}

/** Whose letter it is, and to whom. */
export interface Shell {
  /** Of the reader, any BCP 47 tag: the nearest language there is, else English. */
  language: string;
  siteName: string;
  /** Such as blog.example. */
  siteHost: string;
  /** Where readers choose what they get, and where one stops it all. Absent in what was asked for this moment. */
  preferencesUrl?: string;
  unsubscribeUrl?: string;
}

export interface LetterPage {
  title: string | null;
  url: string;
}

export interface LetterComment {
  author: string;
  /** Markdown, as written: letters show it as plain text. */
  body: string;
  /** Ms. */
  createdAt: number;
  /** The comment on its page. */
  url: string;
  page: LetterPage;
}

/** To whoever follows a comment ('reply') or a page. */
export interface ReplyNotice {
  reason: 'reply' | 'page';
  comment: LetterComment;
  /** What it replies to, if that may be read by everybody. */
  parent?: Pick<LetterComment, 'author' | 'body'> | null;
}

/** What has come of what a reader follows. */
export interface DigestNotice {
  /** In the order they are to stand. */
  pages: (LetterPage & { comments: Omit<LetterComment, 'page'>[] })[];
  /** How many there are beside these. */
  more: number;
}

export interface ModeratorItem {
  about: 'new' | 'held' | 'reported';
  comment: LetterComment & {
    /** The writer's website: what it is for is often told by it. */
    website?: string | null;
  };
  /** What phases said of it. */
  findings: Finding[];
  /** Readers' reports that nobody has answered; the first few are shown. */
  reports: { reason: string; note: string | null }[];
}

export interface ModeratorNotice extends ModeratorItem {
  /** A verb that would change nothing has no link. Each opens a page that asks. */
  links: { approve?: string; spam?: string; trash?: string; console: string };
}

export interface ModeratorDigestNotice {
  items: ModeratorItem[];
  /** How many there are beside these. */
  more: number;
  /** How many comments of the site wait for somebody now. */
  waiting: number;
  consoleUrl: string;
}

/** To whoever gave this address: nothing else is sent there until they say so. */
export interface OptInNotice {
  follows: 'replies' | 'page';
  page: LetterPage;
  confirmUrl: string;
}

export interface CodeNotice {
  code: string;
  minutes: number;
}
