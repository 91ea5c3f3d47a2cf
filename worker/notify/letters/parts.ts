/** Parts that letters are put together from: a comment, a button, a link, a heading. Every text of a stranger comes in here. */
import { webAddress } from '../../web-address';
import { inert, textBlock } from './body';
import type { LetterComment, LetterPage } from './letter';
import { STYLE, tintOf } from './look';
import { Markup, markup, type Part } from './markup';
import { firstGrapheme, plainLine, plainText } from './plain';
import type { Words } from './words';

export const BODY_CHARS = 1000;
const NAME_CHARS = 80;
const TITLE_CHARS = 90;

/** What writers call themselves. */
export const nameOf = (words: Words, name: string): string => plainLine(name, NAME_CHARS) || words.texts.somebody;

/** What a page is called; one that has no title, by its address. */
export const titleOf = ({ title, url }: LetterPage): string =>
  plainLine(title ?? '', TITLE_CHARS) || plainLine(url.replace(/^https?:\/\//, ''), TITLE_CHARS);

/** A link of ours; text alone where the address is none. */
export function link(url: string, text: Part, style = ''): Markup {
  const address = webAddress(url);
  return address === null
    ? markup`${text}`
    : markup`<a class="a" href="${address}" style="${STYLE.link};${style}">${text}</a>`;
}

export function button(url: string, text: string, look: 'button' | 'quietButton' = 'button'): Markup {
  const address = webAddress(url);
  if (address === null) return markup``;
  const classes = look === 'button' ? 'b' : 'i l';
  return markup`<a class="${classes}" href="${address}" style="${STYLE[look]}">${text}</a>`;
}

export const paragraph = (text: Part): Markup => markup`<p class="i" style="${STYLE.paragraph}">${text}</p>`;
export const heading = (text: string): Markup => markup`<h2 class="d" style="${STYLE.heading}">${text}</h2>`;

const sign = (name: string, size: number): Markup =>
  markup`<div aria-hidden="true" style="width:${size}px;height:${size}px;border-radius:50%;${tintOf(name)};font-size:${size / 2 - 1}px;line-height:${size}px;font-weight:700;text-align:center">${firstGrapheme(name).toUpperCase()}</div>`;

/** Name and time in one line, the round sign before them. */
function nameRow(name: string, beside: Part, size: number): Markup {
  return markup`<tr><td colspan="2" width="${size}">${sign(name, size)}</td><td style="padding:0 10px 3px"><b><bdi>${inert(name)}</bdi></b>${beside && new Markup('&nbsp; ')}${beside}</td></tr>`;
}

const when = (words: Words, ms: number): Markup =>
  markup`<span class="d" style="display:inline-block;${STYLE.small}">${words.date(ms)}</span>`;

/** Below the sign: the widget's line that joins a comment with its replies, or nothing. */
function below(words: Words, size: number, joined: boolean, content: Part): Markup {
  const half = size / 2;
  const side = words.dir === 'rtl' ? 'left' : 'right';
  const edge = joined
    ? markup`<td class="l" width="${half}" style="${STYLE.line};border-${side}-width:1px"></td><td width="${half}"></td>`
    : markup`<td colspan="2"></td>`;
  return markup`<tr>${edge}<td style="padding:0 10px">${content}</td></tr>`;
}

export interface ShownComment extends Pick<LetterComment, 'author' | 'body' | 'createdAt'> {
  /** What it replies to. */
  parent?: Pick<LetterComment, 'author' | 'body'> | null;
  /** Behind name and time. */
  badge?: string;
  /** Below the text. */
  after?: Part;
}

const TABLE = 'role="presentation" cellspacing="0" cellpadding="0" width="100%"';

/** A comment as the widget shows it, below what it replies to. @param max of its text, UTF-16 units */
export function showComment(words: Words, comment: ShownComment, max: number = BODY_CHARS): Markup {
  const { parent, badge, after } = comment;
  const name = nameOf(words, comment.author);
  const table = new Markup(TABLE);
  const own = markup`<table ${table}>${nameRow(name, [badge && markup`<span class="a" style="${STYLE.badge}">${badge}</span>&nbsp; `, when(words, comment.createdAt)], 36)}${below(words, 36, false, [textBlock(plainText(comment.body, max)), after])}</table>`;
  if (!parent) return own;
  const other = nameOf(words, parent.author);
  return markup`<table ${table}>${nameRow(other, null, 28)}${below(words, 28, true, [textBlock(plainText(parent.body, 240), true), markup`<div style="height:18px"></div>`])}${below(words, 28, true, own)}</table>`;
}

/** The same for mail programs that show text: every line of a stranger's is marked, so that none passes for ours. */
export const quoteText = (text: string): string => text.replace(/^/gm, '> ');
