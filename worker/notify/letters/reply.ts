/** To a reader, of one comment: a reply to one they follow, or anything on a page they follow. */
import { inert } from './body';
import { address, frame } from './frame';
import type { Letter, ReplyNotice, Shell } from './letter';
import { markup } from './markup';
import { BODY_CHARS, button, link, nameOf, quoteText, showComment, titleOf } from './parts';
import { plainText } from './plain';
import { fillMarkup, fillText, wordsFor } from './words';

export function writeReply(shell: Shell, { reason, comment, parent }: ReplyNotice): Letter {
  const words = wordsFor(shell.language);
  const { texts } = words;
  const page = titleOf(comment.page);
  const author = nameOf(words, comment.author);
  const to = parent && nameOf(words, parent.author);
  const title = to ? texts.repliedTo : reason === 'reply' ? texts.replied : texts.commented;
  const names = { author, parent: to ?? '' };
  return frame(words, shell, {
    // Whoever writes a name chooses it: it is no part of the subject.
    subject: fillText(words, reason === 'reply' ? texts.replySubject : texts.commentSubject, { page }),
    preview: `${author}: ${comment.body.slice(0, 300)}`,
    title: fillMarkup(title, { author: inert(author), parent: inert(names.parent) }),
    subtitle: fillMarkup(texts.onPage, { page: link(comment.page.url, page) }),
    body: markup`<div style="height:28px"></div>${showComment(words, { ...comment, parent })}<div style="padding-top:28px">${button(comment.url, texts.toPage)}</div>`,
    why: reason === 'reply' ? texts.whyReply : texts.whyPage,
    text: [
      `${fillText(words, title, names)}\n${fillText(words, texts.onPage, { page })}`,
      to && parent && `${to}:\n${quoteText(plainText(parent.body, 240))}`,
      `${author} · ${words.date(comment.createdAt)}:\n${quoteText(plainText(comment.body, BODY_CHARS))}`,
      address(texts.toPage, comment.url),
    ],
  });
}
