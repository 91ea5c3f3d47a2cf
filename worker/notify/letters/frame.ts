/** What every letter has around it: the site's name above, why one gets it and how to end that below. HTML and text. */
import { webAddress } from '../../web-address';
import { inert } from './body';
import type { Letter, Shell } from './letter';
import { SHEET, STYLE } from './look';
import { Markup, markup, type Part } from './markup';
import { link } from './parts';
import { plainLine } from './plain';
import type { Words } from './words';

const SITE_CHARS = 60;

export const siteOf = ({ siteName, siteHost }: Shell): string =>
  plainLine(siteName, SITE_CHARS) || plainLine(siteHost, SITE_CHARS);

export interface Content {
  /** Made of our words and of parts that are one short line. */
  subject: string;
  /** What mail programs show beside the subject. */
  preview: string;
  title: Part;
  subtitle?: Part;
  body: Part;
  /** Why one gets it. */
  why?: string;
  /** Paragraphs. */
  text: (string | false | null | undefined)[];
}

export function frame(words: Words, shell: Shell, content: Content): Letter {
  return {
    subject: content.subject,
    text: frameText(words, shell, content),
    html: frameHtml(words, shell, content),
  };
}

const HEAD = new Markup(
  `<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no"><style>${SHEET}</style>`,
);
/** Keeps what follows out of the preview. */
const FILL = new Markup('&#847;&zwnj;&nbsp;'.repeat(40));

function frameHtml(words: Words, shell: Shell, content: Content): string {
  const { language, dir } = words;
  const align = dir === 'rtl' ? 'right' : 'left';
  const title = language === 'ja' || language === 'ar' ? STYLE.plainTitle : STYLE.title;
  return markup`<!doctype html>
<html lang="${language}" dir="${dir}">
<head>${HEAD}<title>${content.subject}</title></head>
<body class="p" style="${STYLE.paper}">
<div style="display:none;max-height:0;overflow:hidden">${inert(plainLine(content.preview, 140))}${FILL}</div>
<div class="p" lang="${language}" dir="${dir}" style="${STYLE.paper}">
<table role="presentation" cellspacing="0" cellpadding="0" width="100%"><tr><td align="center">
<table role="presentation" cellspacing="0" cellpadding="0" width="560" style="width:100%;max-width:560px"><tr><td class="w" align="${align}" style="${STYLE.wide}">
<div class="d" style="${STYLE.site}"><bdi>${siteOf(shell)}</bdi></div>
<h1 class="i h" style="${title}">${content.title}</h1>
${content.subtitle && markup`<p class="d" style="${STYLE.subtitle}">${content.subtitle}</p>`}
${content.body}
${foot(words, shell, content.why)}
</td></tr></table>
</td></tr></table>
</div>
</body>
</html>
`.html;
}

function foot({ texts }: Words, { preferencesUrl, unsubscribeUrl }: Shell, why: string | undefined): Markup | null {
  if (why === undefined) return null;
  const links = [
    preferencesUrl && link(preferencesUrl, texts.preferences, STYLE.tap),
    unsubscribeUrl && link(unsubscribeUrl, texts.unsubscribe, STYLE.tap),
  ];
  const row = links.filter((it) => it instanceof Markup).map((it, i) => [i > 0 && new Markup(' &nbsp;·&nbsp; '), it]);
  return markup`<div class="d l" style="${STYLE.line};${STYLE.small};border-top-width:1px;margin-top:36px;padding-top:16px">${why}<br>${row}</div>`;
}

/** What is below a line `-- ` mail programs take for a signature. */
function frameText({ texts }: Words, { preferencesUrl, unsubscribeUrl }: Shell, { text, why }: Content): string {
  const below = [why, address(texts.preferences, preferencesUrl), address(texts.unsubscribe, unsubscribeUrl)].filter(
    (line) => line,
  );
  const paragraphs = text.filter((paragraph) => paragraph);
  return `${paragraphs.join('\n\n')}\n${below.length > 0 ? `\n-- \n${below.join('\n')}\n` : ''}`;
}

/** An address on its own line, below what it is for. */
export function address(words: string, url: string | undefined): string | null {
  const checked = webAddress(url);
  return checked && `${words}:\n${checked}`;
}
