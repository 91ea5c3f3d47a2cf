/**
 * What somebody asked for this moment: the question whether they would like mail, and a code to log in. Anybody can have these sent to
 * anybody, so nothing that a stranger typed is in them: of a page its address, which is the site's, and never its title.
 */
import { webAddress } from '../../web-address';
import { textBlock } from './body';
import { address, frame, siteOf } from './frame';
import type { CodeNotice, Letter, OptInNotice, Shell } from './letter';
import { STYLE } from './look';
import { markup } from './markup';
import { button, paragraph } from './parts';
import { plainLine } from './plain';
import { fillMarkup, fillText, wordsFor } from './words';

export function writeOptIn(shell: Shell, { follows, page, confirmUrl }: OptInNotice): Letter {
  const words = wordsFor(shell.language);
  const { texts } = words;
  const site = siteOf(shell);
  const asked = follows === 'replies' ? texts.optInReplies : texts.optInPage;
  const where = plainLine(page.url.replace(/^https?:\/\//, '').replace(/[?#].*$/s, ''), 80);
  const host = URL.parse(webAddress(confirmUrl) ?? '')?.host ?? '';
  return frame(words, shell, {
    subject: fillText(words, texts.optInSubject, { site }),
    preview: asked,
    title: fillMarkup(texts.optInTitle, { site }),
    body: [
      paragraph(asked),
      markup`<div style="padding-top:10px">${textBlock(where)}</div>`,
      markup`<div style="padding-top:26px">${button(confirmUrl, texts.confirm)}</div>`,
      markup`<p class="d" style="${STYLE.small};margin:12px 0 0">${fillMarkup(texts.leadsTo, { host })}</p>`,
      paragraph(texts.ignoreOptIn),
    ],
    text: [
      fillText(words, texts.optInTitle, { site }),
      `${asked}\n> ${where}`,
      address(texts.confirm, confirmUrl),
      texts.ignoreOptIn,
    ],
  });
}

export function writeCode(shell: Shell, { code, minutes }: CodeNotice): Letter {
  const words = wordsFor(shell.language);
  const { texts } = words;
  const site = siteOf(shell);
  const shown = plainLine(code, 20);
  const use = words.count(texts.codeUse, minutes);
  const warning = fillText(words, texts.codeWarning, { site });
  return frame(words, shell, {
    subject: fillText(words, texts.codeSubject, { code: shown, site }),
    preview: use,
    title: fillMarkup(texts.codeTitle, { site }),
    body: [
      markup`<div class="i" dir="ltr" style="${STYLE.code};text-align:${words.dir === 'rtl' ? 'right' : 'left'}">${shown}</div>`,
      paragraph(use),
      markup`<p class="d" style="${STYLE.said};margin:18px 0 0">${warning}</p>`,
    ],
    text: [fillText(words, texts.codeTitle, { site }), shown, use, warning],
  });
}
