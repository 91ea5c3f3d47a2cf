/** To a reader, of all that has come since the last one. */
import { address, frame, siteOf } from './frame';
import type { DigestNotice, Letter, Shell } from './letter';
import { STYLE } from './look';
import { markup } from './markup';
import { link, nameOf, quoteText, showComment, titleOf } from './parts';
import { plainText } from './plain';
import { fillMarkup, fillText, wordsFor } from './words';

/** All texts together, so that a digest stays a letter. */
const ALL_CHARS = 4000;

export function writeDigest(shell: Shell, { pages, more }: DigestNotice): Letter {
  const words = wordsFor(shell.language);
  const { texts } = words;
  const shown = pages.reduce((sum, page) => sum + page.comments.length, 0);
  const site = siteOf(shell);
  const heading = words.count(texts.digest, shown + more);
  const chars = Math.max(200, Math.min(1000, Math.floor(ALL_CHARS / Math.max(shown, 1))));
  const rest = more > 0 && words.count(texts.more, more);
  return frame(words, shell, {
    subject: fillText(words, heading, { site }),
    preview: pages.map(titleOf).join(' · '),
    title: fillMarkup(heading, { site }),
    body: [
      pages.map((page) => [
        markup`<div class="l" style="${STYLE.line};border-top-width:1px;margin-top:28px;padding-top:22px"><h2 class="i" style="${STYLE.pageTitle}"><bdi>${link(page.url, titleOf(page), 'text-decoration:none')}</bdi></h2></div>`,
        page.comments.map((comment) => {
          const after = markup`<div style="${STYLE.small}">${link(comment.url, texts.read, STYLE.tap)}</div>`;
          return markup`<div style="padding-top:20px">${showComment(words, { ...comment, after }, chars)}</div>`;
        }),
      ]),
      rest && markup`<p class="d" style="${STYLE.subtitle};padding-top:24px">${rest}</p>`,
    ],
    why: fillText(words, texts.whyDigest, { site }),
    text: [
      fillText(words, heading, { site }),
      ...pages.flatMap((page) => [
        `${titleOf(page)}\n${'='.repeat(Math.min(60, titleOf(page).length))}`,
        ...page.comments.flatMap((comment) => [
          `${nameOf(words, comment.author)} · ${words.date(comment.createdAt)}:\n${quoteText(plainText(comment.body, chars))}`,
          address(texts.read, comment.url),
        ]),
      ]),
      rest,
    ],
  });
}
