/** Letters of every kind, for tests of what they are made of and how they look. */
import { writeCode, writeOptIn } from '../worker/notify/letters/asked';
import { writeDigest } from '../worker/notify/letters/digest';
import type { Letter, LetterComment, ModeratorItem, Shell } from '../worker/notify/letters/letter';
import { writeModerator, writeModeratorDigest } from '../worker/notify/letters/moderator';
import { writeReply } from '../worker/notify/letters/reply';

/** Where links of ours lead in them. */
export const OURS = 'https://talk.example/api/v1/mail';

/** Every letter there is, with `it` in every field that a stranger fills. */
export function writeAll(it: string, language = 'en', url = 'https://blog.example/page'): Record<string, Letter> {
  const shell: Shell = { language, siteName: 'A Blog', siteHost: 'blog.example' };
  const followed = { ...shell, preferencesUrl: `${OURS}/preferences/t`, unsubscribeUrl: `${OURS}/unsubscribe/t` };
  const page = { title: it, url };
  const comment: LetterComment = {
    author: it,
    body: it,
    createdAt: 1_795_440_900_000,
    url: `${url}#afterword-1`,
    page,
  };
  const item: ModeratorItem = {
    about: 'held',
    comment: { ...comment, website: it },
    findings: [
      { phase: it, says: 'hold', reason: it },
      { phase: 'links', says: 'hold', reason: it },
    ],
    reports: [
      { reason: 'spam', note: it },
      { reason: it, note: null },
    ],
  };
  const links = { approve: `${OURS}/decide/a`, spam: `${OURS}/decide/s`, trash: `${OURS}/decide/t` };
  const consoleUrl = 'https://talk.example/console';
  return {
    reply: writeReply(followed, { reason: 'reply', comment, parent: { author: it, body: it } }),
    page: writeReply(followed, { reason: 'page', comment }),
    digest: writeDigest(followed, { pages: [{ ...page, comments: [comment, comment] }], more: 3 }),
    moderator: writeModerator(followed, { ...item, links: { ...links, console: consoleUrl } }),
    moderatorDigest: writeModeratorDigest(followed, { items: [item, item], more: 1, waiting: 2, consoleUrl }),
    optIn: writeOptIn(shell, { follows: 'replies', page, confirmUrl: `${OURS}/confirm/t` }),
    code: writeCode(shell, { code: '304118', minutes: 10 }),
  };
}
