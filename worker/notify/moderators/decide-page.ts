/** How the page looks on which a moderator decides by a link (decide.ts), and the pages of links that lead nowhere any more. */

import { Problem } from '../../problem';
import type { AppContext } from '../../request';
import { webAddress } from '../../web-address';
import { markup } from '../letters/markup';
import { plainLine } from '../letters/plain';
import { fillMarkup, wordsFor } from '../letters/words';
import { answerPage, pageComment } from '../page';
import { type DecideVerb, linkToConsole, VERBS } from './addresses';
import { type DeadEnd, isDue, type Said, stateOf } from './decide-policy';
import type { PermittedRow } from './decide-store';
import { PAGE_TEXTS } from './texts';

const TITLE_CHARS = 120;

const WHY_NOT: Record<DeadEnd['end'], string> = {
  broken: 'This link was not made here.',
  old: 'This link is too old.',
  ended: 'Whoever got this link moderates this site no more.',
  gone: 'The comment is gone.',
};

/** @param asked the decision that the link was for: its button is the main one @param said what was just done */
export function answerDecide(
  c: AppContext,
  row: PermittedRow,
  { asked, said }: { asked?: DecideVerb | undefined; said?: Said },
): Promise<Response> {
  const words = wordsFor(row.language);
  const texts = PAGE_TEXTS[words.language];
  const state = texts.states[row.status as keyof typeof texts.states];
  const page = plainLine(row.page_title || row.page_url, TITLE_CHARS);
  const url = webAddress(row.page_url);
  const website = row.author_url && plainLine(row.author_url, TITLE_CHARS);
  const title = typeof said === 'object' ? texts.done[said.done] : texts.title;
  return answerPage(c, {
    language: row.language,
    title: texts.title,
    siteName: row.site_name,
    body: [
      markup`<h1>${title}</h1>
<p class="dim">${fillMarkup(words.texts.onPage, { page: url ? markup`<a href="${url}" rel="noreferrer">${page}</a>` : page })}</p>`,
      typeof said === 'string' && markup`<p class="note" role="status">${texts[said]}</p>`,
      typeof said !== 'object' &&
        row.decided_kind !== null &&
        row.decided_kind !== 'system' &&
        markup`<p class="note">${fillMarkup(texts.decided, {
          name: plainLine(row.decided_name ?? '', TITLE_CHARS),
          state,
          date: words.date(row.decided_at!),
        })}</p>`,
      pageComment(row.language, { author: row.author_name, body: row.body, createdAt: row.created_at }, state),
      website && markup`<p class="dim" dir="ltr">${website}</p>`,
      markup`<form method="post" class="row"><input type="hidden" name="seen" value="${stateOf(row)}">${VERBS.filter(
        (verb) => isDue(row, verb),
      ).map(
        (verb) =>
          markup`<button name="verb" value="${verb}" class="${verb === asked ? '' : 'quiet'}">${words.texts[verb]}</button>`,
      )}</form>
<p class="dim">${texts.undo} <a href="${linkToConsole(c.env, 'all')}">${words.texts.console}</a></p>`,
    ],
  });
}

/** @throws Problem not_found for who is no person with a browser */
export function answerDeadEnd(c: AppContext, { end, row }: DeadEnd): Promise<Response> {
  if (!c.req.header('Accept')?.includes('text/html')) throw new Problem('not_found', WHY_NOT[end]);
  const language = row?.language ?? c.req.header('Accept-Language') ?? 'en';
  const words = wordsFor(language);
  const texts = PAGE_TEXTS[words.language];
  return answerPage(c, {
    language,
    title: texts[end],
    ...(row && { siteName: row.site_name }),
    status: 404,
    body: markup`<h1>${texts[end]}</h1>
<p>${texts[`${end}Means`]}</p>
<p class="row"><a class="button quiet" href="${linkToConsole(c.env, 'held')}">${words.texts.console}</a></p>`,
  });
}
