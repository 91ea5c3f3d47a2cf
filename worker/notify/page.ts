/**
 * The small pages that links in mails lead to: how they look, and what keeps them harmless. No script, nothing from elsewhere, in no
 * frame; the address they have carries authority, so nobody is told it. What stands on them, and in which words, their rooms say,
 * in `markup` (letters/markup.ts): h1, p, form, fieldset with label and input, select, button (class "quiet": not the main one),
 * ul with li, and the classes note, dim, row, badge.
 */
import type { AppContext } from '../request';
import type { LetterComment } from './letters/letter';
import { Markup, markup, type Part } from './letters/markup';
import { BODY_CHARS, nameOf } from './letters/parts';
import { directionOf, plainLine, plainText } from './letters/plain';
import { wordsFor } from './letters/words';
import { PAGE_STYLE } from './page-style';

export interface NoticePage {
  /** Of the reader, any BCP 47 tag. */
  language: string;
  title: string;
  /** Of the site, above it all. */
  siteName?: string;
  body: Part;
  status?: 200 | 400 | 403 | 404 | 409 | 410 | 429;
}

/** @returns the page, which nobody keeps, frames or looks for */
export async function answerPage(
  c: AppContext,
  { language, title, siteName, body, status }: NoticePage,
): Promise<Response> {
  c.header(
    'Content-Security-Policy',
    `default-src 'none'; style-src '${await hashStyle()}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  );
  c.header('Cache-Control', 'no-store');
  c.header('Referrer-Policy', 'no-referrer');
  c.header('X-Robots-Tag', 'noindex, nofollow');
  c.header('X-Content-Type-Options', 'nosniff');
  const words = wordsFor(language);
  const site = plainLine(siteName ?? '', 60);
  return c.html(
    markup`<!doctype html>
<html lang="${words.language}" dir="${words.dir}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${plainLine(title, 120)}</title><style>${new Markup(PAGE_STYLE)}</style></head>
<body><main>${site && markup`<p class="site"><bdi>${site}</bdi></p>`}
${body}
</main></body>
</html>
`.html,
    status ?? 200,
  );
}

let styleHash: string | undefined;
async function hashStyle(): Promise<string> {
  if (styleHash === undefined) {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(PAGE_STYLE));
    styleHash = `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
  }
  return styleHash;
}

/** A comment on such a page, as plain text. @param badge what it is now, in words */
export function pageComment(
  language: string,
  comment: Pick<LetterComment, 'author' | 'body' | 'createdAt'>,
  badge?: string,
): Markup {
  const words = wordsFor(language);
  const body = plainText(comment.body, BODY_CHARS);
  return markup`<article><header><bdi>${nameOf(words, comment.author)}</bdi> ${badge && markup`<span class="badge">${badge}</span>`} <time>${words.date(comment.createdAt)}</time></header><p class="said" dir="${directionOf(body)}">${body}</p></article>`;
}
